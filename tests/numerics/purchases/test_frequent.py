"""The most frequent by hand."""

import numpy as np

from shopkeeper.numerics.purchases.frequent import most_frequent


def test_the_most_frequent_of_equal_ones_the_lowest_the_unknown_not_counted():
    group = np.array([0, 0, 0, 0, 2, 2, 2, 3], np.int32)
    code = np.array([4, 1, 4, -1, 7, 5, -1, -1], np.int32)
    top, n_top, n_known = most_frequent(group, code, 4)
    assert top.tolist() == [4, -1, 5, -1]
    assert n_top.tolist() == [2, 0, 1, 0]
    assert n_known.tolist() == [3, 0, 2, 0]
