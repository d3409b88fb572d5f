"""What was committed after a sequence number: how those who learned once follow the shop."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from shopkeeper.core.columns import Table
from shopkeeper.core.schema import TABLES
from shopkeeper.store import entities
from shopkeeper.store.arrow_types import to_rows
from shopkeeper.store.folder import Folder
from shopkeeper.store.log.connections import Connections
from shopkeeper.store.log.segments import SEQ, Position, SegmentInfo, positions, segments
from shopkeeper.store.log.tail import Tail

Rows = list[dict[str, Any]]


class Changes:
    """Reads new rows of facts and entities. Thread-safe."""

    def __init__(self, folder: Folder, connections: Connections, tail: Callable[[str], Tail]) -> None:
        self._folder = folder
        self._connections = connections
        self._tail = tail
        self._local = threading.local()

    def read(self, tables: Sequence[str], after: Mapping[str, int], limit: int) -> tuple[dict[str, Rows], dict[str, int]]:
        """(new rows by table, at most about ``limit`` of each; the sequence numbers from which to go on)."""
        connection, *state = self._connections.state()
        key = (connection, *state, tuple(tables), tuple(after.get(name, 0) for name in tables))
        if getattr(self._local, "nothing", None) == key:
            return {}, dict(after)
        found: dict[str, Rows] = {}
        now = dict(after)
        with self._connections.reading():
            where = positions(connection)
            for name in tables:
                if where[name].last_seq > after.get(name, 0):
                    rows, now[name] = self._table(connection, TABLES[name], where[name], after.get(name, 0), limit)
                    if rows:
                        found[name] = rows
        if now == dict(after):
            self._local.nothing = key
        return found, now

    def _table(self, connection: sqlite3.Connection, table: Table, where: Position, after: int, limit: int) -> tuple[Rows, int]:
        if table.kind == "entity":
            rows, seq = entities.changes(connection, table, after, limit)
            return [dict(row) for row in rows], where.last_seq if len(rows) < limit else seq
        # Sequence numbers have no gaps, so this range holds at most `limit` rows.
        upto = min(where.last_seq, after + limit)
        parts: list[tuple[int, pa.Table]] = []
        if after < where.sealed_seq or where.last_seq - where.sealed_seq > where.n_tail:
            for one in segments(connection, table.name):
                if one.first_seq <= upto and one.last_seq > after:
                    parts += _of_segment(self._folder.root / one.file, one, table, after, upto)
        for batch in self._tail(table.name).read(connection, where, upto):
            rest = batch.after(after)
            if rest.n_rows:
                parts.append((rest.first_seq, pa.Table.from_batches([rest.rows])))
        if len({first for first, _ in parts}) < len(parts) or any(SEQ in part.column_names for _, part in parts):
            return _merged(parts), upto
        return [row for _, part in sorted(parts, key=lambda part: part[0]) for row in to_rows(part)], upto


def _of_segment(path: Path, one: SegmentInfo, table: Table, after: int, upto: int) -> list[tuple[int, pa.Table]]:
    """(first sequence number, rows) of the segment's rows in the range; only the row groups concerned are read."""
    if one.has_seq:
        names = [*table.names, SEQ]
        found = pq.read_table(path, columns=names, filters=[(SEQ, ">", after), (SEQ, "<=", upto)], partitioning=None)
        return [(one.first_seq, found)] if found.num_rows else []
    parts = []
    first = one.first_seq
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            n_rows = file.metadata.row_group(group).num_rows
            low, high = max(after + 1, first), min(upto, first + n_rows - 1)
            if low <= high:
                rows = file.read_row_group(group, columns=list(table.names)).slice(low - first, high - low + 1)
                parts.append((low, rows))
            first += n_rows
    return parts


def _merged(parts: Sequence[tuple[int, pa.Table]]) -> Rows:
    """The rows of parts whose numbers lie between each other, in order of their numbers."""
    numbered: list[tuple[int, dict[str, Any]]] = []
    for first, part in parts:
        rows = to_rows(part)
        for place, row in enumerate(rows):
            numbered.append((row.pop(SEQ, first + place), row))
    numbered.sort(key=lambda pair: pair[0])
    return [row for _, row in numbered]
