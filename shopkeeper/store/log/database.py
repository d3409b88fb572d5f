"""shop.sqlite: its tables made from the schema, its connections, its transactions and its errors in words."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import DiskFull, ShopkeeperError, StoreBusy, StoreDamaged
from shopkeeper.core.schema import ENTITIES, FACTS
from shopkeeper.store.arrow_types import SQLITE
from shopkeeper.store.log.locks import locked

VERSION = 3
PAGE_BYTES = 8192
CHECKPOINT_BYTES = 16_000_000  # written by one process before it moves the log's pages into the database
CHECKPOINT_PAGES = 16_000  # SQLite's own limit, for writes that nobody counts; it checkpoints inside the commit
ROOM_BYTES = 4 * 1024 * 1024

# Facts: the tail holds whole batches (Arrow), because one row a fact with its indexes costs ten times as much to write
# and to read. `positions` is the one small row a table that says where everything stands.
_FACT = """
CREATE TABLE IF NOT EXISTS "tail_{name}" (
    first_seq INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL, min_at INTEGER NOT NULL, max_at INTEGER NOT NULL,
    layout INTEGER NOT NULL, hashes BLOB NOT NULL, data BLOB NOT NULL) STRICT;
"""
_ENTITY = """
CREATE TABLE IF NOT EXISTS "{name}" (_seq INTEGER NOT NULL, _from INTEGER, {columns}, PRIMARY KEY ("{id}"));
CREATE INDEX IF NOT EXISTS "{name}_by_seq" ON "{name}" (_seq);
CREATE TABLE IF NOT EXISTS "versions_{name}" (_seq INTEGER NOT NULL, _from INTEGER, {loose},
    PRIMARY KEY ("{id}", _seq)) WITHOUT ROWID;
