"""What the dashboard draws: foretold beside actual, and how value is spread among customers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shopkeeper.capabilities.customers.life_cycle.read import Trade
from shopkeeper.capabilities.customers.value.judge import Exam
from shopkeeper.capabilities.customers.value.models import Outlook, newcomer_orders
from shopkeeper.numerics.compiling import Array

MOST_REPEATS = 7  # "7 or more"
GROUPS = 10
WEEK = 7


def by_repeats(exam: Exam) -> Mapping[str, Array]:
    """``repeats_*`` [8]: customers by orders after the first before the held-out days, and their mean orders in them."""
    group = np.minimum(exam.known.n_repeats, MOST_REPEATS).astype(np.int64)
    count = np.bincount(group, minlength=MOST_REPEATS + 1).astype(np.float64)
    return {
        "repeats_customers": count,
        "repeats_expected": _mean(group, exam.said.orders, count),
        "repeats_actual": _mean(group, exam.orders, count),
    }


def by_chance(exam: Exam) -> Mapping[str, Array]:
    """``chance_*`` [10]: customers by tenths of the probability of ordering: how many, mean told, share who did."""
    group = np.minimum((exam.said.p_buys * GROUPS).astype(np.int64), GROUPS - 1)
    count = np.bincount(group, minlength=GROUPS).astype(np.float64)
    return {
        "chance_customers": count,
        "chance_told": _mean(group, exam.said.p_buys, count),
        "chance_actual": _mean(group, (exam.orders > 0.0).astype(np.float64), count),
    }


def by_week(exam: Exam, trade: Trade) -> Mapping[str, Array]:
    """``week_*`` [weeks]: orders after the first up to the end of each week, told and actual, of customers judged on.

    ``week_day`` int64 is its last day since 1970; the model knows the time up to ``week_held_out_from`` int64 [1] alone.
    """
    first_day = exam.known.first_day
    start, end = int(first_day.min()), exam.known.day + exam.days
    week = np.arange(start + WEEK - 1, end + 1, WEEK)
    expected = newcomer_orders(exam.learned, end - start)
    newcomers = np.bincount(first_day - start, minlength=end - start + 1).astype(np.float64)
    told = np.array([float(newcomers[: day - start + 1] @ expected[day - start :: -1]) for day in week])
    judged = np.zeros(len(trade.customers), np.bool_)
    judged[exam.known.customer] = True
    days = np.sort(trade.day[(trade.n_orders > 0) & judged[trade.customer]]).astype(np.int64)
    seen = np.searchsorted(days, week, side="right") - np.cumsum(newcomers)[week - start]
    return {
        "week_day": week,
        "week_expected": told,
        "week_actual": seen.astype(np.float64),
        "week_held_out_from": np.array([exam.known.day], np.int64),
    }


def of_value(said: Outlook) -> Mapping[str, Array]:
    """How the value to come is spread.

    ``decile_value`` [10]: mean value of each tenth of the customers, the best first; ``top_share`` [101]: the share of all value
    that the best 0, 1, … 100 % bring; ``alive_customers`` [10]: customers by tenths of the probability of being still there.
    """
    value = np.sort(np.maximum(said.value, 0.0))[::-1]
    total = np.concatenate(([0.0], np.cumsum(value)))
    all_of_it = max(float(total[-1]), 1e-300)
    at = np.linspace(0.0, len(value), 101)
    edges = np.round(np.linspace(0, len(value), GROUPS + 1)).astype(np.int64)
    sizes = np.maximum(np.diff(edges), 1)
    alive = np.minimum((said.p_alive * GROUPS).astype(np.int64), GROUPS - 1)
    return {
        "decile_value": np.diff(total[edges]) / sizes,
        "top_share": np.interp(at, np.arange(len(total)), total) / all_of_it,
        "alive_customers": np.bincount(alive, minlength=GROUPS).astype(np.float64),
    }


def drawn(exam: Exam | None, trade: Trade, said: Outlook) -> dict[str, Array]:
    """All of it; without an exam only how value is spread."""
    found = dict(of_value(said))
    if exam is not None:
        found |= {**by_repeats(exam), **by_chance(exam), **by_week(exam, trade)}
    return found


def _mean(group: Array, values: Array, count: Array) -> Array:
    return np.bincount(group, weights=values, minlength=len(count)) / np.maximum(count, 1.0)
