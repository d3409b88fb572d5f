import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.capabilities.customers.churn.cuts import cut_moments, questions
from shopkeeper.capabilities.customers.churn.read import DAY, OrderDays
from shopkeeper.core.errors import NotEnoughData


def orders(n_days, every):
    """Ten customers who order every so many days."""
    day = np.arange(0, n_days, every)
    moment = np.tile(day, 10).astype(np.int64) * DAY
    start = np.arange(0, len(moment) + 1, len(day))
    return OrderDays(pa.array([f"c{n}" for n in range(10)]), start, moment, moment)


def test_horizons_that_fit_are_kept():
    wanted, away = questions(orders(1_000, 20), 1_000 * DAY, 60)
    assert (wanted.horizon_days, wanted.is_shortened) == (60, False)
    assert away.horizon_days == 20  # everybody comes back after 20 days
    assert (wanted.spacing_days, away.spacing_days) == (60, 20)


def test_a_short_past_has_the_longest_horizon_that_fits():
    wanted, away = questions(orders(100, 30), 100 * DAY, 60)
    assert (wanted.horizon_days, wanted.asked_days, wanted.is_shortened) == (20, 60, True)
    assert (away.horizon_days, away.asked_days) == (20, 30)


def test_moments_do_not_reach_into_each_other():
    known = orders(1_000, 20)
    wanted, _ = questions(known, 1_000 * DAY, 60)
    n_cuts, moments = cut_moments(known, 1_000 * DAY, wanted)
    assert n_cuts == 4
    assert moments == [(1_000 - 60 * n) * DAY for n in (1, 2, 3, 4, 5, 6)]


def test_no_past_is_refused():
    with pytest.raises(NotEnoughData) as caught:
        questions(orders(4, 1), 4 * DAY, 60)
    assert "too young" in caught.value.what
    empty = OrderDays(pa.array([], pa.string()), np.array([0]), np.empty(0, np.int64), np.empty(0, np.int64))
    with pytest.raises(NotEnoughData):
        questions(empty, DAY, 60)
