"""Facts over HTTP: events on the short way, every other fact table beside it. On disk when acknowledged.

The reply is 200 when every row was taken (new, or known by its number), 207 when some rows of a batch were rejected, and
a 422 problem when none was taken. Either way the rejected rows are listed by their place in the batch.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Request
from starlette.responses import Response

from shopkeeper.core.errors import BadRequest, unknown
from shopkeeper.core.schema import EVENTS, FACTS
from shopkeeper.server.api.routes import Routes, caller_of
from shopkeeper.server.api.schemas import problems, reply, row_schema
from shopkeeper.server.bodies import parse_rows, read_body, with_ids
from shopkeeper.server.gate import Asked, FastRoute
from shopkeeper.server.metrics import Metrics
from shopkeeper.server.security import Caller, Headers, Security

if TYPE_CHECKING:
    from starlette.types import Receive

    from shopkeeper.core.columns import Table
    from shopkeeper.shop import Shop

SOURCE = "api"

# What a storefront may report: what was shown, and what came of it. Everything else is the owner's to write.
REPORTED = frozenset({"events", "impressions", "outcomes"})
APPENDABLE = {table.name: table for table in FACTS if table.name != "rejected"}
REFUSALS = (401, 403, 408, 413, 415, 422, 429)


class Appending:
    """Takes the rows of a request into a fact table."""

    def __init__(self, shop: Shop, security: Security, metrics: Metrics) -> None:
        self._store = shop.store
        self._settings = security.settings
        self._metrics = metrics

    async def take(self, table: Table, receive: Receive, headers: Headers, caller: Caller) -> tuple[int, dict[str, Any]]:
        """Status and body of the reply; returns when the rows are on disk."""
        raw = await read_body(receive, headers, self._settings.body_timeout_seconds)
        rows, is_single = await parse_rows(raw, headers, self._settings.batch_limit_rows)
        key = headers.get(b"idempotency-key")
        rows = with_ids(rows, table.id, key and caller.id.encode() + b":" + key)
        # Rows are checked in the store's writer thread, together with those of other requests.
        taken = await asyncio.wrap_future(self._store.append_later(table.name, rows, source=SOURCE))
        rejected = [{"index": each.index, "rule": each.rule, "message": each.message} for each in taken.rejected]
        self._metrics.rows(table.name, taken.n_new, taken.n_known, len(rejected))
        if rejected and len(rejected) == len(rows):
            raise _nothing_taken(table.name, rejected, is_single)
        body = {"n_new": taken.n_new, "n_known": taken.n_known, "n_rejected": len(rejected), "rejected": rejected}
        return (207 if rejected else 200), body


def events_route(appending: Appending) -> FastRoute:
    """``POST /api/events`` on the short way."""

    async def handle(asked: Asked) -> tuple[int, bytes]:
        status, body = await appending.take(EVENTS, asked.receive, asked.headers, asked.caller)
        return status, orjson.dumps(body)

    operation = {
        "tags": ["events"],
        "summary": "Send events: one, a JSON array, or NDJSON.",
        "description": _HOW,
        "operationId": "append_events",
        "requestBody": rows_body(EVENTS),
        "responses": _replies(),
        "parameters": [IDEMPOTENCY_KEY],
    }
    return FastRoute("/api/events", "storefront", handle, {"post": operation})


def add_fact_routes(routes: Routes, appending: Appending, security: Security) -> None:
    """``POST /api/facts/{table}`` for every fact table, each an address of its own."""
    for table in APPENDABLE.values():
        role = "storefront" if table.name in REPORTED else "owner"
        told = {"requestBody": rows_body(table), "parameters": [IDEMPOTENCY_KEY], "description": _HOW}
        routes.add(
            "POST", f"/api/facts/{table.name}", role, _endpoint(table, appending, security),
            summary=f"Send rows of {table.name}: {table.meaning}", operation_id=f"append_{table.name}_rows", document=told,
            response_class=Response, responses=_replies(),
        )  # fmt: skip

    async def unknown_table(table: str) -> Response:
        raise unknown("fact table", table, APPENDABLE, next="GET /api/tables lists the tables")

    routes.add("POST", "/api/facts/{table}", "storefront", unknown_table, include_in_schema=False)


def _endpoint(table: Table, appending: Appending, security: Security) -> Any:
    async def append_rows(request: Request) -> Response:
        headers = dict(request.scope["headers"])
        status, body = await appending.take(table, request.receive, headers, caller_of(security, request))
        return Response(orjson.dumps(body), status, media_type="application/json")

    return append_rows


_HOW = (
    "On disk when acknowledged. A row whose number is already there counts as known, so that sending again is harmless; "
    "a row without a number gets one, from the Idempotency-Key where there is one. 200: every row taken. 207: some rejected, "
    "listed by index. 422: none taken."
)
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "any text, the same when a request is sent again: rows without a number of their own then count once",
}


def rows_body(table: Table) -> dict[str, Any]:
    """The description of a body of rows: one object, an array, or NDJSON."""
    row = row_schema(table, made=(table.id, table.moment))
    one_or_many = {"oneOf": [row, {"type": "array", "items": row}]}
    ndjson = {"type": "string", "description": "one JSON object a line"}
    return {
        "required": True,
        "content": {"application/json": {"schema": one_or_many}, "application/x-ndjson": {"schema": ndjson}},
    }


def _replies() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Appended"}
    return reply("Every row was taken.", schema) | reply("Some rows were rejected.", schema, 207) | problems(*REFUSALS)


def _nothing_taken(table: str, rejected: list[dict[str, Any]], is_single: bool) -> BadRequest:
    what = f"This row of {table!r} cannot be taken." if is_single else f"None of these rows of {table!r} can be taken."
    return BadRequest(
        what, got=rejected[0]["message"], wanted=f"rows as the data dictionary describes {table!r}",
        next="correct what the rules name and send them again", rejected=rejected, n_rejected=len(rejected),
    )  # fmt: skip
