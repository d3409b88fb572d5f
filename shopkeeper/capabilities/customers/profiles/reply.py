"""Everything about one customer as an answer says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from shopkeeper.capabilities.customers.profiles.columns import SOURCES

if TYPE_CHECKING:
    from shopkeeper.capabilities.customers.segments.model import SegmentsModel

_DOCUMENTS = tuple(column.name for source in SOURCES for column in source.columns if column.type == "json")
_GROUPS = tuple((source.group, tuple(column.name for column in source.columns)) for source in SOURCES)


def profile(model: SegmentsModel, customer_id: str) -> dict[str, Any]:
    """The profile in groups, with tags and what came since learning. Unknown customers have ``is_known`` false and no groups."""
    place = model.profiles.keys.find(customer_id) if is_text(customer_id) else -1
    body: dict[str, Any] = {"customer_id": customer_id, "is_known": place >= 0, "as_of": model.as_of}
    if place >= 0:
        row = model.profiles.row(place)
        for name in _DOCUMENTS:
            if row[name] is not None:
                row[name] = orjson.loads(row[name])
        body |= {group: {name: row[name] for name in names} for group, names in _GROUPS}
        has_changed, accepts = model.marketing(customer_id)
        if has_changed:
            body["customer"] |= {"accepts_marketing": accepts, "opted_out": None if accepts is None else not accepts}
        body["tags"] = [
            {"segment_id": tag.segment_id, "title": tag.title, "description": tag.description} for tag in model.tags(place)
        ]
    else:
        body["tags"] = []
    body["since"] = model.since(customer_id)
    return body


def is_text(value: str) -> bool:
    """Whether it can be looked up: half a character cannot."""
    return value.isprintable() or value.encode(errors="ignore").decode() == value
