"""A ridge regression that learns row by row is the one that is solved at once."""

import numpy as np
import pytest

from shopkeeper.numerics.bandits.linear import Ridge


def test_row_by_row_is_at_once():
    random = np.random.default_rng(0)
    rows, rewards = random.normal(size=(50, 4)), random.normal(size=50)
    model = Ridge(4, strength=2.0)
    for row, reward in zip(rows, rewards, strict=True):
        model.see(row, reward)
    matrix = 2.0 * np.eye(4) + rows.T @ rows
    assert model.coefficient == pytest.approx(np.linalg.solve(matrix, rows.T @ rewards))
    assert model.inverse == pytest.approx(np.linalg.inv(matrix))


def test_what_comes_later_counts_as_if_it_had_come_at_once():
    at_once, later = Ridge(2), Ridge(2)
    for row, reward in (([1.0, 0.0], 1.0), ([1.0, 2.0], 0.0), ([0.5, 1.0], 1.0)):
        at_once.see(np.array(row), reward)
        later.show(np.array(row))
    later.earn(np.array([1.0, 0.0]), 1.0)
    later.earn(np.array([0.5, 1.0]), 1.0)
    assert later.coefficient == pytest.approx(at_once.coefficient)


def test_deviation_by_hand():
    """One feature seen three times with strength 1: variance 1 / 4."""
    model = Ridge(1)
    for _ in range(3):
        model.see(np.array([1.0]), 1.0)
    assert model.deviation(np.array([[1.0], [2.0]])) == pytest.approx([0.5, 1.0])
    assert model.mean(np.array([[1.0]])) == pytest.approx([0.75])
