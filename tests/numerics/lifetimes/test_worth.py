"""Bounds on what is spent, against draws."""

import numpy as np
import pytest

from shopkeeper.numerics.compiling import kernel
from shopkeeper.numerics.lifetimes.worth import worth_at


@kernel
def worked_out(number, more, p, shape, tail):
    return worth_at(number, more, len(number), p, shape, tail)


def drawn(chances, p, shape, n=300_000, seed=0):
    random = np.random.default_rng(seed)
    orders = random.choice(len(chances), n, p=chances)
    return np.where(orders > 0, random.gamma(np.maximum(p * orders, 1e-9)) / random.gamma(shape, size=n), 0.0)


@pytest.mark.parametrize("p", [0.8, 6.25])
@pytest.mark.parametrize("shape", [3.0, 16.0])
@pytest.mark.parametrize("tail", [0.05, 0.1])
@pytest.mark.parametrize("none", [0.02, 0.5])
def test_bounds_are_missed_as_often_as_asked_for(p, shape, tail, none):
    chances = np.concatenate(([none], (1 - none) * np.full(12, 1 / 12)))
    more = 1.0 - np.cumsum(chances)
    low, high = worked_out(np.arange(13.0), np.maximum(more, 0.0), p, shape, tail)
    spent = drawn(chances, p, shape)
    assert np.mean((spent >= low) & (spent <= high)) == pytest.approx(1 - 2 * tail, abs=0.015)
    if none < tail:
        assert np.mean(spent < low) == pytest.approx(tail, abs=0.01)
    else:
        assert low == 0.0


def test_whoever_hardly_comes_spends_nothing():
    assert worked_out(np.arange(2.0), np.array([0.04, 0.0]), 6.0, 4.0, 0.05) == (0.0, 0.0)


def test_many_orders_are_their_number_times_their_worth():
    """Ten thousand orders for sure, of a customer whose worth is known: p n / shape."""
    number, more = np.array([0.0, 9999.0, 10000.0]), np.array([1.0, 1.0, 0.0])
    low, high = worked_out(number, more, 6.0, 1e7, 0.05)
    assert low == pytest.approx(0.006, rel=0.01)
    assert high == pytest.approx(0.006, rel=0.01)