"""
_REST = """
CREATE TABLE IF NOT EXISTS positions (
    table_name TEXT PRIMARY KEY, last_seq INTEGER NOT NULL DEFAULT 0, sealed_seq INTEGER NOT NULL DEFAULT 0,
    n_rows INTEGER NOT NULL DEFAULT 0, n_tail INTEGER NOT NULL DEFAULT 0, max_at INTEGER) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS manifest (
    segment_id INTEGER PRIMARY KEY AUTOINCREMENT, table_name TEXT NOT NULL, file TEXT NOT NULL UNIQUE,
    first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, n_rows INTEGER NOT NULL, min_at INTEGER, max_at INTEGER,
    bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, has_seq INTEGER NOT NULL, source TEXT NOT NULL,
    added_at INTEGER NOT NULL, stands_in INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS manifest_by_table ON manifest (table_name, segment_id);
CREATE TABLE IF NOT EXISTS layouts (layout INTEGER PRIMARY KEY, columns TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS imports (
    import_id TEXT PRIMARY KEY, source TEXT NOT NULL, digest TEXT NOT NULL, at INTEGER NOT NULL, report TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS imports_by_digest ON imports (digest) WHERE digest <> '';
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, task TEXT NOT NULL, state TEXT NOT NULL, started_at INTEGER NOT NULL, writes TEXT NOT NULL,
    fingerprint TEXT NOT NULL, file TEXT, run TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS runs_by_task ON runs (task, started_at);
CREATE INDEX IF NOT EXISTS runs_by_start ON runs (started_at);
CREATE TABLE IF NOT EXISTS model_versions (
    task TEXT NOT NULL, version TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (task, version)) STRICT;
CREATE TABLE IF NOT EXISTS models (task TEXT PRIMARY KEY, current TEXT NOT NULL, previous TEXT) STRICT;
CREATE TABLE IF NOT EXISTS jobs (
    job_id TEXT PRIMARY KEY, kind TEXT NOT NULL, arguments TEXT NOT NULL, state TEXT NOT NULL,
    share REAL NOT NULL, doing TEXT NOT NULL,
    created_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER, pid INTEGER, problem TEXT NOT NULL, run_ids TEXT NOT NULL,
    cancel INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_creation ON jobs (created_at);
"""


def connect(path: Path, *, busy_seconds: float = 30.0) -> sqlite3.Connection:
    """A configured connection to an existing database: write-ahead log, autocommit, foreign keys."""
    with in_words(path):
        connection = sqlite3.connect(
            f"file:{_quoted(path)}?mode=rw", uri=True, isolation_level=None, timeout=busy_seconds, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -32768")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        return connection


def create(path: Path) -> None:
    """Make the empty database."""
    with in_words(path):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            migrate(connection)
        finally:
            connection.close()


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database's tables to what the schema declares; cheap when they already are."""
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > VERSION:
        raise StoreDamaged(
            "This shop was written by a newer Shopkeeper.",
            got=f"database version {found}",
            wanted=f"at most {VERSION}",
            next="upgrade Shopkeeper: pip install --upgrade shopkeeper",
        )
    if found == VERSION and not _missing(connection):
        return
    with transaction(connection):
        if found == 1:  # `segments` is an entity since then: what people call segments are groups of customers
            connection.execute("ALTER TABLE segments RENAME TO manifest")
            connection.execute("DROP INDEX segments_by_table")
        if found in (1, 2):
            _mark_stand_ins(connection)
        for table in FACTS:
            _script(connection, _FACT.format(name=table.name))
        for table in ENTITIES:
            _script(connection, _entity(table))
        _script(connection, _REST)
        for name, column in _missing(connection):
            connection.execute(f'ALTER TABLE "{name}" ADD COLUMN {column}')
        connection.executemany(
            "INSERT OR IGNORE INTO positions (table_name) VALUES (?)", [(table.name,) for table in (*FACTS, *ENTITIES)]
        )
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _mark_stand_ins(connection: sqlite3.Connection) -> None:
    """Say of the orders that were made from files of lines that they stand in for orders: since version 3 these come after."""
    connection.execute("ALTER TABLE manifest ADD COLUMN stands_in INTEGER NOT NULL DEFAULT 0")
    of = "(SELECT source FROM imports WHERE json_extract(report, '$.recognition.tables[0]') = '{}')"
    connection.execute(
        "UPDATE manifest SET stands_in = 1 "
        f"WHERE table_name = 'orders' AND source IN {of.format('order_lines')} AND source NOT IN {of.format('orders')}"
    )


def _script(connection: sqlite3.Connection, script: str) -> None:
    # Not executescript: that would commit the transaction it is called in.
    for statement in script.split(";\n"):
        if statement.strip():
            connection.execute(statement)


def _entity(table: Table) -> str:
    columns = ", ".join(
        f'"{column.name}" {SQLITE[column.type]}' + (" NOT NULL" if column.name == table.id else "") for column in table.columns
    )
    loose = ", ".join(f'"{column.name}" {SQLITE[column.type]}' for column in table.columns)
    return _ENTITY.format(name=table.name, columns=columns, loose=loose, id=table.id)


def _missing(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Columns that the schema declares and the database does not have yet: (table, declaration)."""
    missing = []
    for table in ENTITIES:
        for name in (table.name, f"versions_{table.name}"):
            there = {row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')}
            missing += [(name, f'"{column.name}" {SQLITE[column.type]}') for column in table.columns if column.name not in there]
    return missing


def layout_of(connection: sqlite3.Connection, table: Table) -> tuple[int, bool]:
    """(the number under which the table's present columns are known, whether it was known before).

    Made on first use, in the caller's transaction.
    """
    text = json.dumps([table.name, [[column.name, column.type] for column in table.columns]])
    row = connection.execute("SELECT layout FROM layouts WHERE columns = ?", (text,)).fetchone()
    if row is None:
        made = connection.execute("INSERT INTO layouts (columns) VALUES (?) RETURNING layout", (text,)).fetchone()
        return int(made[0]), False
    return int(row[0]), True


@contextmanager
def transaction(connection: sqlite3.Connection, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
    """One write transaction: committed at the end of the block, rolled back when it raises.

    ``durable`` False leaves the flush to the disk to the operating system: a power cut may take the last commits, a
    crash of the process never does.
    """
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def checkpoint(connection: sqlite3.Connection, write_lock: Path) -> None:
    """Move the log's pages into the database, so that the log begins anew and stays small.

    Most of the work is done while others go on writing; only what they wrote meanwhile is moved under the lock.
    """
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    with locked(write_lock):
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """One read transaction: everything in the block sees the same state."""
    connection.execute("BEGIN")
    try:
        yield connection
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Errors of SQLite and of the file system inside the block come out as the house's own."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error
    except OSError as error:
        if error.errno in _FULL:
            raise disk_full(path, str(error)) from error
        raise


_FULL = {28, 122}  # ENOSPC, EDQUOT


def disk_full(path: Path, got: str) -> DiskFull:
    """The error for a disk without room."""
    free = shutil.disk_usage(path.parent if path.parent.exists() else "/").free
    return DiskFull(
        "There is no room on the shop's disk; this write was not kept, everything before it is safe.",
        got=f"{got}; {free / 1e6:.1f} MB free",
        wanted="room for the new rows",
        next=f"make room on the disk of {path.parent} and send the rows again",
    )


def explain(error: sqlite3.Error, path: Path) -> ShopkeeperError:
    """What SQLite's error means for the shop."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name == "SQLITE_FULL" or (name.startswith("SQLITE_IOERR") and _is_full(path)):
        return disk_full(path, str(error))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusy(
            "Another process holds the shop's database.",
            got=str(error),
            wanted="a turn within store.busy_seconds",
            next="try again; `shopkeeper doctor` shows running jobs",
        )
    return StoreDamaged(
        "The shop's database cannot be used.",
        got=f"{name or type(error).__name__}: {error}",
        wanted=f"a database that can be read and written at {path}",
        next="check the rights and the disk; `shopkeeper doctor` looks further; restore the last backup if need be",
    )


def _is_full(path: Path) -> bool:
    found = os.statvfs(path.parent)
    return found.f_bavail * found.f_frsize < ROOM_BYTES


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
