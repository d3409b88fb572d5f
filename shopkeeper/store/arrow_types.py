"""The schema's types in Arrow, DuckDB, SQLite and Python, and the ways between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from shopkeeper.core.columns import Table

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENT = pa.timestamp("us")
ARROW: Mapping[str, pa.DataType] = {
    "text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_(), "moment": MOMENT,
    "date": pa.date32(), "json": pa.string(),
}  # fmt: skip
DUCKDB: Mapping[str, str] = {
    "text": "VARCHAR", "number": "DOUBLE", "integer": "BIGINT", "boolean": "BOOLEAN", "moment": "TIMESTAMP", "date": "DATE",
    "json": "VARCHAR",
}  # fmt: skip
SQLITE: Mapping[str, str] = {
    "text": "TEXT", "number": "REAL", "integer": "INTEGER", "boolean": "INTEGER", "moment": "INTEGER", "date": "TEXT",
    "json": "TEXT",
}  # fmt: skip
# What SQLite holds, as Arrow sees it before the cast to the column's own type.
_RAW: Mapping[str, pa.DataType] = {"boolean": pa.int64(), "moment": pa.int64()}


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table: its columns in order."""
    return pa.schema([(column.name, ARROW[column.type]) for column in table.columns])


def to_micros(moment: datetime) -> int:
    """Microseconds since 1970 in UTC; a datetime without a zone counts as UTC."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    span = aware - EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def from_micros(micros: int) -> datetime:
    """The aware datetime in UTC."""
    return EPOCH + timedelta(microseconds=micros)


def from_sqlite(table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """An Arrow table of the named columns from SQLite's rows in the same order of columns."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    arrays, fields = [], []
    for name, values in zip(names, columns, strict=True):
        kind = table.column(name).type if name in table.names else "integer"
        array = pa.array(values, _RAW.get(kind, pa.string() if kind == "date" else ARROW[kind]))
        arrays.append(array.cast(ARROW[kind]))
        fields.append(pa.field(name, ARROW[kind]))
    return pa.table(arrays, schema=pa.schema(fields))


def to_sqlite(table: pa.Table) -> list[tuple[Any, ...]]:
    """Rows as SQLite takes them: moments as microseconds, dates as ISO text, booleans as 0 and 1."""
    columns = [_plain(column).to_pylist() for column in table.columns]
    return list(zip(*columns, strict=True)) if columns else []


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return column.cast(MOMENT).cast(pa.int64())
    if pa.types.is_date(column.type):
        return column.cast(pa.string())
    return column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column


def to_rows(table: pa.Table | pa.RecordBatch) -> list[dict[str, Any]]:
    """Dicts of plain Python values; moments as aware datetimes in UTC."""
    names = table.schema.names
    columns = [_values(column) for column in table.columns]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)] if names else []


def _values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    if column.null_count == len(column):
        return [None] * len(column)
    if pa.types.is_timestamp(column.type):
        return [None if value is None else from_micros(value) for value in column.cast(MOMENT).cast(pa.int64()).to_pylist()]
    values: list[Any] = column.to_pylist()
    return values


def conform(data: pa.Table, table: Table) -> pa.Table:
    """The same rows with exactly the table's columns and types; what is missing is null."""
    arrays = []
    for column in table.columns:
        wanted = ARROW[column.type]
        if column.name in data.schema.names:
            found = data.column(column.name)
            arrays.append(found if found.type == wanted else found.cast(wanted))
        else:
            arrays.append(pa.nulls(data.num_rows, wanted))
    return pa.table(arrays, schema=arrow_schema(table))


def parse_date(text: str) -> date:
    """The calendar day of an ISO text."""
    return date.fromisoformat(text[:10])
