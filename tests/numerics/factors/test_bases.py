import numpy as np
import pytest

from shopkeeper.numerics.factors.bases import PART, diagonalized, rotated, squares


def vectors(n_rows, k, seed=0):
    return np.random.default_rng(seed).standard_normal((n_rows, k)).astype(np.float32)


@pytest.mark.parametrize(("n_rows", "k"), [(0, 3), (1, 1), (7, 5), (PART + 3, 12), (3 * PART, 8)])
def test_squares_and_turned_vectors_are_those_of_the_formulas(n_rows, k):
    many, turn = vectors(n_rows, k), vectors(k, k, 1)
    exact = many.astype(np.float64)
    np.testing.assert_allclose(squares(many), exact.T @ exact, rtol=1e-4, atol=1e-4 * np.sqrt(n_rows + 1))
    np.testing.assert_allclose(rotated(many, turn), exact @ turn, rtol=1e-4, atol=1e-4)


def test_the_basis_is_orthogonal_and_the_largest_comes_first():
    many = vectors(500, 9) * np.linspace(1, 4, 9, dtype=np.float32)
    rotation, diagonal = diagonalized(many)
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(9), atol=1e-5)
    assert (np.diff(diagonal) <= 0).all()
    np.testing.assert_allclose(squares(rotated(many, rotation)), np.diag(diagonal), atol=0.02)
