import numpy as np
import pytest

from shopkeeper.numerics.linear.gram import dense_products, squares
from shopkeeper.numerics.sparse_rows import build_log, merge


def rows_of_two():
    """The first customer had 0, then 1, then 2; the second had 1 and 0 at one moment."""
    log = build_log(np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 0, 1]), np.zeros(5, np.uint8), np.array([0, 1, 2, 5, 5]), 2, 3)
    return merge(log, np.array([2.0]), 5, np.inf)


def test_products_by_hand():
    # forward 5 for the same moment, 3 for one after, 1 for more; backward 0.5 for one before, 0.25 for more
    found = dense_products(rows_of_two(), np.array([1.0, 10.0]), np.array([5.0, 3.0, 1.0]), np.array([9.0, 0.5, 0.25]))
    assert found == pytest.approx(4 * np.array([[55, 53, 1], [50.5, 55, 3], [0.25, 0.5, 5]]))


def test_the_diagonal_is_the_squares():
    rows = rows_of_two()
    one = np.ones(3)
    factor = np.array([1.0, 10.0])
    assert squares(rows, factor).tolist() == [44.0, 44.0, 4.0]
    assert np.diag(dense_products(rows, factor, one, one)).tolist() == [44.0, 44.0, 4.0]
