"""The tail in memory: a table's rows that are not sealed yet, as Arrow, followed batch by batch. Shared by all readers."""

from __future__ import annotations

import sqlite3
import threading

from shopkeeper.core.columns import Table
from shopkeeper.store.log.batches import Batch, BatchCodec, fused
from shopkeeper.store.log.segments import Position

FUSE = ((8, 4_096), (16, 32_768))  # so many batches below so many rows are made into one


class Tail:
    """One table's tail. Thread-safe."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.codec = BatchCodec(table)
        self._lock = threading.Lock()
        self._batches: list[Batch] = []
        self._low = 0
        self._high = 0

    def read(self, connection: sqlite3.Connection, position: Position, upto: int | None = None) -> list[Batch]:
        """The batches after the sealed boundary and up to ``upto``, as the caller's read transaction sees them.

        ``position`` is the table's, read in the same transaction.
        """
        seq = position.last_seq if upto is None else min(upto, position.last_seq)
        if seq <= position.sealed_seq:
            return []
        with self._lock:
            if position.sealed_seq < self._low:  # a transaction older than what is remembered
                found = self.codec.read(connection, position.sealed_seq)
            else:
                self._follow(connection, position)
                found = list(self._batches)
        found = [batch.after(position.sealed_seq) for batch in found if batch.last_seq > position.sealed_seq]
        return [batch.upto(seq) for batch in found if batch.first_seq <= seq]

    def _follow(self, connection: sqlite3.Connection, position: Position) -> None:
        if position.sealed_seq > self._low:
            # Cut here and not at each reading, so that what a batch has sorted and packed is kept with it.
            self._batches = [batch.after(position.sealed_seq) for batch in self._batches if batch.last_seq > position.sealed_seq]
            self._low = position.sealed_seq
        if position.last_seq > self._high:
            self._batches += self.codec.read(connection, max(self._high, self._low))
            self._high = position.last_seq
            self._fuse()

    def _fuse(self) -> None:
        """Make many small batches at the end into one, in two sizes: every search and scan walks over the list."""
        for n_parts, most_rows in FUSE:
            small = 0
            while small < len(self._batches) and self._batches[-1 - small].n_rows < most_rows:
                small += 1
            if small >= n_parts:
                kept, parts = self._batches[:-small], self._batches[-small:]
                self._batches = [*kept, *_runs(parts)]


def _runs(parts: list[Batch]) -> list[Batch]:
    """The batches with those of consecutive numbers made into one."""
    runs = [[parts[0]]]
    for batch in parts[1:]:
        if batch.first_seq == runs[-1][-1].last_seq + 1:
            runs[-1].append(batch)
        else:
            runs.append([batch])
    return [fused(run) for run in runs]
