"""Tables over HTTP: what there is, and the rows of each as JSON pages, CSV or Arrow."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import UnknownName
from shopkeeper.core.schema import VIEWS
from shopkeeper.server.api.entities import OWNERS_ONLY
from shopkeeper.server.api.routes import Routes, caller_of, file_reply, json_of

if TYPE_CHECKING:
    import pyarrow as pa

    from shopkeeper.server.security import Security
    from shopkeeper.shop import Shop

ARROW = "application/vnd.apache.arrow.stream"
CSV = "text/csv"
PAGE_ROWS = 100
LONGEST_PAGE = 10_000
Form = Literal["json", "csv", "arrow"]


class TableModel(BaseModel):
    """A table as it stands."""

    name: str
    kind: Literal["fact", "entity", "view", "result"]
    meaning: str
    n_rows: int | None = Field(description="null for views, which are counted when they are read")
    newest_at: datetime | None = Field(description="moment of the newest row; of a result, when it was made")


class PageModel(BaseModel):
    """One page of a table."""

    table: str
    n_rows: int = Field(description="rows of the whole table")
    offset: int
    limit: int
    next_offset: int | None = Field(description="where the next page begins; null on the last one")
    rows: list[dict[str, Any]]


def add_table_routes(routes: Routes, shop: Shop, security: Security) -> None:
    """``GET /api/tables``, ``/api/tables/{name}`` and a table's newest rows of one customer or order."""

    def list_tables(request: Request) -> list[TableModel]:
        caller = caller_of(security, request)
        states = [TableModel(**vars(state)) for state in shop.tables()]
        views = [TableModel(name=view.name, kind="view", meaning=view.meaning, n_rows=None, newest_at=None) for view in VIEWS]
        return [state for state in (*states, *views) if state.name not in OWNERS_ONLY or caller.may("owner")]

    def read_table(
        request: Request,
        name: str,
        limit: Annotated[int | None, Query(ge=0, description="most rows; 100 in JSON, all in CSV and Arrow")] = None,
        offset: Annotated[int, Query(ge=0, description="rows to skip")] = 0,
        as_of: Annotated[datetime | None, Query(description="the table as it was known at this moment")] = None,
        format: Annotated[Form | None, Query(description="instead of the Accept header")] = None,
    ) -> Response:
        table = shop.registry.table(name)
        if name in OWNERS_ONLY:
            caller_of(security, request).require("owner", f"reading {name}, where personal data may be")
        form = format or _accepted(request.headers.get("accept", ""))
        page = _Page(shop, table, offset, _limit(limit, form, security.settings.export_limit_rows), as_of)
        return page.reply(form)

    routes.add("GET", "/api/tables", "operator", list_tables, summary="Every table with its rows and freshness.")
    routes.add(
        "GET", "/api/tables/{name}", "operator", read_table, summary="A table's rows as JSON pages, CSV or Arrow.",
        response_class=Response, fails=(404, 409, 422), responses=_read_replies(),
        description="Facts come newest first, entities by their number, results as their task wrote them.",
    )  # fmt: skip
    _add_last_route(routes, shop)


def _add_last_route(routes: Routes, shop: Shop) -> None:
    def last_rows(
        name: str,
        column: Annotated[str, Query(description="one of the table's lookup columns, e.g. customer_id")],
        value: Annotated[str, Query(description="its value")],
        n: Annotated[int, Query(ge=1, le=1000, description="how many, newest first")] = 50,
    ) -> Response:
        table = shop.registry.table(name)
        if column not in table.lookup or name in OWNERS_ONLY:
            raise UnknownName(
                f"{name!r} cannot be looked up by {column!r}.", got=column, wanted=" or ".join(table.lookup) or "another table",
                next=f"GET /api/tables/{name} pages through all of it",
            )  # fmt: skip
        rows = shop.store.last(name, column, value, n)
        return Response(json_of({"table": name, "rows": rows}), media_type="application/json")

    routes.add(
        "GET", "/api/tables/{name}/last", "operator", last_rows, response_class=Response, fails=(404, 422),
        summary="The newest rows of one customer, session, order, … in about a millisecond.",
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    )  # fmt: skip


