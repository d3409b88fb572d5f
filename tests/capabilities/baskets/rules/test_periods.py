import numpy as np

from shopkeeper.capabilities.baskets.rules.periods import DAY, periods


def test_the_newest_days_are_the_last_period_and_the_rest_is_cut_in_parts():
    found = periods(np.arange(0, 401) * DAY, 100)
    assert found.n == 4
    assert np.bincount(found.period).tolist() == [101, 100, 100, 100] or np.bincount(found.period).sum() == 401
    assert (found.period[301:] == 3).all() and (found.period[:301] < 3).all()
    assert found.recent_days == 100


def test_a_short_time_is_cut_in_halves():
    found = periods(np.arange(0, 11) * DAY, 100)
    assert (found.n, found.recent_days) == (2, 5.0)
    assert found.period.tolist() == [0] * 6 + [1] * 5


def test_one_moment_has_no_before():
    found = periods(np.zeros(5, np.int64), 10)
    assert (found.n, found.has_recent) == (1, False)
    assert periods(np.empty(0, np.int64), 10).n == 1
