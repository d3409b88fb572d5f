"""Entities as Arrow: as they are now, from a mapped file where they are many, or as they were, from their versions."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.columns import Table
from shopkeeper.store.arrow_types import arrow_schema, from_sqlite
from shopkeeper.store.folder import INCOMING, Folder
from shopkeeper.store.log.segments import Position, position

# From so many rows on, reading them from SQLite takes long enough to keep a copy beside it.
MANY_ROWS = 20_000
CHANGED_SHARE = 0.2
# A version's `_from` is null where it has been valid always.
_ALWAYS = -(2**62)
_LATER = 2**62


class EntityReader:
    """Reads entities at a sequence number and a moment; remembers the newest of each. The order of rows is not fixed.

    Of a large entity a copy lies in ``entities/<table>-<seq>.arrow``, mapped into memory; rows changed since are laid over
    it. It is derived: without it the rows are read from SQLite. Thread-safe.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._newest: dict[str, tuple[int, pa.Table]] = {}
        self._since: dict[str, tuple[int, int]] = {}

    def read(self, connection: sqlite3.Connection, table: Table, seq: int, cut: int) -> pa.Table:
        """The rows' versions known at ``seq`` and valid at ``cut`` (microseconds), in the caller's read transaction.

        Of timeless ones the newest versions known at ``seq``.
        """
        cut = _LATER if table.timeless else cut
        where = position(connection, table.name)
        changed_since = where.max_at is not None and where.max_at > cut
        # Rows that were brought in today may say that they began long ago: then the newest versions were valid at the cut too.
        if where.last_seq > seq or (changed_since and self._valid_from(connection, table, where) > cut):
            return _older(connection, table, seq, cut)
        with self._lock:
            known = self._newest.get(table.name)
            if known is None or known[0] != where.last_seq:
                base_seq, base = known or self._base(table, where.last_seq)
                if base_seq > where.last_seq:  # another thread is ahead of this transaction
                    return _after(connection, table, 0)
                rows = _laid_over(base, _after(connection, table, base_seq), table)
                known = self._newest[table.name] = (where.last_seq, rows)
                if rows.num_rows >= MANY_ROWS:
                    self._keep(connection, table, where.last_seq, rows)
            return known[1]

    def _valid_from(self, connection: sqlite3.Connection, table: Table, where: Position) -> int:
        """Since when the newest version of every row has been valid: an import years later says when a row began to be."""
        known = self._since.get(table.name)
        if known is None or known[0] != where.last_seq:
            newest = connection.execute(f'SELECT max(_from) FROM "{table.name}"').fetchone()[0]
            known = self._since[table.name] = (where.last_seq, _ALWAYS if newest is None else int(newest))
        return known[1]

    def _base(self, table: Table, newest: int) -> tuple[int, pa.Table]:
        """The copy on disk and its sequence number; an empty table and 0 without one."""
        for seq, path in self._copies(table):
            if seq <= newest:
                with suppress(OSError, pa.ArrowException):
                    found: pa.Table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
                    if found.schema == arrow_schema(table):
                        return seq, found
        return 0, arrow_schema(table).empty_table()

    def _copies(self, table: Table) -> list[tuple[int, Path]]:
        """(sequence number, path) of the copies, newest first."""
        found = [(int(path.stem.rpartition("-")[2]), path) for path in self._folder.entities.glob(f"{table.name}-*.arrow")]
        return sorted(found, reverse=True)

    def _keep(self, connection: sqlite3.Connection, table: Table, seq: int, rows: pa.Table) -> None:
        """Write a new copy where the last one is missing or much has changed since."""
        copies = self._copies(table)
        since = copies[0][0] if copies and copies[0][0] <= seq else 0
        n_changed = connection.execute(f'SELECT count(*) FROM "{table.name}" WHERE _seq > ?', (since,)).fetchone()[0]
        if n_changed < CHANGED_SHARE * rows.num_rows:
            return
        path = self._folder.entities / f"{table.name}-{seq}.arrow"
        aside = path.with_name(f"{INCOMING}{os.getpid()}.{path.name}")
        with suppress(OSError):  # no room: then without a copy
            path.parent.mkdir(exist_ok=True)
            try:
                with pa.OSFile(str(aside), "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
                    writer.write_table(rows)
                aside.rename(path)
            finally:
                aside.unlink(missing_ok=True)
            for _, old in copies:
                old.unlink(missing_ok=True)


def _after(connection: sqlite3.Connection, table: Table, seq: int) -> pa.Table:
    """The present rows that changed after that sequence number."""
    columns = ", ".join(f'"{name}"' for name in table.names)
    where = "WHERE _seq > ?" if seq else "WHERE ? = 0"  # all rows: a scan, not the index
    return from_sqlite(table, table.names, connection.execute(f'SELECT {columns} FROM "{table.name}" {where}', (seq,)).fetchall())


def _laid_over(base: pa.Table, changed: pa.Table, table: Table) -> pa.Table:
    """The base with the changed rows in the place of their older selves."""
    if changed.num_rows == 0 or base.num_rows == 0:
        return base if changed.num_rows == 0 else changed
    stale = pc.is_in(base.column(table.id), value_set=changed.column(table.id).combine_chunks())
    return pa.concat_tables([base.filter(pc.invert(stale)), changed])


def _older(connection: sqlite3.Connection, table: Table, seq: int, cut: int) -> pa.Table:
    columns = ", ".join(f'"{name}"' for name in table.names)
    part = f'SELECT _seq, {columns} FROM "{{}}" WHERE _seq <= ? AND coalesce(_from, {_ALWAYS}) <= ?'
    both = f"{part.format(table.name)} UNION ALL {part.format(f'versions_{table.name}')}"
    rows = connection.execute(
        f'SELECT {columns} FROM (SELECT *, row_number() OVER (PARTITION BY "{table.id}" ORDER BY _seq DESC) AS _n '
        f"FROM ({both})) WHERE _n = 1",
        (seq, cut, seq, cut),
    ).fetchall()
    return from_sqlite(table, table.names, rows)
