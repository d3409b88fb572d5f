"""A table's newest rows for one customer, order or visit, in well under a millisecond."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import unknown
from shopkeeper.store.log.batches import Batch, hashed_columns
from shopkeeper.store.log.connections import Connections
from shopkeeper.store.log.hashing import hash_text
from shopkeeper.store.log.segments import Position, SegmentInfo, position, segments
from shopkeeper.store.log.tail import Tail
from shopkeeper.store.sealed.sidecars import Sidecars

Read = Callable[[int], dict[str, Any]]
MOST_STAND_INS = 1_000
"""So many of a customer's rows that stand in for others are looked at."""
Hit = tuple[int, Read, int]  # the row's moment, what reads it, its place there


class Lookup:
    """Finds rows of one table by its id or lookup columns. Thread-safe.

    What it knows is brought up to date when the table's position has changed since the last time.
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
        own = [segment for segment in sealed if not segment.stands_in]
        found = self._newest(batches, own, column, value, n)
        if len(own) == len(sealed):
            return found
        made = self._stand_ins(batches, own, [segment for segment in sealed if segment.stands_in], column, value, n)
        return sorted([*found, *made], key=lambda row: row[self.table.moment], reverse=True)[:n]

    def _stand_ins(
        self, batches: list[Batch], own: list[SegmentInfo], made: list[SegmentInfo], column: str, value: str, n: int
    ) -> list[dict[str, Any]]:
        """The newest ``n`` rows of segments that stand in for others, without those whose own row is there."""
        rows: list[dict[str, Any]] = []
        for row in self._newest([], made, column, value, MOST_STAND_INS):
            if len(rows) == n:
                break
            if not self._newest(batches, own, self.table.id, row[self.table.id], 1):
                rows.append(row)
        return rows

    def _newest(self, batches: list[Batch], sealed: list[SegmentInfo], column: str, value: str, n: int) -> list[dict[str, Any]]:
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
                more = [(when, sidecar.row, place) for when, place in zip(at[best].tolist(), places[best].tolist(), strict=True)]
                found = sorted([*found, *more], key=_moment, reverse=True)[:n]
        rows = [read(place) for _, read, place in found]
        return [row for row in rows if row[column] == value]

    def _state(self) -> tuple[list[Batch], list[SegmentInfo]]:
        """The tail and the segments (newest first) as they are now."""
        known: tuple[Position | None, list[Batch], list[SegmentInfo]] = getattr(self._local, "known", (None, [], []))
        with self._connections.reading() as connection:
            where = position(connection, self.table.name)
            if known[0] == where:
                return known[1:]
            batches, sealed = self._tail.read(connection, where), known[2]
            # Sealed rows are all rows but the tail's: as long as there are as many, the segments are the same.
            if where.n_rows - where.n_tail != sum(one.n_rows for one in sealed):
                sealed = sorted(segments(connection, self.table.name), key=lambda one: one.max_at or 0, reverse=True)
        self._local.known = (where, batches, sealed)
        return batches, sealed


def _in_tail(batches: list[Batch], which: int, wanted: np.uint64, n: int) -> list[Hit]:
    """The newest ``n`` rows of the tail whose hash is the wanted one, newest first."""
    found: list[Hit] = []
    for batch in reversed(batches):
        if len(found) == n and batch.max_at < found[-1][0]:
            continue
        places = batch.places(which, wanted)
        if len(places):
            at = batch.at[places]
            best = _best(at, n)
            more = [(when, batch.row, place) for when, place in zip(at[best].tolist(), places[best].tolist(), strict=True)]
            found = sorted([*found, *more], key=_moment, reverse=True)[:n] if found else more
    return found


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
