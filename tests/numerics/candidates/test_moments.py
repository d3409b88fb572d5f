import numpy as np
import pytest

from shopkeeper.numerics.candidates.moments import ages_days, first_and_last, returns
from shopkeeper.numerics.sparse_rows import build_log, merge

DAY = 86_400_000_000


def a_log():
    customer = np.array([0, 0, 0, 0, 0, 1, 1])
    product = np.array([0, 1, 0, 2, 0, 2, 2])
    kind = np.array([0, 0, 0, 1, 0, 0, 0], np.uint8)
    days = np.array([1, 1, 3, 9, 9, 2, 2.5])
    return build_log(customer, product, kind, (days * DAY).astype(np.int64), 2, 4)


def test_how_old_each_entry_is():
    log, weights = a_log(), np.array([1.0, 0.0])
    rows = merge(log, weights, 10 * DAY, np.inf)
    assert rows.product.tolist() == [0, 1, 2]
    assert ages_days(log, rows, weights, 10 * DAY) == pytest.approx([1.0, 9.0, 7.5])


def test_when_products_were_seen():
    first, last = first_and_last(a_log(), np.array([1.0, 0.0]))
    assert (first[:3] / DAY).tolist() == [1.0, 1.0, 2.0]
    assert (last[:3] / DAY).tolist() == [9.0, 1.0, 2.5]
    assert first[3] > last[3]


def test_how_long_customers_wait():
    log = a_log()
    mean, n_gaps, n_customers = returns(log, log.product.astype(np.int64), 4, np.ones(2))
    assert mean[0] == pytest.approx((np.log(2) + np.log(6)) / 2)
    assert n_gaps.tolist() == [2, 0, 0, 0]  # half a day later is still the same visit
    assert n_customers.tolist() == [1, 1, 2, 0]
    assert np.isnan(mean[1:]).all()
