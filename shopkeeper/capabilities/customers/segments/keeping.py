"""Saving a segment, taking one away, and its members as a table to take along: what every door does with segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shopkeeper.capabilities.customers.segments.compiling import query
from shopkeeper.capabilities.customers.segments.counting import check_learned, clock, presence, saved
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.tree import segments
from shopkeeper.capabilities.customers.segments.saved import Segment, find
from shopkeeper.core.errors import BadRequest, ExpressionError
from shopkeeper.core.tasks import ShopView

if TYPE_CHECKING:
    import pyarrow as pa

TAKEN_ALONG = ("customer_id", "country", "language", "value", "value_12m", "n_orders", "last_order_at", "stage", "opted_out")


def row(
    view: ShopView,
    segment_id: str,
    expression: str,
    *,
    title: str = "",
    description: str = "",
    is_tag: bool = True,
    made_by: str = "",
) -> dict[str, Any]:
    """The row of `segments` to upsert. Raises `ExpressionError` where it cannot be read or would contain itself."""
    if not segment_id.strip():
        raise BadRequest("A segment needs an id.", got="nothing", wanted="a short name: best_buyers", next="give it one")
    book = saved(view).with_rows([{"segment_id": segment_id, "expression": expression}])
    query(parse(expression), clock(view), book=book, text=expression, within=segment_id)
    return {
        "segment_id": segment_id, "title": title or segment_id, "description": description, "expression": expression.strip(),
        "is_tag": is_tag, "enabled": True, "made_by": made_by,
    }  # fmt: skip


def removal(view: ShopView, segment_id: str) -> dict[str, Any]:
    """The row that takes a segment away, a built-in one too. Raises `UnknownName`, and `BadRequest` where others name it."""
    book = saved(view)
    segment = find(book, segment_id)
    naming = [other.segment_id for other in book.segments if _names(other, segment)]
    if naming:
        raise BadRequest(
            f"The segment {segment.segment_id!r} is part of others.", got=", ".join(naming),
            wanted="a segment that no other one names", next="change these first",
        )  # fmt: skip
    return {"segment_id": segment.segment_id, "expression": segment.expression, "enabled": False}


def _names(other: Segment, segment: Segment) -> bool:
    if other.segment_id == segment.segment_id:
        return False
    try:
        named = {part.name.strip().lower() for part in segments(parse(other.expression))}
    except ExpressionError:
        return False
    return bool(named & {segment.segment_id.lower(), segment.title.lower()})


def listing(view: ShopView, text: str, *, within: str = "", reachable_only: bool = False) -> pa.Table:
    """The members with what is useful beside them (TAKEN_ALONG), in the order of their numbers. Raises as `counting.count`.

    ``reachable_only`` leaves out who has refused to be written to: an audience for marketing.
    """
    found = query(parse(text), clock(view), book=saved(view), text=text, within=within)
    check_learned(view.sql(presence(found)).to_pylist()[0], found)
    names = ", ".join(f'c."{name}"' for name in TAKEN_ALONG)
    reachable = " AND NOT coalesce(c.opted_out, false)" if reachable_only else ""
    return view.sql(
        f"{found.prefix}SELECT {names} FROM customer_profiles AS c WHERE {found.condition}{reachable} ORDER BY c.customer_id",
        found.parameters,
    )
