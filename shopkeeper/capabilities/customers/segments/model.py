"""What answers ask about customers: profiles, segments and likeness, mapped into memory and kept fresh."""

from __future__ import annotations

import json
import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from shopkeeper.capabilities.customers.profiles.columns import COLUMNS
from shopkeeper.capabilities.customers.profiles.kept import Kept
from shopkeeper.capabilities.customers.segments.compiling import Query, query
from shopkeeper.capabilities.customers.segments.counting import check_learned, presence
from shopkeeper.capabilities.customers.segments.facts import PRODUCT_COLUMNS
from shopkeeper.capabilities.customers.segments.language.canonical import canonical
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.periods import Clock
from shopkeeper.capabilities.customers.segments.language.tree import Expression, facts
from shopkeeper.capabilities.customers.segments.memory import IN_MEMORY, Memory
from shopkeeper.capabilities.customers.segments.noting import readings, strangers
from shopkeeper.capabilities.customers.segments.saved import Book, Segment
from shopkeeper.core.columns import text
from shopkeeper.core.errors import ShopkeeperError, StoreDamaged
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

EXPRESSIONS_KEPT = 64
_TERM = (text("term", "the words searched for", required=True),)


@dataclass
class Since:
    """What came of one customer since learning."""

    orders: set[str] = field(default_factory=set)
    n_events: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True)
class Members:
    """Who belongs, as rows of the profiles in increasing order, and what has to be said about it."""

    places: Array
    canonical: str
    notes: tuple[str, ...] = ()


