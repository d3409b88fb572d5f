"""Decisions of a small shop that explores, and what came of them; how good each product and position is, is known."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.recommend.exploring.explorer import Explorer
from shopkeeper.capabilities.recommend.settings import RecommendSettings

MOMENT = pa.timestamp("us")
N_SLOTS, N_CANDIDATES = 4, 12
RATE = 0.3
"""Clicks on an average product in the first position."""


def appeals(n_products: int) -> np.ndarray:
    """How much better each product is than the average one: every seventh three times."""
    return np.where(np.arange(n_products) % 7 == 3, 3.0, 0.6)


def clicks(position: np.ndarray, appeal: np.ndarray) -> np.ndarray:
    """The probability of a click."""
    return np.minimum(RATE * appeal / np.log2(2.0 + position), 1.0)


def decided(
    products: list[str], customers: list[str], start: datetime, n_days: float, *, n: int = 500, share: float = 0.3, seed: int = 0
) -> dict[str, pa.Table]:
    """`decisions` and `outcomes`: ``n`` lists evenly over the days, with candidates in an order that knows nothing."""
    random = np.random.default_rng(seed)
    explorer = Explorer(None, RecommendSettings())
    appeal = appeals(len(products))
    decisions, outcomes = [], []
    for number in range(n):
        at = start.replace(tzinfo=None) + timedelta(days=n_days * (number + 0.5) / n)
        codes = random.permutation(len(products))[:N_CANDIDATES].astype(np.int32)
        scores = np.sort(random.random(N_CANDIDATES).astype(np.float32))[::-1]
        found = explorer.explore(codes, scores, N_SLOTS, share, "home", f"{seed} {number}")
        clicked = random.random(len(found.codes)) < clicks(np.arange(len(found.codes)), appeal[found.codes])
        decision = f"d{number:06d}"
        decisions.append({
            "decision_id": decision, "at": at, "answer": "recommend.for_customer", "place": ("home", "cart")[number % 2],
            "customer_id": customers[number % len(customers)] if customers else None,
            "chosen": json.dumps([products[code] for code in found.codes]), "probability": found.slate_probability,
            "reason": json.dumps({"rung": "customer", "explore": found.reason(products.__getitem__)}),
        })  # fmt: skip
        outcomes += [
            {
                "outcome_id": f"{decision}-{code}", "at": at + timedelta(minutes=1), "decision_id": decision, "outcome": "click",
                "product_id": products[code], "value": None,
            }
            for code in found.codes[clicked]
        ]  # fmt: skip
    return {"decisions": _table(decisions, DECISION), "outcomes": _table(outcomes, OUTCOME)}


DECISION = ("decision_id", "at", "answer", "place", "customer_id", "chosen", "probability", "reason")
OUTCOME = ("outcome_id", "at", "decision_id", "outcome", "product_id", "value")


def _table(rows: list[dict[str, object]], names: tuple[str, ...]) -> pa.Table:
    kinds = {"at": MOMENT, "probability": pa.float64(), "value": pa.float64()}
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, kinds.get(name, pa.string())) for name in names]))
