"""What happened since learning: the newest products of each customer and each visit, in bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

CUSTOMERS_KEPT = 200_000
VISITS_KEPT = 200_000
IDS_KEPT = 500_000
PRODUCTS_KEPT = 200


class History:
    """The newest products of one customer or visit: {product code: weight}, the newest last, and which were bought."""

    __slots__ = ("bought", "weights")

    def __init__(self) -> None:
        self.weights: dict[int, float] = {}
        self.bought: set[int] = set()

    def add(self, code: int, weight: float, is_purchase: bool) -> None:
        """Take one event. Readers see the old or the new mapping, never one that changes under them."""
        weights = dict(self.weights)
        weights[code] = max(weight, weights.pop(code, 0.0))
        if len(weights) > PRODUCTS_KEPT:
            del weights[next(iter(weights))]
        self.weights = weights
        if is_purchase:
            self.bought = self.bought | {code}


class Live:
    """Histories by customer and by visit, the longest untouched forgotten first; an event counts once however often it comes."""

    def __init__(self, kind_weights: Mapping[str, float]) -> None:
        self._kind_weights = kind_weights
        self._lock = threading.Lock()
        self._customers: OrderedDict[str, History] = OrderedDict()
        self._visits: OrderedDict[str, History] = OrderedDict()
        self._ids: OrderedDict[str, None] = OrderedDict()

    def customer(self, customer_id: str) -> History | None:
        """What the customer did since learning."""
        return self._customers.get(customer_id)

    def visit(self, session_id: str) -> History | None:
        """What was done in this visit."""
        return self._visits.get(session_id)

    def add_events(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        """Take rows of `events` with their products' codes."""
        with self._lock:
            for code, row in rows:
                weight = self._kind_weights.get(row["event"], 0.0)
                if weight > 0.0 and self._is_new("event " + str(row["event_id"])):
                    self._add(code, row, weight, row["event"] == "purchase")

    def add_order_lines(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        """Take rows of `order_lines` with their products' codes; returns say nothing about liking."""
        weight = self._kind_weights.get("purchase", 0.0)
        with self._lock:
            for code, row in rows:
                if row["quantity"] > 0 and self._is_new("line " + str(row["line_id"])):
                    self._add(code, row, weight, True)

    def _is_new(self, number: str) -> bool:
        if number in self._ids:
            return False
        self._ids[number] = None
        if len(self._ids) > IDS_KEPT:
            self._ids.popitem(last=False)
        return True

    def _add(self, code: int, row: Mapping[str, Any], weight: float, is_purchase: bool) -> None:
        if row.get("customer_id"):
            _of(self._customers, str(row["customer_id"]), CUSTOMERS_KEPT).add(code, weight, is_purchase)
        if row.get("session_id"):
            _of(self._visits, str(row["session_id"]), VISITS_KEPT).add(code, weight, is_purchase)


def _of(histories: OrderedDict[str, History], name: str, limit: int) -> History:
    history = histories.get(name)
    if history is None:
        history = histories[name] = History()
        if len(histories) > limit:
            histories.popitem(last=False)
    else:
        histories.move_to_end(name)
    return history
