import numpy as np
import pytest

from shopkeeper.numerics.neighbors.biases import Biases, fit_biases


def test_biases_are_found_again():
    kind, liked = np.array([0.5, -0.25, -0.25]), np.array([1.0, -1.0])
    row, column = np.repeat(np.arange(3), 2), np.tile(np.arange(2), 3)
    found = fit_biases(row, column, 3.0 + kind[row] + liked[column], 3, 2, 0.0, 0.0)
    assert found.mean == pytest.approx(3.0)
    assert found.row == pytest.approx(kind)
    assert found.column == pytest.approx(liked)


def test_shrinkage_by_hand():
    """One rating each: after the first round the product takes 1 / (1 + 1) of what is left, the customer half of the rest."""
    found = fit_biases(np.array([0, 1]), np.array([0, 1]), np.array([4.0, 2.0]), 2, 3, 1.0, 1.0)
    assert found.mean == 3.0
    # The two settle where b = (1 - b') / 2 and b' = (1 - b) / 2.
    assert found.column == pytest.approx([1 / 3, -1 / 3, 0.0], abs=1e-4)
    assert found.row == pytest.approx([1 / 3, -1 / 3], abs=1e-4)


def test_who_is_not_known_adds_nothing():
    biases = Biases(3.0, np.array([0.5]), np.array([0.25]))
    assert biases.of_rows(np.array([0, -1, 7, 0]), np.array([0, 0, 0, 9])).tolist() == [3.75, 3.25, 3.25, 3.5]
    nothing = fit_biases(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), 2, 2, 1.0, 1.0)
    assert nothing.of_rows(np.array([0]), np.array([1])).tolist() == [0.0]
