"""Which model tells the shop's newest period best from what was known before it, and how well, beside naive answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.life_cycle.read import Trade
from shopkeeper.capabilities.customers.value.histories import Histories, came, histories
from shopkeeper.capabilities.customers.value.models import MODELS, Learned, Model, Outlook, learn, outlook
from shopkeeper.core.results import Interval, Score
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.compiling import Array, Tell
from shopkeeper.numerics.lifetimes.ahead import log_chance

SHORTEST_DAYS = 7
HELD_OUT = 1 / 3  # of the shop's time, at most
FEWEST_CUSTOMERS, FEWEST_REPEATING = 50, 10


@dataclass(frozen=True)
class Exam:
    """What was known before the held-out ``days``, what came, and what each model had said.

    ``known`` are the customers judged on, with their ``orders`` and ``value`` float64 in the held-out days; ``chances`` the
    mean log probability that each model (by name) gave to the number of orders that came; ``learned`` the best one, ``said``
    its outlook.
    """

    days: int
    known: Histories
    orders: Array
    value: Array
    chances: Mapping[str, float]
    learned: Learned
    said: Outlook


def examined(
    trade: Trade, day: int, horizon_days: int, share: float, limit: int, models: tuple[Model, ...], seed: int, tell: Tell
) -> Exam | None:
    """All ``models`` examined on the days up to ``day``, on at most ``limit`` customers; None where there is too little."""
    first = int(trade.day[trade.n_orders > 0].min())
    days = min(horizon_days, int((day - first + 1) * HELD_OUT))
    if days < SHORTEST_DAYS:
        return None
    known = _sample(histories(trade, day - days), limit, seed)
    if len(known) < FEWEST_CUSTOMERS or int(np.sum(known.n_repeats > 0.0)) < FEWEST_REPEATING:
        return None
    orders, value = came(trade, known)
    counts, found, chances = known.grouped(), [], {}
    for place, model in enumerate(models):
        learned = learn(model, known, counts)
        chances[model.name] = float(np.mean(log_chance(learned.orders, known.each(), float(days), orders)))
        found.append(learned)
        tell((place + 1) / len(models))
    best = max(found, key=lambda each: chances[each.model.name])
    return Exam(days, known, orders, value, chances, best, outlook(best, known, float(days), share))


def _sample(known: Histories, limit: int, seed: int) -> Histories:
    if len(known) <= limit:
        return known
    return known.some(np.sort(np.random.default_rng(seed).choice(len(known), limit, replace=False)))


def own_rate(known: Histories, days: float) -> Array:
    """float64 [customers]: orders if each goes on as before; who came today for the first time, as all do on average."""
    return np.where(known.age > 0.0, known.n_repeats / np.maximum(known.age, 1.0) * days, everybody(known, days))


def everybody(known: Histories, days: float) -> float:
    """Orders if everybody goes on as all did on average."""
    return float(known.n_repeats.sum() / max(known.age.sum(), 1.0) * days)


def scores(exam: Exam, seed: int) -> tuple[Score, ...]:
    """Orders and value of the held-out days beside naive answers, and whether the customer came at all."""
    known, said = exam.known, exam.said
    own = own_rate(known, exam.days)
    buys = (exam.orders > 0.0).astype(np.float64)
    error, naive = said.orders - exam.orders, own - exam.orders
    mean_error = everybody(known, exam.days) - exam.orders
    own_value = own * known.order_value
    within = f"in the last {exam.days} days"
    as_before = "everybody as before"
    return (
        _root("RMSE of orders " + within, error, naive, as_before, seed, decides=True),
        _root(f"RMSE of orders {within}, beside the mean", error, mean_error, "all as the mean", seed),
        _root("RMSE of value " + within, said.value - exam.value, own_value - exam.value, as_before, seed),
        _brier("Brier score of ordering " + within, said.p_buys, buys, seed),
    )


def _root(name: str, error: Array, naive: Array, baseline: str, seed: int, *, decides: bool = False) -> Score:
    """A root mean squared error beside a naive one, on the same customers: a^2 - b^2 = (a - b) (a + b)."""
    value, other = float(np.sqrt(np.mean(error**2))), float(np.sqrt(np.mean(naive**2)))
    low, high = mean_interval(error**2, seed=seed)
    less, more = mean_interval(error**2 - naive**2, seed=seed)
    both = max(value + other, 1e-12)
    return _score(
        name, value, (np.sqrt(low), np.sqrt(high)), other, baseline, (less / both, more / both), len(error), decides=decides
    )


def _brier(name: str, p_buys: Array, buys: Array, seed: int) -> Score:
    error, naive = (p_buys - buys) ** 2, (buys.mean() - buys) ** 2
    spread, less = mean_interval(error, seed=seed), mean_interval(error - naive, seed=seed)
    return _score(name, float(error.mean()), spread, float(naive.mean()), "the share of all who ordered", less, len(error))


def _score(
    name: str,
    value: float,
    spread: tuple[float, float],
    baseline: float,
    baseline_name: str,
    less: tuple[float, float],
    n_cases: int,
    *,
    decides: bool = False,
) -> Score:
    """A score of which less is better; intervals hold the value itself, however few the cases."""
    low, high = min(float(spread[0]), value), max(float(spread[1]), value)
    difference = value - baseline
    return Score(
        name, value, Interval(low, high), baseline, baseline_name,
        Interval(min(less[0], difference), max(less[1], difference)), n_cases, higher_is_better=False, decides=decides,
    )  # fmt: skip


def coverage(exam: Exam) -> dict[str, float]:
    """The share of customers whose orders and whose value came to lie within the bounds that were told."""
    said = exam.said
    slack = 1e-6 * (1.0 + np.abs(exam.value))
    return {
        "orders_within_share": float(np.mean((exam.orders >= said.orders_low) & (exam.orders <= said.orders_high))),
        "value_within_share": float(np.mean((exam.value >= said.value_low - slack) & (exam.value <= said.value_high + slack))),
    }


def chosen_models(name: str) -> tuple[Model, ...]:
    """The models to choose from: all, or the one that is named."""
    return MODELS if name == "best" else tuple(model for model in MODELS if model.name == name)
