"""Sums by hand."""

import numpy as np

from shopkeeper.numerics.purchases.sums import sums


def test_each_column_is_added_up_by_group():
    found = sums(np.array([1, 0, 1]), np.array([[1, 2, 3], [2**60, 0, 1]]), 3)
    assert found.tolist() == [[2, 4, 0], [0, 2**60 + 1, 0]]
