"""Segments on the page: what is typed is counted, completed and kept; those that are kept are listed with their size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shopkeeper.capabilities.customers.segments import counting
from shopkeeper.capabilities.customers.segments.language.completing import Suggestion, complete
from shopkeeper.capabilities.customers.segments.saved import Segment, built_in
from shopkeeper.core.errors import BadRequest, NotLearned, ShopkeeperError
from shopkeeper.core.schema import SEGMENTS

if TYPE_CHECKING:
    import pyarrow as pa

    from shopkeeper.capabilities.customers.segments.counting import Count
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

OWN = "shopkeeper"
"""Who made the segments that come with Shopkeeper."""
N_NAMES, N_ALIKE = 500, 10


@dataclass(frozen=True)
class Tried:
    """What came of counting an expression: the count, or what is wrong with it in its parts (`caret`, `position` …)."""

    count: Count | None
    problem: Mapping[str, Any] | None


@dataclass(frozen=True)
class Listed:
    """A segment as the list shows it."""

    segment: Segment
    tried: Tried

    @property
    def is_own(self) -> bool:
        """Whether the shop made it, or changed the one that came with Shopkeeper."""
        return self.segment.made_by != OWN


def tried(view: ShopView, text: str, within: str = "") -> Tried:
    """Count who belongs to it; nothing typed is neither counted nor wrong."""
    if not text.strip():
        return Tried(None, None)
    try:
        return Tried(counting.count(view, text, within=within), None)
    except ShopkeeperError as error:
        return Tried(None, error.as_problem())


def listed(view: ShopView) -> tuple[Listed, ...]:
    """Every segment with its size now: the shop's own first, then by value."""
    found = [Listed(segment, tried(view, segment.expression, segment.segment_id)) for segment in counting.saved(view).segments]
    return tuple(sorted(found, key=lambda row: (not row.is_own, -(row.tried.count.value if row.tried.count else 0.0))))


def names(view: ShopView) -> dict[str, tuple[str, ...]]:
    """The shop's own words, for completing: categories, brands and segments."""
    found = {"segment": tuple(segment.segment_id for segment in counting.saved(view).segments)}
    for kind, column in (("category", "product_type"), ("brand", "brand")):
        rows = view.sql(f"SELECT DISTINCT {column} AS name FROM products WHERE {column} IS NOT NULL ORDER BY 1 LIMIT {N_NAMES}")
        found[kind] = tuple(rows["name"].to_pylist())
    return found


def suggestions(text: str, caret: int, known: Mapping[str, tuple[str, ...]]) -> tuple[Suggestion, ...]:
    """What may come at the caret; words only, no hints of what kind of value is wanted."""
    return tuple(one for one in complete(text, caret, known) if not one.is_open)


def members(view: ShopView, text: str, within: str = "") -> pa.Table:
    """Who belongs to it. Raises `ExpressionError` and `NotLearned`."""
    return counting.members(view, text, within=within)


def look_alikes(shop: Shop, segment_id: str) -> Mapping[str, Any] | None:
    """Who is most like the members, as `customers.look_alikes` says; None where that cannot be told."""
    try:
        body = shop.ask("customers.look_alikes", segment=segment_id, n=N_ALIKE)
    except (NotLearned, BadRequest):
        return None
    return body if body.get("customers") else None


def alike_rows(body: Mapping[str, Any]) -> pa.Table:
    """Those customers with their likeness, the likest first, as a table to hand out."""
    import pyarrow as pa

    rows = body["customers"]
    return pa.table({name: [row[name] for row in rows] for name in ("customer_id", "likeness")})


def save(shop: Shop, row: Mapping[str, Any], made_by: str) -> None:
    """Keep a segment. Raises `BadRequest` where the store does not take it."""
    kept = {name: row.get(name) for name in SEGMENTS.names} | {"made_by": made_by, "enabled": True}
    kept["segment_id"] = str(kept["segment_id"] or "").strip()
    if not kept["segment_id"]:
        raise BadRequest(
            "A segment needs a short name.", got="nothing", wanted="letters, such as late_lovers", next="fill in the name"
        )
    _upsert(shop, kept)


def remove(shop: Shop, segment: Segment) -> None:
    """Take it out: one that came with Shopkeeper comes back as it was where the shop had changed it, else it is switched off."""
    came = built_in().find(segment.segment_id)
    if came is not None and segment.made_by != OWN:
        _upsert(shop, _row(came))
    else:
        _upsert(shop, _row(segment) | {"enabled": False})


def _row(segment: Segment) -> dict[str, Any]:
    return {
        "segment_id": segment.segment_id, "title": segment.title, "description": segment.description,
        "expression": segment.expression, "is_tag": segment.is_tag, "made_by": segment.made_by, "enabled": True,
    }  # fmt: skip


def _upsert(shop: Shop, row: Mapping[str, Any]) -> None:
    refused = shop.upsert("segments", [dict(row)]).rejected
    if refused:
        raise BadRequest("The segment was not kept.", got=str(refused[0].message), wanted="a segment", next="correct it")
