"""A table's newest rows for one customer, order or visit, in well under a millisecond."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import numpy as np

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import unknown
from shopkeeper.store.arrow_types import from_micros
from shopkeeper.store.log.batches import Batch, hashed_columns
from shopkeeper.store.log.connections import Connections
from shopkeeper.store.log.hashing import hash_text
from shopkeeper.store.log.segments import SegmentInfo, position, segments
from shopkeeper.store.log.tail import Tail
from shopkeeper.store.sealed.sidecars import Sidecar, Sidecars

# (moment, order in which it was found, where it lies)
Hit = tuple[int, int, Any]


class Lookup:
    """Finds rows of one table by its id or lookup columns. Thread-safe.

    The database is asked only when somebody has written since the last time (`PRAGMA data_version`).
    """

    def __init__(self, table: Table, connections: Connections, tail: Tail, sidecars: Sidecars) -> None:
        self.table = table
        self._connections = connections
        self._tail = tail
        self._sidecars = sidecars
        self._local = threading.local()
        self._columns = hashed_columns(table)

    def last(self, column: str, value: str, n: int) -> list[dict[str, Any]]:
        """The newest ``n`` rows with that value, newest first."""
        if column not in self._columns:
            raise unknown(f"lookup column of {self.table.name!r}", column, self._columns)
        batches, sealed = self._state()
        which, wanted = self._columns.index(column), hash_text(value)
        hits: list[Hit] = []
        for batch in batches:
            for place in np.flatnonzero(batch.hashes[which] == np.uint64(wanted)).tolist():
                hits.append((int(batch.at[place]), len(hits), (batch, place)))
        hits = _newest(hits, n)
        for segment in sealed:
            if len(hits) == n and segment.max_at is not None and segment.max_at < hits[-1][0]:
                continue
            found = self._in_segment(self._sidecars.get(segment), column, wanted, len(hits))
            hits = _newest([*hits, *found], n)
        rows = [_row(self.table, *where) for _, _, where in hits]
        return [row for row in rows if row[column] == value]

    def _state(self) -> tuple[list[Batch], list[SegmentInfo]]:
        """The tail and the segments (newest first) as they are now."""
        state = self._connections.state()
        known = getattr(self._local, "known", None)
        if known is not None and known[0] == state:
            return known[1], known[2]
        batches, sealed = self._read(state[0], known[2] if known is not None else [])
        self._local.known = (state, batches, sealed)
        return batches, sealed

    def _read(self, connection: sqlite3.Connection, before: list[SegmentInfo]) -> tuple[list[Batch], list[SegmentInfo]]:
        with self._connections.reading():
            batches = self._tail.read(connection, position(connection, self.table.name))
            newest = max((one.segment_id for one in before), default=0)
            fresh = segments(connection, self.table.name, newer_than=newest)
        both = [*before, *fresh] if fresh else before
        return batches, sorted(both, key=lambda one: one.max_at or 0, reverse=True) if fresh else both

    def _in_segment(self, sidecar: Sidecar, column: str, wanted: int, found: int) -> list[Hit]:
        hits: list[Hit] = []
        for place in sidecar.places(column, wanted).tolist():
            chunk = int(np.searchsorted(sidecar.starts, place, "right")) - 1
            row = place - int(sidecar.starts[chunk])
            hits.append((int(sidecar.chunks[chunk].at[row]), found + len(hits), (sidecar.chunks[chunk], row)))
        return hits


def _newest(hits: list[Hit], n: int) -> list[Hit]:
    return sorted(hits, key=lambda hit: (hit[0], hit[1]), reverse=True)[:n]


def _row(table: Table, batch: Batch, place: int) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(table.names)
    for name, array, is_moment in batch.filled:
        if is_moment:
            micros = array[place].value
            row[name] = None if micros is None else from_micros(micros)
        else:
            row[name] = array[place].as_py()
    return row
