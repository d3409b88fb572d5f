"""From features to RFM scores and segments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.clusters.read import Buyers, read_buyers
from shopkeeper.capabilities.customers.clusters.rfm_segments import ADVICE, MEANING, NAMES, segment_places
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.clustering.quantile_scores import quantile_scores, score_borders

RULE = (
    "Score 1 to 5 by fifths of the customers; equal values always share a score. Recency and money: by the middle of those who "
    "share a value. Frequency: by the share of customers with fewer orders, so that one order is never more than score 1."
)


def rfm_result(view: ShopView, settings: CustomersSettings) -> Result:
    """The result of `customers.rfm`."""
    del settings
    view.progress.step(0.0, "reading features")
    buyers = read_buyers(view, ("recency_days", "n_orders", "value"))
    view.progress.step(0.5, "scoring")
    days, orders, value = (buyers.column(name) for name in buyers.names)
    # Rounded to what can be told apart: sums of the same prices in another order are the same sum.
    scores = {
        "recency": quantile_scores(-np.round(days, 6)),
        "frequency": quantile_scores(orders, ties="lowest"),
        "monetary": quantile_scores(np.round(value, 4)),
    }
    place = segment_places(np.maximum(scores["recency"], 1), scores["frequency"])
    borders = {
        "recency_borders": -score_borders(-days, scores["recency"]),
        "frequency_borders": score_borders(orders, scores["frequency"]),
        "monetary_borders": score_borders(value, scores["monetary"]),
    }
    view.progress.step(1.0, "done")
    card = {"rule": RULE, "n_customers": len(buyers), "n_without_orders": buyers.n_without_orders,
            "segments": _segments(place, value)}  # fmt: skip
    return Result(_table(buyers, scores, place), learned=borders, card=card, headline=_headline(place, value))


def _table(buyers: Buyers, scores: dict[str, np.ndarray], place: np.ndarray) -> pa.Table:
    recency, frequency, monetary = scores.values()
    words = pa.array([str(number) for number in range(556)])
    return pa.table({
        "customer_id": buyers.customer_id,
        **{f"{name}_score": pa.array(score) for name, score in scores.items()},
        "rfm": words.take(pa.array(100 * recency + 10 * frequency + monetary)),
        "rfm_segment": pa.array(NAMES).take(pa.array(place)),
    })  # fmt: skip


def _segments(place: np.ndarray, value: np.ndarray) -> list[dict[str, Any]]:
    """Size and worth of each segment, with what to do."""
    count = np.bincount(place, minlength=len(NAMES))
    worth = np.bincount(place, weights=value, minlength=len(NAMES))
    return [
        {
            "rfm_segment": name, "n_customers": int(count[n]), "customers_share": float(count[n] / max(1, len(place))),
            "value": float(worth[n]), "value_share": float(worth[n] / worth.sum()) if worth.sum() > 0 else None,
            "meaning": MEANING[name], "advice": ADVICE[name],
        }
        for n, name in enumerate(NAMES)
    ]  # fmt: skip


def _headline(place: np.ndarray, value: np.ndarray) -> str:
    parts = []
    total = float(value.sum())
    for name in ("champions", "at_risk", "cannot_lose"):
        mine = place == NAMES.index(name)
        worth = f" with {value[mine].sum() / total:.0%} of the value" if total > 0 and mine.any() else ""
        parts.append(f"{int(mine.sum()):,} {name.replace('_', ' ')}{worth}")
    return f"Of {len(place):,} customers who ordered: " + ", ".join(parts) + "."
