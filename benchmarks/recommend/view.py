"""A shop view over Arrow tables in memory: the benchmark measures the room, not the store under it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from shopkeeper.core.progress import Silent
from shopkeeper.core.schema import TABLES

ARROW = {"text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "moment": pa.timestamp("us"), "json": pa.string()}


class ArrowView:
    """What `recommend.learn` and its model read, from tables given; a table that is not given is empty."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables
        self.as_of, self.seed, self.progress = datetime(2100, 1, 1, tzinfo=UTC), 0, Silent()

    def table(self, name: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        """The table with those columns; a column that it lacks is empty."""
        given = self._tables.get(name, pa.table({}))
        found = {}
        for column in TABLES[name].columns:
            if columns is None or column.name in columns:
                kind = ARROW[column.type]
                there = column.name in given.column_names
                found[column.name] = given[column.name].cast(kind) if there else pa.chunked_array([pa.nulls(len(given), kind)])
        return pa.table(found)

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:  # noqa: ARG002
        """The only query of the room: the last counts of stock, of which there are none."""
        kinds = {"product_id": pa.string(), "location": pa.string(), "quantity": pa.float64(), "at": pa.timestamp("us")}
        return pa.schema(kinds).empty_table()

    def count(self, name: str) -> int:
        """How many rows the table has."""
        return len(self._tables.get(name, pa.table({})))

    def in_service(self) -> None:
        """Nothing is in service."""