def _read_replies() -> dict[int | str, dict[str, Any]]:
    return {200: {"model": PageModel, "content": {CSV: {"schema": {"type": "string"}}, ARROW: {"schema": {"type": "string"}}}}}


class _Page:
    """A stretch of a table, in a stable order so that pages neither overlap nor leave gaps."""

    def __init__(self, shop: Shop, table: Table, offset: int, limit: int, as_of: datetime | None) -> None:
        self._table = table
        self._offset = offset
        self._limit = limit
        moment = as_of if as_of is None or as_of.tzinfo else as_of.replace(tzinfo=UTC)
        if table.kind == "result":
            whole = shop.table(table.name, as_of=moment)  # raises NotLearned where there is none
            self.n_rows, self.rows = whole.num_rows, whole.slice(offset, limit)
            return
        view = shop.view(moment)
        try:
            self.n_rows = view.count(table.name)
            query = f'SELECT * FROM "{table.name}" {_order(table)} LIMIT $limit OFFSET $offset'
            self.rows = view.sql(query, {"limit": limit, "offset": offset})
        finally:
            view.close()

    def reply(self, form: Form) -> Response:
        """The page in that form."""
        headers = {"x-total-rows": str(self.n_rows)}
        if form == "csv":
            return file_reply(csv_of(self.rows), f"{CSV}; charset=utf-8", f"{self._table.name}.csv", headers)
        if form == "arrow":
            return file_reply(arrow_of(self.rows), ARROW, f"{self._table.name}.arrows", headers)
        after = self._offset + self.rows.num_rows
        body = {
            "table": self._table.name, "n_rows": self.n_rows, "offset": self._offset, "limit": self._limit,
            "next_offset": after if self.rows.num_rows and after < self.n_rows else None, "rows": self.rows.to_pylist(),
        }  # fmt: skip
        return Response(json_of(body), media_type="application/json", headers=headers)


def _order(table: Table) -> str:
    if table.kind == "fact":
        return f'ORDER BY "{table.moment}" DESC, "{table.id}"'
    if table.kind == "entity":
        return f'ORDER BY "{table.id}"'
    return "ORDER BY ALL"


def _limit(limit: int | None, form: Form, most: int) -> int:
    if form == "json":
        return min(PAGE_ROWS if limit is None else limit, LONGEST_PAGE)
    return most if limit is None else min(limit, most)


def _accepted(accept: str) -> Form:
    """The first form that the Accept header names and we have; JSON otherwise."""
    for part in accept.split(","):
        kind = part.partition(";")[0].strip().lower()
        if kind == CSV:
            return "csv"
        if kind in (ARROW, "application/vnd.apache.arrow.file"):
            return "arrow"
        if kind == "application/json":
            break
    return "json"


def csv_of(rows: pa.Table) -> bytes:
    """The rows as CSV (RFC 4180, UTF-8, header first); moments are UTC and say so, lists and structs are JSON."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    for index, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz is None:
            rows = rows.set_column(index, field.name, rows[index].cast(pa.timestamp("us", "UTC")))
        elif pa.types.is_nested(field.type):
            texts = [None if value is None else json_of(value).decode() for value in rows[index].to_pylist()]
            rows = rows.set_column(index, field.name, pa.array(texts, pa.string()))
    out = io.BytesIO()
    pa_csv.write_csv(rows, out)
    return out.getvalue()


def arrow_of(rows: pa.Table) -> bytes:
    """The rows as an Arrow IPC stream."""
    import pyarrow as pa

    out = io.BytesIO()
    with pa.ipc.new_stream(out, rows.schema) as writer:
        writer.write_table(rows)
    return out.getvalue()
