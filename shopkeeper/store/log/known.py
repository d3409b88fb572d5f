"""Which ids a table already holds: what makes sending a row twice harmless. A row that only stands in for another holds none.

The tail's ids are kept in memory as hashes and followed batch by batch; sealed ones are looked up in sidecars. A hash
that is found is only a hint: the id itself is then compared.
"""

from __future__ import annotations

import sqlite3

import numpy as np
import pyarrow as pa

from shopkeeper.core.columns import Table
from shopkeeper.store.log.batches import BatchCodec
from shopkeeper.store.log.hashing import Hashes
from shopkeeper.store.log.segments import Position, SegmentInfo, segments
from shopkeeper.store.sealed.sidecars import Sidecars


class KnownIds:
    """Follows one table's ids. Used under the write lock only, where nothing can change beneath it."""

    def __init__(self, table: Table, codec: BatchCodec, sidecars: Sidecars) -> None:
        self.table = table
        self._codec = codec
        self._sidecars = sidecars
        self._hashes: set[int] = set()
        self._batches: list[tuple[int, list[int]]] = []
        self._seen_seq = 0
        self._sealed_seq = 0
        self._segments: list[SegmentInfo] = []
        self._seen_segment = 0

    def catch_up(self, connection: sqlite3.Connection, position: Position) -> list[SegmentInfo]:
        """Learn what others wrote since the last time; gives the segments whose sidecars must be there to ask."""
        if position.sealed_seq != self._sealed_seq:
            self._forget(position.sealed_seq)
        for segment in segments(connection, self.table.name, newer_than=self._seen_segment):
            if not segment.stands_in:
                self._segments.append(segment)
            self._seen_segment = segment.segment_id
        if position.last_seq > self._seen_seq:
            for first, hashes in self._codec.read_ids(connection, max(self._seen_seq, self._sealed_seq)):
                self.add(first, hashes)
            self._seen_seq = position.last_seq
        return self._segments

    def add(self, first_seq: int, hashes: Hashes) -> None:
        """Remember a batch's ids."""
        values = hashes.tolist()
        self._hashes.update(values)
        self._batches.append((first_seq + len(values) - 1, values))
        self._seen_seq = max(self._seen_seq, first_seq + len(values) - 1)

    def _forget(self, sealed_seq: int) -> None:
        self._batches = [batch for batch in self._batches if batch[0] > sealed_seq]
        self._hashes = {value for _, values in self._batches for value in values}
        self._sealed_seq = sealed_seq

    def which(self, connection: sqlite3.Connection, ids: pa.Array, hashes: Hashes) -> set[int]:
        """The places in ``ids`` whose id is already there."""
        in_tail = [place for place, value in enumerate(hashes.tolist()) if value in self._hashes]
        found: set[int] = set()
        if in_tail:
            there = self._tail_ids(connection, {int(hashes[place]) for place in in_tail})
            found.update(place for place in in_tail if ids[place].as_py() in there)
        for segment in self._segments:
            found.update(self._sidecars.places_of(segment, ids, hashes))
        return found

    def _tail_ids(self, connection: sqlite3.Connection, wanted: set[int]) -> set[str]:
        there: set[str] = set()
        values = np.fromiter(wanted, dtype=np.uint64)
        for batch in self._codec.read(connection, self._sealed_seq):
            hits = np.flatnonzero(np.isin(batch.hashes[0], values))
            if len(hits):
                column = batch.rows.column(batch.rows.schema.get_field_index(self.table.id))
                there.update(column.take(pa.array(hits)).to_pylist())
        return there
