"""The store's face: one object through which everything of a shop is written and read. Thread-safe."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import ShopExists, ShopNotFound, unknown
from shopkeeper.core.progress import Progress, Silent
from shopkeeper.core.schema import ENTITIES, FACTS
from shopkeeper.store import backup as backups
from shopkeeper.store import snapshot as snapshots
from shopkeeper.store.accounts import Accounts
from shopkeeper.store.arrow_types import from_micros
from shopkeeper.store.backup import BackupReport, Damage
from shopkeeper.store.entities import Upserts
from shopkeeper.store.entity_reader import EntityReader
from shopkeeper.store.folder import Folder, remove_incoming_of_the_dead
from shopkeeper.store.kept.jobs import Jobs
from shopkeeper.store.kept.models import Models
from shopkeeper.store.kept.runs import Runs
from shopkeeper.store.log import database
from shopkeeper.store.log.batches import Batch, BatchCodec
from shopkeeper.store.log.changes import Changes
from shopkeeper.store.log.connections import Connections
from shopkeeper.store.log.rows import Rejection
from shopkeeper.store.log.segments import SegmentInfo, position, segments, visible
from shopkeeper.store.log.tail import Tail
from shopkeeper.store.log.writer import Appended, Request, Writer
from shopkeeper.store.sealed.imports import Imports
from shopkeeper.store.sealed.lookup import Lookup
from shopkeeper.store.sealed.seal import Sealer, SealerThread, remove_orphans
from shopkeeper.store.sealed.sidecars import Sidecars
from shopkeeper.store.settings import StoreSettings
from shopkeeper.store.snapshot import Snapshot

if TYPE_CHECKING:
    import duckdb

    from shopkeeper.store.view import Results, StoreView

__all__ = ["Appended", "Rejection", "SegmentInfo", "Snapshot", "Store"]

_FACTS = {table.name: table for table in FACTS}
_ENTITIES = {table.name: table for table in ENTITIES}
# What a shop's day is made of. The shop's own writing (decisions, price changes, rejections) does not move its clock.
_CLOCK = ("events", "orders", "order_lines")


class Store:
    """A shop's data. `create` or `open` one; `close` it, or use it in a ``with`` block."""

    def __init__(self, root: Path, settings: StoreSettings) -> None:
        self.folder = Folder(root.resolve())
        self.settings = settings
        self._connections = Connections(self.folder, settings.busy_seconds)
        self._sidecars = Sidecars(self.folder)
        self._tails = {table.name: Tail(table) for table in FACTS}
        self._lookups = {table.name: Lookup(table, self._connections, self._tails[table.name], self._sidecars) for table in FACTS}
        self._changes = Changes(self.folder, self._connections, lambda name: self._tails[name])
        self._entities = EntityReader(self.folder)
        self._writer_connection = self._connections.open()
        self._writer = Writer(self.folder, self._writer_connection, self._sidecars, settings)
        self._upserts = Upserts(self.folder, self._connections, self.append)
        self._sealer = Sealer(self.folder, self.connect, self._sidecars, settings.busy_seconds)
        self._sealer_thread: SealerThread | None = None
        self._lock = threading.Lock()
        self._counted: dict[str, tuple[int, int]] = {}
        self.runs = Runs(self.folder, self.connect, self.writing)
        self.models = Models(self.folder, self.connect, self.writing)
        self.jobs = Jobs(self.connect, self.writing)
        self.accounts = Accounts(self.connect, self.writing)
        self.imports = Imports(self.folder, self.connect, settings.busy_seconds)

    @classmethod
    def create(cls, root: Path, *, settings: StoreSettings | None = None) -> Store:
        """A new, empty store in a folder that is new or empty of shops. Raises `ShopExists`."""
        folder = Folder(Path(root).resolve())
        if folder.database.exists():
            raise ShopExists(
                f"There is a shop in {folder.root} already.",
                got=folder.database.name,
                wanted="a folder without a shop",
                next="open it, or choose another folder",
            )
        with database.in_words(folder.database):
            folder.root.mkdir(parents=True, exist_ok=True)
            folder.make()
        database.create(folder.database)
        return cls.open(folder.root, settings=settings)

    @classmethod
    def open(cls, root: Path, *, settings: StoreSettings | None = None) -> Store:
        """The store in that folder; what dead processes left is collected. Raises `ShopNotFound`, `StoreDamaged`."""
        folder = Folder(Path(root).resolve())
        if not folder.database.exists():
            raise ShopNotFound(
                f"There is no shop in {folder.root}.",
                got="a folder without shop.sqlite",
                wanted="a folder made by `shopkeeper init`",
                next=f"shopkeeper init {folder.root}",
            )
        store = cls(folder.root, settings or StoreSettings())
        try:
            with database.in_words(folder.database):
                database.migrate(store.connect())
                remove_incoming_of_the_dead(folder)
                remove_orphans(folder, store.connect())
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Commit what waits, stop the sealer, close every file."""
        with self._lock:
            if self._sealer_thread is not None:
                self._sealer_thread.close()
                self._sealer_thread = None
        self._writer.close()
        self._writer_connection.close()
        self._sidecars.close()
        self._connections.close()
        if "engine" in self.__dict__:
            self.engine.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- writing

    def append_later(self, table: str, rows: Sequence[Mapping[str, Any]], *, source: str = "api") -> Future[Appended]:
        """A future that is done when the rows of a fact are committed; bad rows are in its result and in `rejected`.

        Rows with an id that is there already are counted as known and change nothing. A missing id is made, a missing
        ``at`` is now. Moments: aware datetimes, ISO texts, or seconds, milliseconds, microseconds since 1970.
        """
        request = Request(_fact(table).name, rows, source)
        self._writer.submit(request)
        return request.future

    def append(self, table: str, rows: Sequence[Mapping[str, Any]], *, source: str = "api") -> Appended:
        """What became of the rows, as `append_later`; when it returns they are safe. Raises `DiskFull`, `StoreBusy`."""
        return self.append_later(table, rows, source=source).result()

    def upsert(self, table: str, rows: Sequence[Mapping[str, Any]], *, source: str = "api") -> Appended:
        """What became of rows of an entity: given columns are merged in, absent ones stay, each change keeps the version before.

        A changed price of a product adds a row to `prices`. Rows that change nothing count as known. Bad rows are
        reported and go to `rejected`.
        """
        return self._upserts.rows(_entity(table), rows, source)

    def upsert_arrow(self, table: str, data: pa.Table, *, source: str = "api") -> Appended:  # noqa: ARG002
        """The same for an Arrow table with the schema's types, checked by its maker: 100,000 rows in a second or two."""
        return self._upserts.arrow(_entity(table), data)

    def add_segments(
        self,
        table: str,
        files: Sequence[Path],
        *,
        source: str,
        digest: str = "",
        report: Mapping[str, Any] | None = None,
    ) -> list[SegmentInfo]:
        """The segments made of Parquet files of one fact; for several tables of one import see ``imports.add``."""
        return self.imports.add({_fact(table).name: files}, source=source, digest=digest, report=report)

    def writing(self) -> AbstractContextManager[sqlite3.Connection]:
        """This thread's connection inside a durable write transaction (for accounts and the like)."""
        return self._connections.writing()

    def connect(self) -> sqlite3.Connection:
        """This thread's configured connection; the store closes it."""
        return self._connections.get()

    # -- reading

    def snapshot(self) -> Snapshot:
        """How far every table has come, now, as one state."""
        with self._connections.reading() as connection:
            return snapshots.take(connection, time.time_ns() // 1000)

    def view(
        self,
        *,
        as_of: datetime | None = None,
        snapshot: Snapshot | None = None,
        seed: int = 0,
        progress: Progress | None = None,
        time_zone: str = "UTC",
        currency: str = "EUR",
        results: Results | None = None,
        in_service: Mapping[str, Any] | None = None,
    ) -> StoreView:
        """The shop as it was known at ``as_of``; close it when done.

        ``as_of`` None: all that the snapshot holds up to now; the view's ``as_of`` is then the moment of the newest event or
        order, which is the shop's own today even when its data end last year.
        ``results``: result tables readable by name, as Parquet files or Arrow tables.
        """
        from shopkeeper.store.view import StoreView

        taken = snapshot or self.snapshot()
        moment = as_of if as_of is not None else self._clock(taken)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        return StoreView(
            self,
            snapshot=taken,
            as_of=moment,
            cut=taken.taken_at if as_of is None else None,
            seed=seed,
            progress=progress or Silent(),
            time_zone=time_zone,
            currency=currency,
            results=results or {},
            in_service=in_service,
        )

    def _clock(self, taken: Snapshot) -> datetime:
        newest = [taken.newest[name] for name in _CLOCK if name in taken.newest]
        return from_micros(min(max(newest, default=taken.taken_at), taken.taken_at))

    def last(self, table: str, column: str, value: str, n: int = 50) -> list[dict[str, Any]]:
        """The newest ``n`` rows of a fact with that id or lookup column, newest first; moments as aware datetimes."""
        return self._lookups[_fact(table).name].last(column, value, n)

    def changes(
        self, tables: Sequence[str], after: Mapping[str, int], *, limit: int = 100_000
    ) -> tuple[dict[str, list[dict[str, Any]]], dict[str, int]]:
        """(rows committed after these sequence numbers by table, the sequence numbers from which to go on).

        At most ``limit`` rows of a table at a time; nothing new costs a few microseconds. Start from
        `Snapshot.positions`.
        """
        for name in tables:
            _stored(name)
        return self._changes.read(tables, after, limit)

    def count(self, table: str) -> int:
        """How many rows a fact or entity has; one that stood in for another until that came is none."""
        where = position(self.connect(), _stored(table).name)
        if table not in _FACTS or not any(one.stands_in for one in segments(self.connect(), table)):
            return where.n_rows
        seq, n_rows = self._counted.get(table, (0, 0))
        if seq != where.last_seq:
            with self.view() as view:
                n_rows = view.count(table)
            self._counted[table] = (where.last_seq, n_rows)
        return n_rows

    def freshness(self, table: str) -> datetime | None:
        """The newest moment of a fact, or of the last change of an entity; None when it is empty."""
        found = position(self.connect(), _stored(table).name).max_at
        return None if found is None else from_micros(found)

    def plan(self, table: str, seq: int) -> tuple[list[SegmentInfo], list[Batch], BatchCodec]:
        """The segments and the part of the tail that hold the rows up to ``seq``, each row once."""
        tail = self._tails[table]
        with self._connections.reading() as connection:
            where = position(connection, table)
            return visible(segments(connection, table), seq), tail.read(connection, where, seq), tail.codec

    def read_entity(self, table: Table, seq: int, cut: int) -> pa.Table:
        """An entity's rows as they were at a sequence number and a moment."""
        with self._connections.reading() as connection:
            return self._entities.read(connection, table, seq, cut)

    @cached_property
    def engine(self) -> duckdb.DuckDBPyConnection:
        """The query engine that all views of this store share."""
        from shopkeeper.store.engines.duckdb import engine

        return engine(self.folder, self.settings)

    # -- keeping

    def seal(self, *, minimum_rows: int | None = None) -> list[SegmentInfo]:
        """The Parquet segments made of every tail with so many rows (default ``store.seal_rows``)."""
        return self._sealer.seal(self.settings.seal_rows if minimum_rows is None else minimum_rows)

    def backup(self, target: Path) -> BackupReport:
        """A complete copy of the shop in a new folder, made while others go on writing. Raises `ShopExists`, `DiskFull`."""
        return backups.backup(self.folder, self.connect(), Path(target))

    @staticmethod
    def restore(source: Path, root: Path) -> BackupReport:
        """A backup copied to a new folder after each of its files was checked. Raises `StoreDamaged` and changes nothing then."""
        return backups.restore(Path(source), Path(root))

    def check(self, *, deep: bool = False) -> list[Damage]:
        """What is wrong with the shop's files, an empty list when nothing is; ``deep`` reads every byte."""
        with self._connections.reading() as connection:
            return backups.check(self.folder, connection, deep=deep)

    def start_sealer(self) -> None:
        """Seal in the background until the store is closed."""
        with self._lock:
            if self._sealer_thread is None:
                self._sealer_thread = SealerThread(self._sealer, self.settings.seal_rows, self.settings.seal_check_seconds)


def _fact(name: str) -> Table:
    found = _FACTS.get(name)
    if found is None:
        hint = "entities are changed with upsert" if name in _ENTITIES else "`shopkeeper show` lists the tables"
        raise unknown("fact", name, _FACTS, next=hint)
    return found


def _entity(name: str) -> Table:
    found = _ENTITIES.get(name)
    if found is None:
        hint = "facts only grow: append to them" if name in _FACTS else "`shopkeeper show` lists the tables"
        raise unknown("entity", name, _ENTITIES, next=hint)
    return found


def _stored(name: str) -> Table:
    found = _FACTS.get(name) or _ENTITIES.get(name)
    if found is None:
        raise unknown("fact or entity", name, {**_FACTS, **_ENTITIES}, next="`shopkeeper show` lists the tables")
    return found
