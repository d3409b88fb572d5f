"""Entities: rows that change. Each change keeps the version before it; a changed price also becomes a fact."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from shopkeeper.core.columns import Table
from shopkeeper.core.errors import nearest
from shopkeeper.store.arrow_types import from_sqlite, to_rows, to_sqlite
from shopkeeper.store.folder import Folder
from shopkeeper.store.log.connections import Connections
from shopkeeper.store.log.rows import Refused, Rejection, clean_value
from shopkeeper.store.log.writer import Appended, refusal_row

INCOMING = "_incoming"
CHUNK_ROWS = 20_000


def merge(
    connection: sqlite3.Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> tuple[int, int, int]:
    """(new, known, changed) rows after merging the given columns into the entity, in the caller's transaction.

    ``names`` are the columns of ``rows``, the id among them; columns that are not given keep what they hold. Rows that
    say nothing new are not written. Of rows with the same id the last wins.
    """
    given = [name for name in names if name != table.id]
    columns = ", ".join(f'"{name}"' for name in names)
    connection.execute(f'CREATE TEMP TABLE IF NOT EXISTS "{INCOMING}" (x)')
    connection.execute(f'DROP TABLE temp."{INCOMING}"')
    connection.execute(f'CREATE TEMP TABLE "{INCOMING}" ({columns}, PRIMARY KEY ("{table.id}")) WITHOUT ROWID')
    marks = ", ".join("?" * len(names))
    connection.executemany(f'INSERT OR REPLACE INTO temp."{INCOMING}" VALUES ({marks})', rows)
    total = connection.execute(f'SELECT count(*) FROM temp."{INCOMING}"').fetchone()[0]
    if given:
        differs = " OR ".join(f'old."{name}" IS NOT new."{name}"' for name in given)
        connection.execute(
            f'DELETE FROM temp."{INCOMING}" AS new WHERE EXISTS (SELECT 1 FROM main."{table.name}" AS old '
            f'WHERE old."{table.id}" = new."{table.id}" AND NOT ({differs}))'
        )
    else:
        connection.execute(f'DELETE FROM temp."{INCOMING}" WHERE "{table.id}" IN (SELECT "{table.id}" FROM main."{table.name}")')
    changed = _keep_versions(connection, table)
    n_written = _write(connection, table, given)
    n_new = n_written - changed
    return n_new, total - n_new, changed


def _keep_versions(connection: sqlite3.Connection, table: Table) -> int:
    """Copy the rows that are about to change into the table of versions; how many these are."""
    columns = ", ".join(f'old."{name}"' for name in table.names)
    bare = ", ".join(f'"{name}"' for name in table.names)
    return connection.execute(
        f'INSERT INTO "versions_{table.name}" (_seq, _from, {bare}) SELECT old._seq, old._from, {columns} '
        f'FROM temp."{INCOMING}" AS new JOIN main."{table.name}" AS old USING ("{table.id}")'
    ).rowcount


def _write(connection: sqlite3.Connection, table: Table, given: Sequence[str]) -> int:
    """Insert the new rows and change the old ones; how many were written. The first version counts from its moment."""
    seq = connection.execute("SELECT last_seq FROM positions WHERE table_name = ?", (table.name,)).fetchone()[0]
    now = time.time_ns() // 1000
    born = f'new."{table.moment}"' if table.moment in given else "NULL"
    names = ", ".join(f'"{name}"' for name in (table.id, *given))
    values = ", ".join(f'new."{name}"' for name in (table.id, *given))
    updates = ", ".join(f'"{name}" = excluded."{name}"' for name in given)
    change = f", {updates}" if updates else ""
    written = connection.execute(
        f'INSERT INTO main."{table.name}" (_seq, _from, {names}) '
        f'SELECT ? + row_number() OVER (ORDER BY new."{table.id}"), {born}, {values} FROM temp."{INCOMING}" AS new WHERE true '
        f'ON CONFLICT ("{table.id}") DO UPDATE SET _seq = excluded._seq, _from = ?{change}',
        (seq, now),
    ).rowcount
    n_rows = connection.execute(f'SELECT count(*) FROM main."{table.name}"').fetchone()[0] if written else 0
    if written:
        youngest = connection.execute(f'SELECT max({born}) FROM temp."{INCOMING}" AS new').fetchone()[0]
        latest = max(now, youngest or now)
        connection.execute(
            "UPDATE positions SET last_seq = last_seq + ?, n_rows = ?, max_at = max(coalesce(max_at, ?), ?) WHERE table_name = ?",
            (written, n_rows, latest, latest, table.name),
        )
    return written


def changed_prices(connection: sqlite3.Connection, table: Table) -> list[dict[str, Any]]:
    """Rows of `prices` for products whose price or reduced price the merge just changed, before it is committed."""
    found = connection.execute(
        f'SELECT new."{table.id}", new.price, new.sale_price, new._from FROM temp."{INCOMING}" AS i '
        f'JOIN main."{table.name}" AS new USING ("{table.id}") JOIN "versions_{table.name}" AS old USING ("{table.id}") '
        f"WHERE new.price IS NOT NULL AND (old.price IS NOT new.price OR old.sale_price IS NOT new.sale_price) AND old._seq = "
        f'(SELECT max(_seq) FROM "versions_{table.name}" AS v WHERE v."{table.id}" = new."{table.id}")'
    ).fetchall()
    return [{"product_id": key, "price": price, "sale_price": sale, "at": at} for key, price, sale, at in found]


def changes(connection: sqlite3.Connection, table: Table, after: int, limit: int) -> tuple[list[Mapping[str, Any]], int]:
    """(present rows changed after that sequence number, oldest change first; the number of the last of them)."""
    columns = ", ".join(f'"{name}"' for name in table.names)
    found = connection.execute(
        f'SELECT _seq, {columns} FROM "{table.name}" WHERE _seq > ? ORDER BY _seq LIMIT ?', (after, limit)
    ).fetchall()
    rows: list[Mapping[str, Any]] = list(to_rows(from_sqlite(table, table.names, [row[1:] for row in found])))
    return rows, (found[-1][0] if found else after)


class Upserts:
    """Writes entities."""

    def __init__(self, folder: Folder, connections: Connections, append: Callable[..., Appended]) -> None:
        self._folder = folder
        self._connections = connections
        self._append = append

    def rows(self, table: Table, rows: Sequence[Mapping[str, Any]], source: str) -> Appended:
        """What became of rows given as dicts; each may give other columns."""
        by_columns: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
        rejected = []
        for index, row in enumerate(rows):
            try:
                names, values = _checked(table, row)
            except Refused as refusal:
                rejected.append(Rejection(index, *refusal.problem))
            else:
                by_columns.setdefault(names, []).append(values)
        n_new = n_known = n_changed = 0
        for names, group in by_columns.items():
            new, known, changed = self._merge(table, names, group)
            n_new, n_known, n_changed = n_new + new, n_known + known, n_changed + changed
        if rejected:
            refused = [refusal_row(one, rows[one.index], table.name, source) for one in rejected]
            self._append("rejected", refused)
        return Appended(n_new, n_known, tuple(rejected), n_changed)

    def arrow(self, table: Table, data: pa.Table) -> Appended:
        """What became of rows given as Arrow, in chunks so that others get their turn between them."""
        for name in data.column_names:
            table.column(name)
        n_new = n_known = n_changed = 0
        for start in range(0, data.num_rows, CHUNK_ROWS):
            chunk = to_sqlite(data.slice(start, CHUNK_ROWS))
            new, known, changed = self._merge(table, data.column_names, chunk)
            n_new, n_known, n_changed = n_new + new, n_known + known, n_changed + changed
        return Appended(n_new, n_known, n_changed=n_changed)

    def _merge(self, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[int, int, int]:
        prices: list[dict[str, Any]] = []
        with self._connections.writing() as connection:
            new, known, changed = merge(connection, table, names, rows)
            if changed and table.name == "products" and {"price", "sale_price"} & set(names):
                prices = changed_prices(connection, table)
        if prices:
            self._append("prices", prices, source="upsert")
        return new, known, changed


def _checked(table: Table, row: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The given columns in the schema's order and their values as SQLite takes them; raises `Refused`."""
    if not isinstance(row, Mapping):
        raise Refused("not_an_object", f"a row is an object of columns and values, not {row!r:.60}")
    strange = [name for name in row if name not in table.names]
    if strange:
        close = nearest(str(strange[0]), table.names)
        hint = f"; did you mean {close!r}?" if close else ""
        raise Refused("unknown_column", f"{table.name!r} has no column {str(strange[0])!r:.60}{hint}")
    names, values = [], []
    for column in table.columns:
        if column.name in row or column.name == table.id:
            value = clean_value(column, row.get(column.name))
            names.append(column.name)
            values.append(value.isoformat() if isinstance(value, date) else value)
    return tuple(names), tuple(values)
