"""A shop view made from Arrow tables: what the room needs of the store, without the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.columns import Table
from shopkeeper.core.progress import Progress, Silent
from shopkeeper.core.schema import TABLES

ARROW = {
    "text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_(), "moment": pa.timestamp("us"),
    "date": pa.date32(), "json": pa.string(),
}  # fmt: skip


def empty(table: Table) -> pa.Table:
    """The table without rows."""
    return pa.table({column.name: pa.array([], ARROW[column.type]) for column in table.columns})


def filled(table: Table, rows: pa.Table | list[dict[str, Any]]) -> pa.Table:
    """``rows`` with every column of ``table``, missing ones empty."""
    schema = pa.schema([(column.name, ARROW[column.type]) for column in table.columns])
    if isinstance(rows, list):
        return pa.Table.from_pylist(rows, schema=schema)
    columns = [rows[n].cast(schema.field(n).type) if n in rows.column_names else pa.nulls(len(rows), schema.field(n).type)
               for n in schema.names]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema)


class FakeView:
    """A `ShopView` over Arrow tables in memory, cut at ``as_of``."""

    def __init__(
        self,
        tables: Mapping[str, pa.Table | list[dict[str, Any]]],
        *,
        as_of: datetime = datetime(2100, 1, 1, tzinfo=UTC),
        seed: int = 0,
        progress: Progress | None = None,
        in_service: Mapping[str, Any] | None = None,
    ) -> None:
        self._tables = {name: filled(TABLES[name], rows) for name, rows in tables.items()}
        self._as_of, self._seed, self._progress, self._card = as_of, seed, progress or Silent(), in_service

    @property
    def as_of(self) -> datetime:
        return self._as_of

    @property
    def seed(self) -> int:
        return self._seed

    @property
    def progress(self) -> Progress:
        return self._progress

    def table(self, name: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        declared = TABLES[name]
        found = self._tables.get(name, empty(declared))
        if declared.kind in ("fact", "view") and declared.moment:
            limit = pa.scalar(self._as_of.replace(tzinfo=None), pa.timestamp("us"))
            found = found.filter(pc.less_equal(found[declared.moment], limit))
        return found.select(list(columns)) if columns else found

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        with duckdb.connect() as connection:
            for name in TABLES:
                if name in query:
                    connection.register(name, self.table(name))
            plain = {n: v.replace(tzinfo=None) if isinstance(v, datetime) else v for n, v in (parameters or {}).items()}
            return connection.sql(query, params=plain).to_arrow_table() if plain else connection.sql(query).to_arrow_table()

    def count(self, name: str) -> int:
        return len(self.table(name))

    def before(self, moment: datetime) -> FakeView:
        return FakeView(self._tables, as_of=min(moment, self._as_of), seed=self._seed, in_service=self._card)

    def in_service(self) -> Mapping[str, Any] | None:
        return self._card
