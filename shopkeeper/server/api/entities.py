"""Entities over HTTP: products, customers and the rest, changed by merging and read one at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
from fastapi import Request
from starlette.responses import Response

from shopkeeper.core.errors import BadRequest, UnknownName, unknown
from shopkeeper.core.schema import ENTITIES
from shopkeeper.server.api.events import SOURCE, rows_body
from shopkeeper.server.api.routes import Routes, json_of
from shopkeeper.server.api.schemas import problems, reply, row_schema
from shopkeeper.server.bodies import parse_object, parse_rows, read_body

if TYPE_CHECKING:
    from shopkeeper.core.columns import Table
    from shopkeeper.server.metrics import Metrics
    from shopkeeper.server.settings import ServerSettings
    from shopkeeper.shop import Shop

TABLES = {table.name: table for table in ENTITIES}
OWNERS_ONLY = frozenset({"identities", "rejected"})  # where personal data may be


def add_entity_routes(routes: Routes, shop: Shop, settings: ServerSettings, metrics: Metrics) -> None:
    """``POST /api/entities/{table}``, ``PUT`` and ``GET /api/entities/{table}/{id}``, each table an address of its own."""
    for table in ENTITIES:
        path = f"/api/entities/{table.name}"
        reader = "owner" if table.name in OWNERS_ONLY else "operator"
        replies = _replies()
        routes.add(
            "POST", path, "owner", _upsert_many(table, shop, settings, metrics), summary=f"Add or change {table.name}.",
            operation_id=f"upsert_{table.name}", response_class=Response, responses=replies,
            document={"requestBody": rows_body(table), "description": _HOW, "parameters": []},
        )  # fmt: skip
        routes.add(
            "PUT", path + "/{id}", "owner", _upsert_one(table, shop, settings, metrics),
            summary=f"Add or change one row of {table.name}.", operation_id=f"put_{table.name}", response_class=Response,
            responses=replies, document={"requestBody": _row_body(table), "description": _HOW},
        )  # fmt: skip
        routes.add(
            "GET", path + "/{id}", reader, _read_one(table, shop), summary=f"One row of {table.name}.",
            operation_id=f"get_{table.name}", response_class=Response, fails=(404,),
            responses=reply("The row as it is now.", row_schema(table)),
        )  # fmt: skip

    async def unknown_table(table: str) -> Response:
        raise unknown("entity table", table, TABLES, next="GET /api/tables lists the tables")

    for method in ("POST", "GET"):
        path = "/api/entities/{table}" if method == "POST" else "/api/entities/{table}/{id}"
        routes.add(method, path, "operator", unknown_table, include_in_schema=False)


_HOW = "Columns that are given replace those of the row, columns that are not given stay. A changed price is kept in `prices`."


def _replies() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Appended"}
    told = reply("Every row was taken.", schema) | reply("Some rows were rejected.", schema, 207)
    return told | problems(401, 403, 408, 413, 415, 422, 429)


def _row_body(table: Table) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": row_schema(table, made=(table.id,))}}}


def _upsert_many(table: Table, shop: Shop, settings: ServerSettings, metrics: Metrics) -> Any:
    async def upsert_rows(request: Request) -> Response:
        headers = dict(request.scope["headers"])
        raw = await read_body(request.receive, headers, settings.body_timeout_seconds)
        rows, is_single = await parse_rows(raw, headers, settings.batch_limit_rows)
        return await _upsert(table, rows, is_single, shop, metrics)

    return upsert_rows


def _upsert_one(table: Table, shop: Shop, settings: ServerSettings, metrics: Metrics) -> Any:
    async def put_row(id: str, request: Request) -> Response:
        raw = await read_body(request.receive, dict(request.scope["headers"]), settings.body_timeout_seconds)
        row = parse_object(raw, f"the columns of {table.name!r}")
        if str(row.get(table.id, id)) != id:
            raise BadRequest(
                "The address and the body name different rows.", got=f"{id!r} and {row[table.id]!r}",
                wanted=f"the same {table.id}, or none in the body", next=f"leave {table.id} out of the body",
            )  # fmt: skip
        return await _upsert(table, [{**row, table.id: id}], True, shop, metrics)

    return put_row


async def _upsert(table: Table, rows: list[Any], is_single: bool, shop: Shop, metrics: Metrics) -> Response:
    for index, row in enumerate(rows):
        if not isinstance(row, dict):
            raise BadRequest(
                f"Row {index} is not an object.", got=str(row)[:80], wanted='{"column": value, …}', next="correct it", index=index
            )
    taken = await asyncio.to_thread(shop.upsert, table.name, rows, source=SOURCE)
    rejected = [{"index": each.index, "rule": each.rule, "message": each.message} for each in taken.rejected]
    metrics.rows(table.name, taken.n_new, taken.n_known, len(rejected))
    if rejected and len(rejected) == len(rows):
        what = (
            f"This row of {table.name!r} cannot be taken." if is_single else f"None of these rows of {table.name!r} can be taken."
        )
        raise BadRequest(
            what, got=str(rejected[0]["message"]), wanted=f"rows as the data dictionary describes {table.name!r}",
            next="correct what the rules name and send them again", rejected=rejected, n_rejected=len(rejected),
        )  # fmt: skip
    body = {"n_new": taken.n_new, "n_known": taken.n_known, "n_rejected": len(rejected), "rejected": rejected}
    return Response(orjson.dumps(body), 207 if rejected else 200, media_type="application/json")


def _read_one(table: Table, shop: Shop) -> Any:
    def read_row(id: str) -> Response:
        rows = shop.sql(f'SELECT * FROM "{table.name}" WHERE "{table.id}" = $id', {"id": id}).to_pylist()
        if not rows:
            raise UnknownName(
                f"{table.name!r} has no row {id!r}.", got=id, wanted=f"a {table.id} that is there",
                next=f"GET /api/tables/{table.name} lists them", kind=table.name,
            )  # fmt: skip
        return Response(json_of(rows[0]), media_type="application/json")

    return read_row
