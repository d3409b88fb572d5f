"""From numpy arrays to Arrow tables with the columns and types of `core.schema`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.schema import table as declared_table

TYPES = {
    "text": pa.string(),
    "json": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "moment": pa.timestamp("us"),
    "date": pa.date32(),
}
SECOND = 1_000_000
"""Microseconds in a second."""
DAY = 86_400 * SECOND
"""Microseconds in a day."""


def numbered(prefix: str, numbers: np.ndarray[Any, Any]) -> pa.Array:
    """Texts such as ``p00042``; a negative number gives null (nobody, nothing)."""
    digits = pc.utf8_lpad(pa.array(np.maximum(numbers, 0)).cast(pa.string()), 6, "0")
    texts = pc.binary_join_element_wise(prefix, digits, "")
    return pc.if_else(pa.array(numbers >= 0), texts, pa.scalar(None, pa.string()))


def words(choices: Sequence[str], numbers: np.ndarray[Any, Any]) -> pa.Array:
    """``choices[number]`` for each number, as text."""
    return pa.array(choices, pa.string()).take(pa.array(numbers))


def moments(microseconds: np.ndarray[Any, Any]) -> pa.Array:
    """Microseconds since 1970 as moments in UTC."""
    return pa.array(microseconds.astype("datetime64[us]"), TYPES["moment"])


def shop_table(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """A table of `core.schema`: the given columns in the declared order and types; `UnknownName` for one that is not declared."""
    declared = declared_table(name)
    for column in columns:
        declared.column(column)
    fields = [column for column in declared.columns if column.name in columns]
    arrays = [_typed(columns[column.name], TYPES[column.type]) for column in fields]
    return pa.table(arrays, names=[column.name for column in fields])


def _typed(values: Any, wanted: pa.DataType) -> Any:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values.cast(wanted)
    return pa.array(values, wanted)
