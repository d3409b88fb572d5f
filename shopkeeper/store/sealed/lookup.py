"""A table's newest rows for one customer, order or visit, in well under a millisecond."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import unknown
from shopkeeper.store.log.batches import Batch, hashed_columns
from shopkeeper.store.log.connections import Connections
from shopkeeper.store.log.hashing import hash_text
from shopkeeper.store.log.segments import SegmentInfo, position, segments
from shopkeeper.store.log.tail import Tail
from shopkeeper.store.sealed.sidecars import Sidecars

Hit = tuple[int, Batch, int]  # moment, where it lies


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
        self._empty: dict[str, Any] = dict.fromkeys(table.names)

    def last(self, column: str, value: str, n: int) -> list[dict[str, Any]]:
        """The newest ``n`` rows with that value, newest first."""
        if column not in self._columns:
            raise unknown(f"lookup column of {self.table.name!r}", column, self._columns)
        batches, sealed = self._state()
        wanted = hash_text(value)
        found = _in_tail(batches, self._columns.index(column), np.uint64(wanted), n)
        for segment in sealed:
            if len(found) == n and segment.max_at is not None and segment.max_at < found[-1][0]:
                break  # the segments come newest first
            sidecar = self._sidecars.get(segment)
            places = sidecar.places(column, wanted)
            if len(places):
                at = sidecar.at[places]
                best = _best(at, n)
                more = [(at_, *sidecar.where(place)) for at_, place in zip(at[best].tolist(), places[best].tolist(), strict=True)]
                found = sorted([*found, *more], key=_moment, reverse=True)[:n]
        rows = [self._row(batch, place) for _, batch, place in found]
        return [row for row in rows if row[column] == value]

    def _row(self, batch: Batch, place: int) -> dict[str, Any]:
        row = self._empty.copy()
        for name, read in batch.readers:
            row[name] = read(place)
        return row

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
            where = position(connection, self.table.name)
            batches = self._tail.read(connection, where)
            # Sealed rows are all rows but the tail's: as long as there are as many, the segments are the same.
            n_sealed = where.n_rows - where.n_tail
            if n_sealed == sum(one.n_rows for one in before):
                return batches, before
            sealed = segments(connection, self.table.name)
        return batches, sorted(sealed, key=lambda one: one.max_at or 0, reverse=True)


def _in_tail(batches: list[Batch], which: int, wanted: np.uint64, n: int) -> list[Hit]:
    """The newest ``n`` rows of the tail whose hash is the wanted one, newest first."""
    moments, places, owners = [], [], []
    for number, batch in enumerate(batches):
        hits = (batch.hashes[which] == wanted).nonzero()[0]
        if len(hits):
            moments.append(batch.at[hits])
            places.append(hits)
            owners.append(np.full(len(hits), number))
    if not moments:
        return []
    at, place, owner = np.concatenate(moments), np.concatenate(places), np.concatenate(owners)
    best = _best(at, n)
    return [(int(at[one]), batches[owner[one]], int(place[one])) for one in best.tolist()]


def _best(at: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.intp]:
    """Where the ``n`` greatest moments are, the greatest first; of equal ones the later in the array first."""
    if len(at) > 4 * n:
        cut = np.partition(at, len(at) - n)[len(at) - n]
        some = np.flatnonzero(at >= cut)
    else:
        some = np.arange(len(at))
    return some[np.argsort(at[some], kind="stable")[::-1][:n]]


def _moment(hit: Hit) -> int:
    return hit[0]
