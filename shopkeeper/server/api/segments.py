"""Segments over HTTP: count an expression, with the place of its mistake."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from shopkeeper.server.api.routes import Routes

if TYPE_CHECKING:
    from shopkeeper.shop import Shop


class CountRequest(BaseModel):
    """Who is meant."""

    model_config = ConfigDict(extra="forbid")
    expression: str = Field(description="in the language of segments: lapsed and value_12m > 200 and not opted_out")
    segment_id: str = Field("", description="the segment that it is to become: it cannot contain itself")


class CountModel(BaseModel):
    """How many belong to an expression, and what they are worth."""

    expression: str = Field(description="the one way to write it")
    n_customers: int
    n_reachable: int = Field(description="those who have not refused to be written to")
    value: float = Field(description="worth of all their purchases less returns, in the shop's currency")
    share: float = Field(description="of all customers, 0 to 1")
    value_share: float = Field(description="of all value, 0 to 1")
    notes: list[str] = Field(description="what it names and the shop does not have, and how a word with two meanings was read")


def add_segment_routes(routes: Routes, shop: Shop) -> None:
    """``POST /api/segments/count``; a mistake is a problem with ``position``, ``end`` and ``caret``."""

    def count(request: CountRequest) -> CountModel:
        from shopkeeper.capabilities.customers.segments.counting import count
        from shopkeeper.capabilities.customers.segments.language.canonical import canonical
        from shopkeeper.capabilities.customers.segments.language.parsing import parse

        text = canonical(parse(request.expression))
        with shop.view() as view:
            found = count(view, request.expression, within=request.segment_id)
        return CountModel(expression=text, **{**dataclasses.asdict(found), "notes": list(found.notes)})

    routes.add(
        "POST", "/api/segments/count", "operator", count, fails=(409, 422),
        summary="How many customers belong to an expression, and what they are worth.",
    )  # fmt: skip
