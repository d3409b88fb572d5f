"""Whether stages say who will order again: on a held-out last period, beside stages with fixed borders of 90 and 180 days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.customers.life_cycle.learning import sample, stages_at
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Interval, Score
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.rhythm.histories import DAY, OrderDays
from shopkeeper.numerics.rhythm.stages import NOBODY, STAGES, fixed_borders, stages
from shopkeeper.numerics.shares.intervals import wilson

FIXED_DAYS = (45.0, 90.0, 180.0)
FIXED_NAME = "fixed borders of 90 and 180 days"
LIKELY_LAST = ("lapsed", "at_risk", "new", "returned", "active", "loyal")
"""Stages in the order in which a manager expects orders from them, least first."""
LEAST_CUSTOMERS, N_SAMPLES = 100, 1000
Returns = list[dict[str, Any]]


@dataclass(frozen=True)
class Held:
    """Customers known at a cut: their stage (int8) ``own`` and ``fixed``, and whether they ``ordered`` in the period after it."""

    own: Array
    fixed: Array
    ordered: Array


def held_out(history: OrderDays, moment: int, settings: CustomersSettings) -> Held:
    """Everybody's stage at ``moment`` (microseconds) and whether they ordered in the days after it."""
    prior, limits = fixed_borders(*FIXED_DAYS)
    own = stages_at(history, sample(history), moment, settings)[2].stage
    fixed = stages(history, prior, limits, moment, settings.loyal_orders).stage
    later = (history.at > moment) & (history.at <= moment + settings.returns_within_days * DAY)
    customer = np.repeat(np.arange(history.n_customers), np.diff(history.starts))
    ordered = np.bincount(customer[later], minlength=history.n_customers) > 0
    known = own != NOBODY
    return Held(own[known], fixed[known], ordered[known])


def judged(history: OrderDays, now: int, settings: CustomersSettings, seed: int) -> tuple[tuple[Score, ...], Returns]:
    """(scores, how many of each stage ordered) of the newest period that is over; nothing where the shop is too young for it."""
    period = settings.returns_within_days * DAY
    test = held_out(history, now - period, settings)
    if not _is_enough(test):
        return (), []
    cells = _cells(test)
    draws = np.random.default_rng(seed).multinomial(len(test.own), cells.ravel() / cells.sum(), size=N_SAMPLES)
    draws = draws.reshape(N_SAMPLES, *cells.shape).astype(np.float64)
    scores = [_score("AUC: orders within the period", _areas(cells[None]), _areas(draws), len(test.own), higher_is_better=True)]
    earlier = held_out(history, now - 2 * period, settings)
    if _is_enough(earlier):
        chances = _chances(earlier)
        scores.append(
            _score(
                "log loss: orders within the period", _losses(cells[None], chances), _losses(draws, chances), len(test.own),
                higher_is_better=False,
            )
        )  # fmt: skip
    return tuple(scores), returns_by_stage(test)


def _is_enough(held: Held) -> bool:
    return len(held.own) >= LEAST_CUSTOMERS and 0 < held.ordered.sum() < len(held.own)


def returns_by_stage(held: Held) -> Returns:
    """For each stage that somebody was in: how many there were and which share of them ordered, with its interval."""
    n = np.bincount(held.own, minlength=len(STAGES))
    ordered = np.bincount(held.own[held.ordered], minlength=len(STAGES))
    low, high = wilson(ordered, n)
    return [
        {
            "stage": name, "n_customers": int(n[place]), "n_ordered": int(ordered[place]),
            "ordered_share": float(ordered[place] / n[place]), "low": float(low[place]), "high": float(high[place]),
        }
        for place, name in enumerate(STAGES) if n[place]
    ]  # fmt: skip


def _cells(held: Held) -> Array:
    """int64 [own stage, fixed stage, ordered or not]: how many customers; all that scores depend on."""
    k = len(STAGES)
    code = (held.own.astype(np.int64) * k + held.fixed) * 2 + held.ordered
    return np.bincount(code, minlength=2 * k * k).reshape(k, k, 2)


def _areas(cells: Array) -> tuple[Array, Array]:
    """(own, fixed) area under the ROC curve of each table [draws, own, fixed, ordered], stages in the order of `LIKELY_LAST`."""
    order = [STAGES.index(name) for name in LIKELY_LAST]
    return _area(cells.sum(axis=2)[:, order]), _area(cells.sum(axis=1)[:, order])


def _area(table: Array) -> Array:
    """The area from counts [draws, stages from unlikely to likely, ordered or not]; ties count half."""
    no, yes = table[..., 0], table[..., 1]
    below = np.cumsum(no, axis=1) - no
    pairs = np.maximum(no.sum(axis=1) * yes.sum(axis=1), 1.0)
    found: Array = ((below + 0.5 * no) * yes).sum(axis=1) / pairs
    return found


def _chances(held: Held) -> tuple[Array, Array]:
    """(own, fixed) share of each stage that ordered in an earlier period, one case of each outcome added."""

    def of(stage: Array) -> Array:
        n = np.bincount(stage, minlength=len(STAGES)) + 2.0
        return (np.bincount(stage[held.ordered], minlength=len(STAGES)) + 1.0) / n

    return of(held.own), of(held.fixed)


def _losses(cells: Array, chances: tuple[Array, Array]) -> tuple[Array, Array]:
    """(own, fixed) log loss of each table under the chances of its stages."""

    def of(table: Array, chance: Array) -> Array:
        total = table[..., 0] @ np.log(1.0 - chance) + table[..., 1] @ np.log(chance)
        found: Array = -total / table.sum(axis=(1, 2))
        return found

    return of(cells.sum(axis=2), chances[0]), of(cells.sum(axis=1), chances[1])


def _score(name: str, found: tuple[Array, Array], drawn: tuple[Array, Array], n_cases: int, *, higher_is_better: bool) -> Score:
    value, baseline = float(found[0][0]), float(found[1][0])
    return Score(
        name, value, _interval(drawn[0], value), baseline, FIXED_NAME, _interval(drawn[0] - drawn[1], value - baseline), n_cases,
        higher_is_better=higher_is_better,
    )  # fmt: skip


def _interval(drawn: Array, value: float) -> Interval:
    """The middle 95 % of what was drawn, with the value itself within."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(min(float(low), value), max(float(high), value))
