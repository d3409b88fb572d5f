"""Rows as they come (dicts) made into checked Arrow batches, column by column; bad rows come out with the rule they broke.

Most batches are good, so each column is first converted as a whole, at the speed of C; only a column that refuses is
looked at value by value.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.columns import Column, Table
from shopkeeper.core.errors import nearest
from shopkeeper.store.arrow_types import ARROW, MOMENT, arrow_schema, to_micros

Row = Mapping[str, Any]
Problem = tuple[str, str]  # the rule, the message

_LARGEST = 2**63 - 1
# Beyond these a number of seconds, milliseconds since 1970 cannot be meant: 1e11 s is the year 5138.
_SECONDS_BELOW, _MILLIS_BELOW = 1e11, 1e14
_FIRST_MICROS, _LAST_MICROS = to_micros(datetime(1, 1, 1)), to_micros(datetime(9999, 12, 31))  # noqa: DTZ001


@dataclass(frozen=True)
class Rejection:
    """A row that was not taken: its place in what was sent (from 0), the rule that it broke, and what was wrong."""

    index: int
    rule: str
    message: str


@dataclass(frozen=True)
class Checked:
    """What became of some rows: the good ones as a batch (``kept`` says which), the bad ones with their reason.

    ``made_ids`` marks good rows whose id was made here, which therefore cannot be known yet.
    """

    batch: pa.RecordBatch
    kept: list[int]
    rejected: list[Rejection]
    all_ids_made: bool


class Refused(ValueError):
    """A value that does not fit its column."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.problem: Problem = (rule, message)


def new_id() -> str:
    """A fresh id that sorts by time: RFC 9562's version 7 (48 bits of milliseconds, then chance)."""
    millis = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10), "big")
    value = (millis << 80) | (0x7 << 76) | (((chance >> 62) & 0xFFF) << 64) | (0x2 << 62) | (chance & ((1 << 62) - 1))
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class RowReader:
    """Makes rows of one fact into batches."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.schema = arrow_schema(table)
        self._names = frozenset(table.names)
        self._columns = [(column, _convert(column)) for column in table.columns]

    def read(self, rows: Sequence[Row]) -> Checked:
        """The good rows as a batch with the table's schema, the bad ones with rule and message."""
        problems: dict[int, Problem] = {}
        arrays, all_made = self._arrays(self._without_strange(rows, problems), problems)
        if not problems:
            return Checked(pa.RecordBatch.from_arrays(arrays, schema=self.schema), list(range(len(rows))), [], all_made)
        kept = [index for index in range(len(rows)) if index not in problems]
        arrays, all_made = self._arrays([rows[index] for index in kept], {})
        rejected = [Rejection(index, *problems[index]) for index in sorted(problems)]
        return Checked(pa.RecordBatch.from_arrays(arrays, schema=self.schema), kept, rejected, all_made)

    def _without_strange(self, rows: Sequence[Row], problems: dict[int, Problem]) -> Sequence[Row]:
        """The rows, with those emptied and named in ``problems`` that are no objects or have an unknown column."""
        if {dict}.issuperset(map(type, rows)) and self._names.issuperset(set().union(*rows)):
            return rows
        row: Any
        for index, row in enumerate(rows):
            if not isinstance(row, Mapping):
                problems[index] = ("not_an_object", f"a row is an object of columns and values, not {row!r:.60}")
                continue
            for name in row:
                if name not in self._names:
                    close = nearest(str(name), self._names)
                    hint = f"; did you mean {close!r}?" if close else ""
                    problems[index] = ("unknown_column", f"{self.table.name!r} has no column {str(name)!r:.60}{hint}")
        return [{} if index in problems else row for index, row in enumerate(rows)]

    def _arrays(self, rows: Sequence[Row], problems: dict[int, Problem]) -> tuple[list[pa.Array], bool]:
        """One array a column, and whether all ids were made here; rows that do not fit are added to ``problems``."""
        present = set().union(*rows)
        arrays = []
        all_made = True
        for column, convert in self._columns:
            if column.name not in present and not column.required:
                arrays.append(pa.nulls(len(rows), ARROW[column.type]))
                continue
            values = [row.get(column.name) for row in rows]
            if column.name == self.table.id:
                missing = [value is None or value == "" for value in values]
                all_made = all(missing)
                if any(missing):
                    values = [new_id() if lacks else value for value, lacks in zip(values, missing, strict=True)]
            elif column.name == self.table.moment and None in values:
                now = time.time_ns() // 1000
                values = [now if value is None else value for value in values]
            try:
                arrays.append(convert(values))
            except (TypeError, ValueError, OverflowError, pa.ArrowException):
                arrays.append(_one_by_one(column, values, problems))
        return arrays, all_made


