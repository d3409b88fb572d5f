import numpy as np
import pytest

from shopkeeper.numerics.rhythm.histories import DAY, OrderDays, gaps


def history(*customers):
    """Customers given by the days on which they ordered, at noon."""
    day = np.array([day for days in customers for day in days], np.int32)
    starts = np.concatenate(([0], np.cumsum([len(days) for days in customers]))).astype(np.int64)
    return OrderDays(starts, day, day.astype(np.int64) * DAY + DAY // 2)


def test_gaps_and_what_was_known_before_each():
    found = gaps(history([0, 10, 30], [5]), 40 * DAY + DAY // 2)
    assert np.exp(found.log_days) == pytest.approx([10, 20, 10, 35])
    assert found.ended.tolist() == [True, True, False, False]
    assert found.n.tolist() == [0, 1, 2, 0]
    assert found.mean[2] == pytest.approx(np.log([10, 20]).mean())
    assert found.squares[2] == pytest.approx(np.log([10, 20]).var() * 2)


def test_nothing_later_is_known():
    known = gaps(history([0, 10], [5]), 20 * DAY)
    told = gaps(history([0, 10, 30, 31], [5, 40], [25]), 20 * DAY)
    for name in ("log_days", "ended", "n", "mean", "squares"):
        np.testing.assert_array_equal(getattr(known, name), getattr(told, name))


def test_some_customers():
    some = history([0, 10, 30], [5], [7, 8]).some(np.array([2, 0]))
    assert some.starts.tolist() == [0, 2, 5]
    assert some.day.tolist() == [7, 8, 0, 10, 30]


def test_nobody():
    assert len(gaps(history(), 0).log_days) == 0
