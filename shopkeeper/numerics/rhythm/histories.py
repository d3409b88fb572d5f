"""What each customer's order days say of their rhythm, known at a moment: gaps, and what was known before each."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel

DAY = 86_400_000_000
"""Microseconds in a day."""
SHORTEST_DAYS, LONGEST_DAYS = 0.5, 36_500.0
"""No silence counts as less or more than this: its logarithm stays finite and a moment within the calendar."""


@dataclass(frozen=True)
class OrderDays:
    """The days on which each customer ordered: ``[starts[c], starts[c + 1])`` of ``day`` and ``at``, oldest first.

    ``day`` int32 counts local days since 1970, each once a customer; ``at`` int64 is the day's newest order (microseconds, UTC).
    """

    starts: Array
    day: Array
    at: Array

    @property
    def n_customers(self) -> int:
        """How many customers there are."""
        return len(self.starts) - 1

    def some(self, customers: Array) -> OrderDays:
        """The order days of these customers (int64, places), in their order."""
        sizes = np.diff(self.starts)[customers]
        starts = np.zeros(len(customers) + 1, np.int64)
        np.cumsum(sizes, out=starts[1:])
        place = np.arange(starts[-1]) - np.repeat(starts[:-1] - self.starts[customers], sizes)
        return OrderDays(starts, self.day[place], self.at[place])


@dataclass(frozen=True)
class Gaps:
    """Every gap known at a moment, one an order day known by then: the time until the customer's next order day.

    ``log_days`` float64 is its logarithm, of the silence so far where it has not ``ended`` (bool). Before it began ``n``
    gaps (float64) of the same customer had ended, with this ``mean`` and these ``squares`` (squared deviations) of logarithms.
    """

    log_days: Array
    ended: Array
    n: Array
    mean: Array
    squares: Array


@kernel
def _gaps(starts, day, at, moment, log_days, ended, n, mean, squares):
    size = 0
    for customer in range(len(starts) - 1):
        count, middle, spread = 0.0, 0.0, 0.0
        for place in range(starts[customer], starts[customer + 1]):
            if at[place] > moment:
                break
            n[size], mean[size], squares[size] = count, middle, spread
            follows = place + 1 < starts[customer + 1] and at[place + 1] <= moment
            days = float(day[place + 1] - day[place]) if follows else (moment - at[place]) / DAY
            value = np.log(min(max(days, SHORTEST_DAYS), LONGEST_DAYS))
            log_days[size], ended[size] = value, follows
            size += 1
            count += 1.0
            away = value - middle
            middle += away / count
            spread += away * (value - middle)
    return size


def gaps(history: OrderDays, moment: int) -> Gaps:
    """All gaps as known at ``moment`` (microseconds, inclusive): nothing later is looked at."""
    size = len(history.at)
    log_days, ended = np.empty(size), np.empty(size, np.bool_)
    n, mean, squares = np.empty(size), np.empty(size), np.empty(size)
    size = _gaps(history.starts, history.day, history.at, moment, log_days, ended, n, mean, squares)
    return Gaps(log_days[:size], ended[:size], n[:size], mean[:size], squares[:size])