def _convert(column: Column) -> Callable[[list[Any]], pa.Array]:
    """A function that makes a list of values into an array, or raises when any of them does not fit as it is."""
    check = {"text": _texts, "number": _numbers, "integer": _numbers, "moment": _moments}.get(column.type)
    wanted = ARROW[column.type]
    types = {"boolean": {bool, type(None)}, "date": {date, type(None)}}.get(column.type, {type(None)})

    def convert(values: list[Any]) -> pa.Array:
        if column.required and None in values:
            raise Refused("required", column.name)
        if check is not None:
            return check(column, values)
        if not types.issuperset(map(type, values)):
            raise Refused("type", column.name)
        return pa.array(values, wanted)

    return convert


def _texts(column: Column, values: list[Any]) -> pa.Array:
    if "" in values or (column.choices and not set(values).issubset((*column.choices, None))):
        raise Refused("choice", column.name)
    return pa.array(values, pa.string())


def _numbers(column: Column, values: list[Any]) -> pa.Array:
    wanted = {float, int, type(None)} if column.type == "number" else {int, type(None)}
    if not wanted.issuperset(map(type, values)):
        raise Refused("type", column.name)
    array = pa.array(values, ARROW[column.type])
    if array.null_count == len(array):
        return array
    if column.type == "number" and not pc.all(pc.is_finite(array)).as_py():
        raise Refused("type", column.name)
    if column.low is not None or column.high is not None:
        span = pc.min_max(array)
        if (column.low is not None and span["min"].as_py() < column.low) or (
            column.high is not None and span["max"].as_py() > column.high
        ):
            raise Refused("range", column.name)
    return array


def _moments(_: Column, values: list[Any]) -> pa.Array:
    return pa.array([None if value is None else _micros(value) for value in values], pa.int64()).cast(MOMENT)


def _micros(value: Any) -> int:
    """Microseconds since 1970 of a datetime, an ISO text, or a number of seconds, milliseconds or microseconds."""
    if isinstance(value, str):
        micros = to_micros(datetime.fromisoformat(value.strip()))
    elif isinstance(value, datetime):
        micros = to_micros(value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    elif abs(value) < _SECONDS_BELOW:
        micros = round(value * 1_000_000)
    elif abs(value) < _MILLIS_BELOW:
        micros = round(value * 1000)
    else:
        micros = round(value)
    if not _FIRST_MICROS <= micros <= _LAST_MICROS:
        raise ValueError(value)
    return micros


def _one_by_one(column: Column, values: list[Any], problems: dict[int, Problem]) -> pa.Array:
    """The column with what can be understood; what cannot is null here and named in ``problems``."""
    clean: list[Any] = []
    for index, value in enumerate(values):
        try:
            clean.append(clean_value(column, value))
        except Refused as refusal:
            clean.append(None)
            problems.setdefault(index, refusal.problem)
    if column.type == "moment":
        return pa.array(clean, pa.int64()).cast(MOMENT)
    return pa.array(clean, ARROW[column.type])


def clean_value(column: Column, value: Any) -> Any:
    """The value as its column wants it (moments as microseconds), None for a missing one; raises `Refused`."""
    if hasattr(value, "item") and not getattr(value, "shape", True):  # numpy's scalars
        value = value.item()
    if value is None or (isinstance(value, str) and value == "") or (isinstance(value, float) and math.isnan(value)):
        if column.required:
            raise Refused("required", f"{column.name!r} is missing: {column.meaning}")
        return None
    try:
        clean = _CLEAN[column.type](value)
    except (TypeError, ValueError, OverflowError):
        raise Refused("type", f"{column.name!r} cannot be {value!r:.80}: wanted {_WANTED[column.type]}") from None
    if column.choices and clean not in column.choices:
        close = nearest(str(clean), column.choices)
        hint = f"did you mean {close!r}?" if close else "one of " + ", ".join(column.choices)
        raise Refused("choice", f"{column.name!r} cannot be {value!r:.80}: {hint}")
    if (column.low is not None and clean < column.low) or (column.high is not None and clean > column.high):
        low = "" if column.low is None else f"at least {column.low:g}"
        high = "" if column.high is None else f"at most {column.high:g}"
        raise Refused("range", f"{column.name!r} cannot be {value!r:.80}: wanted {' and '.join(filter(None, (low, high)))}")
    return clean


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(value)
    text = str(value)
    text.encode()  # half a surrogate pair cannot be kept
    return text


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(value)
    return float(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or int(value) != value or abs(value) > _LARGEST:
        raise TypeError(value)
    return int(value)


def _boolean(value: Any) -> bool:
    if value not in (0, 1):
        raise TypeError(value)
    return bool(value)


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(value)


def _json(value: Any) -> str:
    if isinstance(value, str):
        json.loads(value)
        return _text(value)
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text.encode()
    return text


_CLEAN: Mapping[str, Callable[[Any], Any]] = {
    "text": _text, "number": _number, "integer": _integer, "boolean": _boolean, "moment": _micros, "date": _date, "json": _json,
}  # fmt: skip
_WANTED = {
    "text": "text",
    "number": "a finite number",
    "integer": "a whole number",
    "boolean": "true or false",
    "moment": "an ISO 8601 moment, or seconds, milliseconds or microseconds since 1970",
    "date": "an ISO 8601 day",
    "json": "a JSON value",
}
