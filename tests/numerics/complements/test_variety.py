"""Variety by hand."""

import numpy as np

from shopkeeper.numerics.complements.variety import varied


def test_each_further_product_of_a_kind_counts_less():
    score, kind = np.array([[10.0, 9.0, 8.0, 1.0]]), np.array([[0, 0, 1, -1]])
    assert varied(score, kind, 4, 0.0).tolist() == [[0, 1, 2, 3]]
    assert varied(score, kind, 4, 0.2).tolist() == [[0, 2, 1, 3]]


def test_unknown_kinds_are_like_no_other():
    assert varied(np.array([[3.0, 2.0, 1.0]]), np.array([[-1, -1, -1]]), 3, 0.9).tolist() == [[0, 1, 2]]


def test_what_is_worth_nothing_is_not_chosen():
    assert varied(np.array([[0.0, 2.0]]), np.array([[0, 0]]), 3, 0.5).tolist() == [[1, -1, -1]]
