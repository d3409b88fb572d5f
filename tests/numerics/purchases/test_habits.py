"""Habits by hand, and against Python's own statistics."""

import statistics
from collections import Counter

import numpy as np

from shopkeeper.numerics.purchases.habits import Orders, habits


def orders(rows):
    customer, *others = zip(*rows, strict=True)
    return Orders(np.array(customer, np.int32), *(np.array(column, np.int64) for column in others))


def test_two_customers_by_hand():
    found = habits(orders([
        (0, 500, 5, 10, 1, -1), (0, 510, 5, 12, 1, 2), (0, 1500, 15, 12, 7, 1), (0, 4500, 45, 10, 6, 2),
        (2, 700, 7, 3, 3, -1),
    ]), 3)  # fmt: skip
    assert found.n_orders.tolist() == [4, 0, 1]
    assert (found.first_at[0], found.last_at[0]) == (500, 4500)
    assert found.n_gaps.tolist() == [2, 0, 0]
    assert (found.gaps[0], found.gap_squares[0], found.gap_median[0]) == (40, 100 + 900, 20.0)
    assert np.isnan(found.gap_median[1:]).all()
    assert (found.hour[0], found.n_hour[0], found.weekday[0], found.n_weekday[0], found.n_weekend[0]) == (10, 2, 1, 2, 2)
    assert found.method.tolist() == [2, -1, -1]
    assert (found.hour[1], found.n_hour[1]) == (-1, 0)


def test_many_orders_against_the_standard_library():
    random = np.random.default_rng(4)
    rows = [
        (
            int(random.integers(0, 5)),
            int(random.integers(0, 9999)),
            int(random.integers(0, 300)),
            int(random.integers(0, 24)),
            1,
            0,
        )
        for _ in range(600)
    ]
    found = habits(orders(rows), 5)
    for customer in range(5):
        days = sorted({row[2] for row in rows if row[0] == customer})
        between = np.diff(days)
        assert found.gap_median[customer] == statistics.median(between.tolist())
        assert (found.n_gaps[customer], found.gap_squares[customer]) == (len(between), (between**2).sum())
        hours = Counter(row[3] for row in rows if row[0] == customer)
        assert found.hour[customer] == min(hours, key=lambda hour: (-hours[hour], hour))