class SegmentsModel:
    """Profiles, segments and likeness. Thread-safe; `observe` makes new rows count in the next answer."""

    def __init__(self, arrays: Mapping[str, Array], card: Mapping[str, Any]) -> None:
        self.card = card
        self.as_of = str(card["as_of"])
        self.clock = Clock(datetime.fromisoformat(self.as_of), str(card["time_zone"]))
        self.profiles = Kept(arrays, COLUMNS, "profile")
        products, terms = Kept(arrays, PRODUCT_COLUMNS, "product"), Kept(arrays, _TERM, "term")
        self.memory = Memory(self.profiles, products, terms, arrays)
        self.arrays = arrays
        self._event_cut = int(arrays["event_cut"][0])
        self._value = np.nan_to_num(self.profiles.floats("value"))
        self._total_value = float(self._value.sum())
        self._opted_out = self.profiles.is_true("opted_out")
        self.alike_by: tuple[str, ...] = tuple(card["alike_by"])
        self._since: dict[str, Since] = {}
        self._marketing: dict[str, bool | None] = {}
        self._lock = threading.Lock()
        self._found: OrderedDict[str, Members] = OrderedDict()
        told = card["segments"]
        self.book = Book(_segment(row) for row in told)
        self._learned = {row["segment_id"]: place for place, row in enumerate(told)}
        self._ids = [row["segment_id"] for row in told]
        self._signed = self._signatures(self.book)
        self._changed: dict[str, Array] = {}

    # -- live rows

    def observe(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Take rows that arrived after learning: orders and events are counted, refusals and segments hold at once."""
        if table == "segments":
            self._change_segments(rows)
            return
        for row in rows:
            customer_id = row.get("customer_id")
            if not customer_id:
                continue
            if table == "customers":
                self._refusal(str(customer_id), row.get("accepts_marketing"))
                continue
            since = self._since.setdefault(str(customer_id), Since())
            if table == "events":
                since.n_events += 1
            elif table == "orders" or row["quantity"] > 0:
                since.orders.add(str(row["order_id"]))
            since.last_at = row["at"] if since.last_at is None else max(since.last_at, row["at"])

    def _refusal(self, customer_id: str, accepts: bool | None) -> None:
        self._marketing[customer_id] = accepts
        place = self.profiles.keys.find(customer_id)
        if place >= 0:
            self._opted_out[place] = accepts is False

    def _change_segments(self, rows: list[dict[str, Any]]) -> None:
        """Take new versions of segments; whoever's meaning changed, also through another one in it, is counted again."""
        book = self.book.with_rows(rows)
        signed = self._signatures(book)
        changed = {}
        for segment in book.segments:
            segment_id = segment.segment_id
            learned = segment_id in self._learned and signed[segment_id] == self._signed.get(segment_id)
            if not learned:
                try:
                    changed[segment_id] = self._evaluate(segment.expression, book, segment_id).places
                except ShopkeeperError:
                    changed[segment_id] = np.empty(0, np.int32)
        with self._lock:
            self._found.clear()
        self.book, self._changed = book, changed

    def _signatures(self, book: Book) -> dict[str, str]:
        """What each segment means, in one text: equal as long as it and all that it names stay the same."""
        found = {}
        for segment in book.segments:
            try:
                compiled = self._compiled(parse(segment.expression), book, segment.expression, segment.segment_id)
                found[segment.segment_id] = f"{compiled.members} {list(compiled.parameters.values())}"
            except ShopkeeperError as error:
                found[segment.segment_id] = error.sentence
        return found

    def marketing(self, customer_id: str) -> tuple[bool, bool | None]:
        """(whether it changed since learning, whether the customer has agreed to be written to)."""
        return customer_id in self._marketing, self._marketing.get(customer_id)

    def since(self, customer_id: str) -> dict[str, Any]:
        """What came of the customer since learning: orders, events, and when the last."""
        found = self._since.get(customer_id)
        if found is None:
            return {"orders": 0, "events": 0, "last_at": None}
        last = found.last_at.isoformat() if found.last_at is not None else None
        return {"orders": len(found.orders), "events": found.n_events, "last_at": last}

    # -- segments

    def tags(self, place: int) -> list[Segment]:
        """The segments that profiles show which the customer in that row belongs to, in the order of their ids."""
        low, high = self.arrays["tag_starts"][place : place + 2].tolist()
        ids = {self._ids[code] for code in self.arrays["tag_segment"][low:high].tolist()} - self._changed.keys()
        ids |= {segment_id for segment_id, places in self._changed.items() if _has(places, place)}
        found = (self.book.find(segment_id) for segment_id in sorted(ids))
        return [segment for segment in found if segment is not None and segment.is_tag]

    def members(self, segment: Segment) -> Members:
        """Who belongs to a saved segment. Raises `ExpressionError` and `NotLearned` as its expression does."""
        book, changed = self.book, self._changed
        if segment.segment_id in changed or segment.segment_id not in self._learned:
            return self._evaluate(segment.expression, book, segment.segment_id)
        place = self._learned[segment.segment_id]
        if self.card["segments"][place]["problem"] is not None:
            return self._evaluate(segment.expression, book, segment.segment_id)
        low, high = self.arrays["member_starts"][place : place + 2].tolist()
        notes = tuple(self.card["segments"][place].get("notes", ()))
        return Members(self.arrays["member_customer"][low:high], canonical(parse(segment.expression)), notes)

    def evaluate(self, expression: str) -> Members:
        """Who belongs to what is typed. Raises `ExpressionError` and `NotLearned`."""
        found = self._evaluate(expression, self.book, "")
        # What is kept is the same for every way to write it; a word with two meanings is not.
        read = readings(parse(expression), self.book)
        return replace(found, notes=(*found.notes, *read)) if read else found

    def _evaluate(self, expression: str, book: Book, within: str) -> Members:
        tree = parse(expression)
        key = f"{within}\0{canonical(tree)}"
        if book is self.book:
            with self._lock:
                known = self._found.get(key)
            if known is not None:
                return known
        compiled = self._compiled(tree, book, expression, within)
        check_learned(self.memory.rows(presence(compiled), {})[0], compiled)
        notes = (*strangers(self.memory.rows, tree, book), *self._too_early(tree))
        found = Members(self.memory.places(compiled), canonical(tree), notes)
        if book is self.book:
            with self._lock:
                self._found[key] = found
                while len(self._found) > EXPRESSIONS_KEPT:
                    self._found.popitem(last=False)
        return found

    def _compiled(self, tree: Expression, book: Book, text: str, within: str) -> Query:
        return query(tree, self.clock, book=book, keys=IN_MEMORY, text=text, within=within)

    def _too_early(self, tree: Expression) -> tuple[str, ...]:
        """A sentence where looks, carts or searches before those in memory would count."""
        from shopkeeper.capabilities.customers.profiles.kept import iso
        from shopkeeper.capabilities.customers.segments.language.periods import bounds

        if self._event_cut == np.iinfo(np.int64).min:
            return ()
        for did in facts(tree):
            start = bounds(did.period, self.clock)[0] if did.period is not None else None
            if did.fact in ("viewed", "carted", "searched") and (start is None or start.timestamp() * 1e6 < self._event_cut):
                return (
                    f"Looks, carts and searches are counted from {iso(self._event_cut)} on; saved segments look at all of them.",
                )
        return ()

    # -- numbers of members

    def reachable(self, places: Array) -> Array:
        """Those of the rows who have not refused to be written to."""
        kept: Array = places[~self._opted_out[places]]
        return kept

    def is_opted_out(self, place: int) -> bool:
        """Whether the customer has refused to be written to, also since learning."""
        return bool(self._opted_out[place])

    def worth(self, places: Array) -> tuple[float, float]:
        """(value of these rows, its share of all value)."""
        value = float(self._value[places].sum())
        return round(value, 2), value / self._total_value if self._total_value > 0 else 0.0


def _has(places: Array, place: int) -> bool:
    at = bisect_left(places, place)
    return at < len(places) and int(places[at]) == place


def _segment(row: Mapping[str, Any]) -> Segment:
    return Segment(
        row["segment_id"], row["title"], row["description"], row["expression"], bool(row["is_tag"]), row["made_by"]
    )  # fmt: skip


def load_model(folder: Path, view: ShopView) -> SegmentsModel:  # noqa: ARG001 - everything is in the folder
    """The model saved in ``folder``; arrays stay on disk until they are touched. Raises `StoreDamaged`."""
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        arrays = {path.stem: _mapped(path) for path in sorted(folder.glob("*.npy"))}
        model = SegmentsModel(arrays, card)
        model.evaluate("not everyone")  # the first question warms the engine
        return model
    except (OSError, ValueError, KeyError) as error:
        raise StoreDamaged(
            "The learned segments cannot be read.",
            got=f"{folder.name}: {error}",
            wanted="the arrays and the card as they were saved",
            next="learn them again: `shopkeeper learn customers.segments --force`",
        ) from error


def _mapped(path: Path) -> Array:
    found: Array = np.load(path, mmap_mode="c", allow_pickle=False).view(np.ndarray)
    return found
