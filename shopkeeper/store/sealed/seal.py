"""Sealing: the tail's rows move into an immutable Parquet file, in one step for everybody who reads."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import ShopkeeperError
from shopkeeper.core.schema import FACTS
from shopkeeper.store.folder import Folder
from shopkeeper.store.log import database
from shopkeeper.store.log.batches import Batch, BatchCodec, together
from shopkeeper.store.log.locks import locked, locked_now
from shopkeeper.store.log.segments import (
    SEQ,
    SegmentInfo,
    describe,
    enter,
    positions,
    remove_unless_entered,
    segments,
    sync_folder,
)
from shopkeeper.store.sealed.sidecars import Sidecars, layout

MOST_ROWS = 1_000_000
DELETE_BATCHES = 20


class Sealer:
    """Seals a shop's tails. Safe to use from any process: one at a time holds the lock."""

    def __init__(
        self, folder: Folder, connect: Callable[[], sqlite3.Connection], sidecars: Sidecars, busy_seconds: float
    ) -> None:
        self._folder = folder
        self._connect = connect
        self._sidecars = sidecars
        self._busy_seconds = busy_seconds

    def seal(self, minimum_rows: int) -> list[SegmentInfo]:
        """The segments made of every tail with at least so many rows."""
        connection = self._connect()
        made = []
        with database.in_words(self._folder.database), locked(self._folder.seal_lock, seconds=self._busy_seconds):
            for table in FACTS:
                self._delete_sealed(connection, table)
                while (segment := self._seal(connection, table, minimum_rows)) is not None:
                    made.append(segment)
            if made:
                database.checkpoint(connection, self._folder.write_lock)
        return made

    def index_one(self) -> bool:
        """Whether a segment without an index was found, and its index made: an imported one has none at first."""
        connection = self._connect()
        with database.in_words(self._folder.database):
            for table in FACTS:
                for segment in segments(connection, table.name):
                    if not self._sidecars.is_there(segment):
                        self._sidecars.make(segment)
                        return True
        return False

    def _seal(self, connection: sqlite3.Connection, table: Table, minimum_rows: int) -> SegmentInfo | None:
        with database.reading(connection):
            found = positions(connection)[table.name]
            if found.n_tail < max(1, minimum_rows):
                return None
            batches = _first(BatchCodec(table).read(connection, found.sealed_seq))
        aside = self._folder.incoming(table.name)
        try:
            rows = together(BatchCodec(table), batches)
            seqs = np.concatenate([np.arange(batch.first_seq, batch.last_seq + 1) for batch in batches])
            first, last = int(seqs[0]), int(seqs[-1])
            name = f"{first}-{last}-{secrets.token_hex(4)}.parquet"
            write_segment(rows.append_column(SEQ, pa.array(seqs)), aside / name)
            path = self._folder.facts(table.name) / name
            # The index first: from the commit on everybody wants it, and nobody should have to make it. Where there is no
            # room for it, whoever asks first makes it.
            with suppress(OSError):
                self._sidecars.write(table, self._sidecars.path_of(table.name, path.stem), rows)
            segment = self._enter(connection, table, aside / name, path, first, last)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        self._delete_sealed(connection, table)
        return segment

    def _enter(self, connection: sqlite3.Connection, table: Table, aside: Path, path: Path, first: int, last: int) -> SegmentInfo:
        """Move the file into its place and the boundary past its rows: before the commit nobody, after it everybody sees it."""
        described = describe(table, aside)
        aside.rename(path)
        sync_folder(path.parent)
        file = path.relative_to(self._folder.root).as_posix()
        try:
            with locked(self._folder.write_lock), database.transaction(connection):
                segment = enter(connection, table, file, described, first_seq=first, last_seq=last, has_seq=True, source="tail")
                connection.execute(
                    "UPDATE positions SET sealed_seq = ?, n_tail = n_tail - ? WHERE table_name = ?",
                    (last, segment.n_rows, table.name),
                )
        except BaseException:
            remove_unless_entered(connection, self._folder.root, path)
            raise
        return segment

    def _delete_sealed(self, connection: sqlite3.Connection, table: Table) -> None:
        """Remove what is sealed from the tail, a few batches at a time so that nobody waits long."""
        sealed = positions(connection)[table.name].sealed_seq
        n_deleted = DELETE_BATCHES
        while n_deleted == DELETE_BATCHES:
            gone = connection.execute(
                f'SELECT first_seq FROM "tail_{table.name}" WHERE last_seq <= ? ORDER BY first_seq LIMIT {DELETE_BATCHES}',
                (sealed,),
            ).fetchall()
            n_deleted = len(gone)
            if gone:
                with locked(self._folder.write_lock), database.transaction(connection, durable=False):
                    connection.execute(
                        f'DELETE FROM "tail_{table.name}" WHERE first_seq <= ? AND last_seq <= ?', (gone[-1][0], sealed)
                    )


def _first(batches: list[Batch]) -> list[Batch]:
    """The first batches, about `MOST_ROWS` rows of them."""
    n_rows = 0
    for place, batch in enumerate(batches):
        n_rows += batch.n_rows
        if n_rows >= MOST_ROWS:
            return batches[: place + 1]
    return batches


def write_segment(rows: pa.Table, path: Path) -> None:
    """Write a segment's file (zstd) and flush it to the disk."""
    pq.write_table(rows, path, compression="zstd", compression_level=1, row_group_size=131_072)


def remove_orphans(folder: Folder, connection: sqlite3.Connection) -> list[Path]:
    """Segments and sidecars removed because the manifest does not name them; nothing while somebody is moving files."""
    removed: list[Path] = []
    with locked_now(folder.seal_lock) as held:
        if not held:
            return removed
        known = {row[0] for row in connection.execute("SELECT file FROM manifest")}
        for table in FACTS:
            place = folder.facts(table.name)
            if not place.exists():
                continue
            for path in place.glob("*.parquet"):
                if path.relative_to(folder.root).as_posix() not in known:
                    path.unlink(missing_ok=True)
                    removed.append(path)
            stems = {Path(file).stem for file in known}
            sidecars = folder.sidecars(table.name)
            for path in sidecars.iterdir() if sidecars.exists() else ():
                if path.stem not in stems or path.suffix != f".{layout(table)}":
                    shutil.rmtree(path, ignore_errors=True)
                    removed.append(path)
    return removed


class SealerThread:
    """Seals, and indexes what was imported, until it is closed. What goes wrong is tried again at the next look."""

    def __init__(self, sealer: Sealer, minimum_rows: int, every_seconds: float) -> None:
        self._sealer = sealer
        self._minimum_rows = minimum_rows
        self._every_seconds = every_seconds
        self._stop = threading.Event()
        self.last_error: ShopkeeperError | None = None
        self._thread = threading.Thread(target=self._run, name="shopkeeper-sealer", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._every_seconds):
            try:
                self._sealer.seal(self._minimum_rows)
                while not self._stop.is_set() and self._sealer.index_one():
                    pass
                self.last_error = None
            except ShopkeeperError as error:
                self.last_error = error

    def close(self) -> None:
        """Stop after the present seal."""
        self._stop.set()
        self._thread.join()
