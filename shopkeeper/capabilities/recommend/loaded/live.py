"""What happened since learning: the newest products of each customer and each visit, in bounded memory."""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

CUSTOMERS_KEPT = 200_000
VISITS_KEPT = 200_000
IDS_KEPT = 500_000
PRODUCTS_KEPT = 200
MOMENTS_KEPT = 500


class Touch(NamedTuple):
    """What somebody did with one product: the newest moment (microseconds), the strongest weight, how often.

    ``strength`` is the strongest weight of a kind of event as the settings have it, without age and exponent.
    """

    at: int
    weight: float
    times: int
    strength: float


class History:
    """What one customer or visit did since learning. Never changed: an event makes a new one, so readers need no lock.

    ``touches`` has a product's newest event last; ``moments`` are the distinct ones in order; ``bought`` the products bought,
    each with the newest moment.
    """

    __slots__ = ("bought", "moments", "touches")

    def __init__(self) -> None:
        self.touches: dict[int, Touch] = {}
        self.moments: tuple[int, ...] = ()
        self.bought: dict[int, int] = {}

    def step(self, at: int) -> int:
        """How many distinct moments since learning are newer."""
        return len(self.moments) - bisect_right(self.moments, at)

    def after(self, code: int, weight: float, at: int, is_purchase: bool, strength: float) -> History:
        """This history and one event."""
        made = History()
        made.touches = dict(self.touches)
        old = made.touches.pop(code, None)
        made.touches[code] = (
            Touch(at, weight, 1, strength)
            if old is None
            else Touch(max(at, old.at), max(weight, old.weight), old.times + 1, max(strength, old.strength))
        )
        if len(made.touches) > PRODUCTS_KEPT:
            del made.touches[next(iter(made.touches))]
        if self.moments and at in self.moments[-8:]:
            made.moments = self.moments
        else:
            moments = list(self.moments)
            if at not in moments:
                insort(moments, at)
            made.moments = tuple(moments[-MOMENTS_KEPT:])
        made.bought = {**self.bought, code: max(at, self.bought.get(code, at))} if is_purchase else self.bought
        return made


NOBODY = History()


class Taken(NamedTuple):
    """One event that counted: whose it is (a customer's number, or a visit's or guest's order's name), and what it changed."""

    actor: str
    is_customer: bool
    session: str
    code: int
    kind_weight: float
    at: int
    is_purchase: bool
    before: History
    after: History


class Live:
    """Histories by customer and by visit, the longest untouched forgotten first; an event counts once however often it comes.

    ``kind_weights`` is the weight of each kind of event, ``fade(at)`` multiplies it by the event's age (microseconds).
    ``strengths`` are those weights before an exponent (default: the same).
    """

    def __init__(
        self, kind_weights: Mapping[str, float], fade: Callable[[int], float], strengths: Mapping[str, float] | None = None
    ) -> None:
        self._kind_weights = kind_weights
        self._strengths = kind_weights if strengths is None else strengths
        self._fade = fade
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

    def add_events(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> list[Taken]:
        """Take rows of `events` with their products' codes; those that counted."""
        taken = []
        with self._lock:
            for code, row in rows:
                weight = self._kind_weights.get(row["event"], 0.0)
                if weight > 0.0 and self._is_new("event " + str(row["event_id"])):
                    is_purchase = row["event"] == "purchase"
                    # A purchase that is told twice, as an event and as an order's line, counts once.
                    if not is_purchase or not row.get("order_id") or self._is_new(f"bought {row['order_id']} {code}"):
                        taken += self._add(code, row, row["event"], is_purchase)
        return taken

    def add_order_lines(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> list[Taken]:
        """Take rows of `order_lines` with their products' codes; returns say nothing about liking. Those that counted."""
        taken = []
        with self._lock:
            for code, row in rows:
                if row["quantity"] > 0 and self._is_new("line " + str(row["line_id"])):
                    if row.get("order_id") and not self._is_new(f"bought {row['order_id']} {code}"):
                        continue
                    taken += self._add(code, row, "purchase", True)
        return taken

    def _is_new(self, number: str) -> bool:
        if number in self._ids:
            return False
        self._ids[number] = None
        if len(self._ids) > IDS_KEPT:
            self._ids.popitem(last=False)
        return True

    def _add(self, code: int, row: Mapping[str, Any], kind: str, is_purchase: bool) -> list[Taken]:
        at = microseconds(row["at"])
        kind_weight = self._kind_weights.get(kind, 0.0)
        event = (code, kind_weight * self._fade(at), at, is_purchase, self._strengths.get(kind, 0.0))
        customer, session = str(row.get("customer_id") or ""), str(row.get("session_id") or "")
        found = []
        if session:
            before, after = _add(self._visits, session, VISITS_KEPT, event)
            found = [Taken(f"session:{session}", False, session, code, kind_weight, at, is_purchase, before, after)]
        if customer:
            before, after = _add(self._customers, customer, CUSTOMERS_KEPT, event)
            found = [Taken(customer, True, session, code, kind_weight, at, is_purchase, before, after)]
        elif not session and row.get("order_id"):
            order = f"order:{row['order_id']}"
            before, after = _add(self._visits, order, VISITS_KEPT, event)
            found = [Taken(order, False, order, code, kind_weight, at, is_purchase, before, after)]
        return found


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of a moment; one without a time zone is in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1e6)


def _add(
    histories: OrderedDict[str, History], name: str, limit: int, event: tuple[int, float, int, bool, float]
) -> tuple[History, History]:
    before = histories.get(name, NOBODY)
    histories[name] = after = before.after(*event)
    histories.move_to_end(name)
    if len(histories) > limit:
        histories.popitem(last=False)
    return before, after
