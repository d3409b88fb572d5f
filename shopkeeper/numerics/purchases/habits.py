"""When each customer orders: how often, on which days, at which hours."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.purchases.sorting import favorites, n_distinct
from shopkeeper.numerics.sparse_rows import counting_sort


@dataclass(frozen=True)
class Orders:
    """Orders, one row each, in any order.

    ``customer`` int32 codes; ``at``, ``day``, ``hour`` (0-23), ``weekday`` (1-7) and ``method`` (codes, -1: unknown) int64.
    """

    customer: Array
    at: Array
    day: Array
    hour: Array
    weekday: Array
    method: Array


@dataclass(frozen=True)
class Habits:
    """When and how often each customer orders, int64 [customers].

    Orders, first and last moment; times between days with orders (how many, sum, sum of squares, and the median, float64, NaN
    below two days); the most frequent hour, weekday and method (of equal ones the lowest; -1 without any), how many orders at
    those, and orders on Saturday and Sunday.
    """

    n_orders: Array
    first_at: Array
    last_at: Array
    n_gaps: Array
    gaps: Array
    gap_squares: Array
    hour: Array
    n_hour: Array
    weekday: Array
    n_weekday: Array
    n_weekend: Array
    method: Array
    gap_median: Array


@inlined
def _between(days, n, between, out, customer):
    """The median time between ordered days; how many, their sum and sum of squares go to ``out``."""
    n_gaps = 0
    for place in range(1, n):
        gap = days[place] - days[place - 1]
        if gap > 0:
            between[n_gaps] = gap
            n_gaps += 1
            out[1, customer] += gap
            out[2, customer] += gap * gap
    out[0, customer] = n_gaps
    n_distinct(between, n_gaps)  # puts them in order
    return (between[(n_gaps - 1) // 2] + between[n_gaps // 2]) / 2


@kernel
def _habits(low, high, starts, rows, orders, out, medians):
    at, day, hour, weekday, method = orders
    longest = 0
    for customer in range(low, high):
        longest = max(longest, starts[customer + 1] - starts[customer])
    days, codes, ones = np.empty(longest, np.int64), np.empty(longest, np.int64), np.empty(longest, np.int64)
    top, n_top, counts = np.empty(1, np.int64), np.empty(1, np.int64), np.zeros((2, 24), np.int64)
    for customer in range(low, high):
        n = starts[customer + 1] - starts[customer]
        mine = rows[starts[customer] : starts[customer + 1]]
        out[0, customer] = n
        ones[:n] = 1
        for place in range(n):
            moment = at[mine[place]]
            out[1, customer] = moment if place == 0 else min(out[1, customer], moment)
            out[2, customer] = moment if place == 0 else max(out[2, customer], moment)
            days[place] = day[mine[place]]
            out[10, customer] += weekday[mine[place]] >= 6
        if n_distinct(days, n) > 1:
            medians[customer] = _between(days, n, codes, out[3:6], customer)
        counts[:] = 0
        n_known = 0
        for place in range(n):
            counts[0, hour[mine[place]]] += 1
            counts[1, weekday[mine[place]]] += 1
            if method[mine[place]] >= 0:
                codes[n_known] = method[mine[place]]
                n_known += 1
        for kind in range(2):
            out[6 + 2 * kind, customer] = np.argmax(counts[kind]) if n else -1
            out[7 + 2 * kind, customer] = counts[kind].max()
        top[0], n_top[0] = -1, 0
        favorites(codes, ones, n_known, top, n_top)
        out[11, customer] = top[0]


def habits(orders: Orders, n_customers: int) -> Habits:
    """What the orders say of each of ``n_customers`` customers."""
    starts, rows = counting_sort(orders.customer, n_customers)
    out = np.zeros((12, n_customers), np.int64)
    medians = np.full(n_customers, np.nan)
    given = (orders.at, orders.day, orders.hour, orders.weekday, orders.method)
    in_threads(lambda low, high: _habits(low, high, starts, rows, given, out, medians), ranges(np.diff(starts), n_threads()))
    found = dict(zip((field.name for field in fields(Habits)), (*out, medians), strict=True))
    return Habits(**found)
