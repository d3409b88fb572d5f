"""Everybody's stage now, since when, when the next order is due, and how well such stages told who would order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.life_cycle.calendar import micros
from shopkeeper.capabilities.customers.life_cycle.judge import judged
from shopkeeper.capabilities.customers.life_cycle.learning import sample, stages_at
from shopkeeper.capabilities.customers.life_cycle.read import read_trade
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.rhythm.histories import DAY, OrderDays
from shopkeeper.numerics.rhythm.stages import STAGES, Borders, Rhythm, Stages, still_to_come

CURVE_POINTS = 101
FEWEST_TOLD = 10
"""Customers who ordered again, from which on the shop's usual rhythm is told."""


def life_cycle_now(view: ShopView, settings: CustomersSettings) -> Result:
    """The table `customer_life_cycle`, its scores, and in the card how often each stage ordered again."""
    view.progress.step(0.0, "reading orders")
    trade = read_trade(view, "customers.life_cycle")
    now = micros(view.as_of)
    view.progress.step(0.5, "learning everybody's rhythm")
    rhythm, limits, found = stages_at(trade.history, sample(trade.history), now, settings)
    view.progress.step(0.8, "judging stages on the newest period that is over")
    scores, returns = judged(trade.history, now, settings, view.seed)
    card = {
        "stages": {name: int(n) for name, n in zip(STAGES, _counts(found), strict=True)},
        "returns_within_days": settings.returns_within_days,
        "returns_by_stage": returns,
        "ever_second_order_share": round(rhythm.second.ending_share, 6),
        "second_order_days": [round(float(days), 3) for days in np.exp(limits.second)],
        "usual_gap_days": round(float(np.exp(rhythm.prior.mean)), 3),
        "own_rhythm_weight": round(rhythm.prior.weight, 4),
    }
    view.progress.step(1.0, "telling stages")
    table = _table(trade.customers, rhythm, found)
    return Result(table, scores, _curves(rhythm, limits), card, _headline(found, trade.history))


def _counts(found: Stages) -> Array:
    return np.bincount(found.stage[found.stage >= 0], minlength=len(STAGES))


def _table(customers: pa.Array, rhythm: Rhythm, found: Stages) -> pa.Table:
    def moments(values: Array) -> pa.Array:
        return pa.array(values.astype("datetime64[us]"), pa.timestamp("us"))

    columns: dict[str, Any] = {
        "customer_id": customers.cast(pa.string()),
        "stage": pa.array(STAGES, pa.string()).take(pa.array(np.maximum(found.stage, 0))),
        "since_at": moments(found.since),
        "n_order_days": pa.array(found.n_days.astype(np.int64)),
        "last_order_at": moments(found.last_at),
        "usual_gap_days": pa.array(found.usual),
        "at_risk_after_days": pa.array(found.at_risk),
        "lapsed_after_days": pa.array(found.lapsed),
        "due_at": moments(found.last_at + (found.usual * DAY).astype(np.int64)),
        "still_due_share": pa.array(still_to_come(rhythm, found)),
    }
    return pa.table(columns)


def _curves(rhythm: Rhythm, limits: Borders) -> dict[str, Array]:
    """What a picture of the rhythm draws: by which day so many of the second orders have come."""
    return {
        "second_order_days": np.exp(_thinned(rhythm.second.length)),
        "second_order_share": _thinned(rhythm.second.share),
        "second_order_borders_days": np.exp(limits.second),
        "usual": np.array([rhythm.prior.mean, rhythm.prior.weight, rhythm.prior.shape, rhythm.prior.rate]),
        "later_borders": limits.later,
    }


def _thinned(values: Array) -> Array:
    if len(values) <= CURVE_POINTS:
        return values
    kept: Array = values[np.linspace(0, len(values) - 1, CURVE_POINTS).astype(np.int64)]
    return kept


def _headline(found: Stages, history: OrderDays) -> str:
    n = dict(zip(STAGES, (int(count) for count in _counts(found)), strict=True))
    usual = np.median(found.usual[found.n_days > 1]) if (found.n_days > 1).any() else 0.0
    rhythm = (
        f" Half of those who order again usually do so within {usual:,.0f} days."
        if usual and (found.n_days > 1).sum() >= FEWEST_TOLD
        else ""
    )
    return (
        f"Of {history.n_customers:,} customers {n['active'] + n['loyal']:,} order in their rhythm ({n['loyal']:,} are loyal), "
        f"{n['new']:,} are new, {n['at_risk']:,} at risk, {n['lapsed']:,} lapsed, {n['returned']:,} returned.{rhythm}"
    )
