"""The manifest: which sealed segments and which part of the tail make up a table, at a given sequence number."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import ImportProblem
from shopkeeper.store.arrow_types import arrow_schema, to_micros

SEQ = "_seq"


@dataclass(frozen=True)
class SegmentInfo:
    """One immutable Parquet file of a fact.

    Its rows have sequence numbers from ``first_seq`` to ``last_seq``: in the column ``_seq`` where ``has_seq``, else
    one after the other in the file's order. ``min_at``/``max_at`` in microseconds. ``stands_in``: its rows were made from those
    of another table, as an order is from its lines; each holds until a row of its id comes that is not.
    """

    segment_id: int
    table: str
    file: str
    first_seq: int
    last_seq: int
    n_rows: int
    min_at: int | None
    max_at: int | None
    bytes: int
    sha256: str
    has_seq: bool
    source: str
    stands_in: bool = False


@dataclass(frozen=True)
class Position:
    """Where a table stands: the newest sequence number, the newest that is sealed, how many rows, the newest moment."""

    last_seq: int
    sealed_seq: int
    n_rows: int
    n_tail: int
    max_at: int | None


_FIELDS = "segment_id, table_name, file, first_seq, last_seq, n_rows, min_at, max_at, bytes, sha256, has_seq, source, stands_in"


def segments(connection: sqlite3.Connection, table: str, *, newer_than: int = 0) -> list[SegmentInfo]:
    """The segments of a table whose ``segment_id`` is greater, oldest first."""
    found = connection.execute(
        f"SELECT {_FIELDS} FROM manifest WHERE table_name = ? AND segment_id > ? ORDER BY segment_id", (table, newer_than)
    )
    return [_info(row) for row in found]


def _info(row: Sequence[Any]) -> SegmentInfo:
    segment_id, table, file, first_seq, last_seq, n_rows, min_at, max_at, n_bytes, sha256, has_seq, source, stands_in = row
    return SegmentInfo(
        segment_id,
        table,
        file,
        first_seq,
        last_seq,
        n_rows,
        min_at,
        max_at,
        n_bytes,
        sha256,
        bool(has_seq),
        source,
        bool(stands_in),
    )


def positions(connection: sqlite3.Connection) -> dict[str, Position]:
    """Where every table stands."""
    found = connection.execute("SELECT table_name, last_seq, sealed_seq, n_rows, n_tail, max_at FROM positions")
    return {name: Position(*rest) for name, *rest in found}


def position(connection: sqlite3.Connection, table: str) -> Position:
    """Where one table stands."""
    row = connection.execute(
        "SELECT last_seq, sealed_seq, n_rows, n_tail, max_at FROM positions WHERE table_name = ?", (table,)
    ).fetchone()
    return Position(*row)


@dataclass(frozen=True)
class Described:
    """What the manifest says of a file: its rows, its oldest and newest moment (microseconds), its bytes and their SHA-256."""

    n_rows: int
    min_at: int | None
    max_at: int | None
    bytes: int
    sha256: str


def describe(table: Table, path: Path) -> Described:
    """What the manifest will say of a Parquet file, flushed to the disk; `ImportProblem` when its columns are not the table's.

    Reads the whole file, so it is called before the write lock is taken.
    """
    with pq.ParquetFile(path) as file:
        metadata, found = file.metadata, file.schema_arrow
    wanted = arrow_schema(table)
    wrong = [
        f"{field.name}: {found.field(field.name).type if field.name in found.names else 'missing'}, wanted {field.type}"
        for field in wanted
        if field.name not in found.names or found.field(field.name).type != field.type
    ]
    if wrong or found.names[: len(wanted.names)] != wanted.names:
        raise ImportProblem(
            f"The file {path.name} is no segment of {table.name!r}.",
            got="; ".join(wrong) or f"columns {found.names}",
            wanted=f"the columns of {table.name!r} in order, with the schema's types",
            next="write it with the columns that core/schema declares",
        )
    low, high = _span(path, metadata, table.moment)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        os.fsync(content.fileno())
    return Described(metadata.num_rows, low, high, path.stat().st_size, digest)


def _span(path: Path, metadata: pq.FileMetaData, moment: str) -> tuple[int | None, int | None]:
    """The oldest and newest moment: by the file's own statistics, or by looking where it has none."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    place = metadata.schema.names.index(moment)
    found = [group.column(place).statistics for group in groups if group.num_rows]
    if all(statistics is not None and statistics.has_min_max for statistics in found):
        low, high = min((one.min for one in found), default=None), max((one.max for one in found), default=None)
    else:
        span = pc.min_max(pq.read_table(path, columns=[moment], partitioning=None).column(0))
        low, high = span["min"].as_py(), span["max"].as_py()
    return (None, None) if low is None or high is None else (to_micros(low), to_micros(high))


def enter(
    connection: sqlite3.Connection,
    table: Table,
    file: str,
    described: Described,
    *,
    first_seq: int,
    last_seq: int,
    has_seq: bool,
    source: str,
    stands_in: bool = False,
) -> SegmentInfo:
    """The manifest's row for a file that lies in its place (relative to the shop), written in the caller's transaction."""
    row = connection.execute(
        f"INSERT INTO manifest ({_FIELDS.removeprefix('segment_id, ')}, added_at) "
        f"VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) RETURNING {_FIELDS}",
        (table.name, file, first_seq, last_seq, *astuple(described), has_seq, source, stands_in, time.time_ns() // 1000),
    ).fetchone()
    return _info(row)


def remove_unless_entered(connection: sqlite3.Connection, root: Path, path: Path) -> None:
    """Delete a file after a failed commit; one that the manifest does name, because only what followed failed, stays."""
    with suppress(sqlite3.Error):  # then it is collected when the shop is next opened
        file = path.relative_to(root).as_posix()
        if connection.execute("SELECT 1 FROM manifest WHERE file = ?", (file,)).fetchone() is None:
            path.unlink(missing_ok=True)


def visible(found: Iterable[SegmentInfo], seq: int) -> list[SegmentInfo]:
    """The segments that hold rows up to that sequence number, in the order of their first."""
    return sorted((one for one in found if one.first_seq <= seq), key=lambda one: (one.first_seq, one.segment_id))


def sync_folder(path: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
