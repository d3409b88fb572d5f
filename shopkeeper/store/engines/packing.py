"""Rows as single texts: each row one JSON array. A row is then read from one place in memory, not from one a column."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from shopkeeper.core.columns import Table
from shopkeeper.store.arrow_types import from_micros


@cache
def _database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": 1, "python_enable_replacements": False})


def packed(table: Table, rows: pa.Table) -> pa.StringArray:
    """The JSON text of each row's values in the schema's order; moments as microseconds."""
    moments = {column.name for column in table.columns if column.type == "moment"}
    values = ", ".join(f'epoch_us("{name}")' if name in moments else f'"{name}"' for name in table.names)
    with _database().cursor() as cursor:
        cursor.register("segment", rows)
        texts = cursor.sql(f"SELECT json_array({values})::VARCHAR AS row FROM segment").to_arrow_table().column(0)
        cursor.unregister("segment")
    return texts.cast(pa.string()).combine_chunks()


def unpacker(table: Table, texts: pa.StringArray) -> Callable[[int], dict[str, Any]]:
    """What gives one of the packed rows, moments as aware datetimes."""
    names = table.names
    moments = [place for place, column in enumerate(table.columns) if column.type == "moment"]
    _, offsets_buffer, data_buffer = texts.buffers()
    offsets, data = memoryview(offsets_buffer).cast("i"), memoryview(data_buffer)
    start = texts.offset

    def row(place: int) -> dict[str, Any]:
        values = orjson.loads(data[offsets[start + place] : offsets[start + place + 1]])
        for moment in moments:
            if values[moment] is not None:
                values[moment] = from_micros(values[moment])
        return dict(zip(names, values, strict=True))

    return row
