import numpy as np

from shopkeeper.numerics.growing.last_events import days_since
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY
from shopkeeper.numerics.sparse_rows import build_log, merge


def test_the_newest_event_of_the_kind_counts_and_others_do_not():
    customer, product = np.array([0, 0, 0, 1, 1]), np.array([2, 2, 1, 2, 0])
    kind, day = np.array([1, 0, 0, 1, 1], np.uint8), np.array([1, 5, 3, 2, 9])
    log = build_log(customer, product, kind, day * MICROSECONDS_A_DAY, 2, 3)
    rows = merge(log, np.ones(2), 10 * MICROSECONDS_A_DAY, np.inf)
    assert rows.product.tolist() == [2, 1, 0, 2]
    assert days_since(log, rows, 1, 10 * MICROSECONDS_A_DAY).tolist() == [9.0, -1.0, 1.0, 8.0]
