"""Imported files: whole Parquet files that enter the manifest at once, and the record of where they came from."""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shopkeeper.core.errors import ImportProblem, StoreBusy
from shopkeeper.core.schema import TABLES
from shopkeeper.store.arrow_types import from_micros
from shopkeeper.store.folder import Folder
from shopkeeper.store.log import database
from shopkeeper.store.log.batches import BatchCodec
from shopkeeper.store.log.locks import locked
from shopkeeper.store.log.rows import new_id
from shopkeeper.store.log.segments import (
    SEQ,
    Described,
    SegmentInfo,
    describe,
    enter,
    position,
    remove_unless_entered,
    segments,
    sync_folder,
)


@dataclass(frozen=True)
class ImportRecord:
    """One import: the file, its digest (the same bytes are not imported twice), when, and the report."""

    import_id: str
    source: str
    digest: str
    at: datetime
    report: dict[str, Any]


class Imports:
    """Enters imported files; remembers every import."""

    def __init__(self, folder: Folder, connect: Callable[[], sqlite3.Connection], busy_seconds: float) -> None:
        self._folder = folder
        self._connect = connect
        self._busy_seconds = busy_seconds

    def add(
        self,
        files: Mapping[str, Sequence[Path]],
        *,
        source: str,
        digest: str = "",
        report: Mapping[str, Any] | None = None,
        checked: Mapping[str, int] | None = None,
        stand_ins: Collection[str] = (),
    ) -> list[SegmentInfo]:
        """The segments made of the files (table -> files), with the record of the import, in one transaction.

        The files lie in a folder of `Folder.incoming` and are moved. Raises `ImportProblem` when their columns are not
        the table's, or when a file with this digest is in the shop already; then nothing has changed. ``checked`` (table ->
        sequence number) says up to where the caller made sure that none of the ids is in the shop: what came later is
        compared here, and `StoreBusy` raised when it holds one of them. ``stand_ins`` are the tables whose files stand in for
        rows that are still to come.
        """
        lock = locked(self._folder.seal_lock, seconds=self._busy_seconds)
        with database.in_words(self._folder.database), lock:
            described = [(name, path, describe(TABLES[name], path)) for name, paths in files.items() for path in paths]
            moved = [(name, self._move(name, path), facts) for name, path, facts in described if facts.n_rows]
            try:
                made = self._enter(moved, source, digest, report or {}, checked or {}, stand_ins)
            except BaseException:
                for _, path, _ in moved:
                    remove_unless_entered(self._connect(), self._folder.root, path)
                raise
        for _, aside, _ in described:
            aside.unlink(missing_ok=True)  # an empty one, which nobody needs
            if aside.parent.exists() and not any(aside.parent.iterdir()):
                aside.parent.rmdir()
        return made

    def _move(self, table: str, aside: Path) -> Path:
        path = self._folder.facts(table) / f"import-{secrets.token_hex(8)}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.rename(path)
        return path

    def _enter(
        self,
        files: Sequence[tuple[str, Path, Described]],
        source: str,
        digest: str,
        report: Mapping[str, Any],
        checked: Mapping[str, int],
        stand_ins: Collection[str],
    ) -> list[SegmentInfo]:
        connection = self._connect()
        for folder in {path.parent for _, path, _ in files}:
            sync_folder(folder)
        with locked(self._folder.write_lock), database.transaction(connection):
            if digest and self._find(connection, digest):
                raise ImportProblem(
                    "This file is in the shop already.",
                    got=f"{source}, digest {digest[:12]}…",
                    wanted="a file that was not imported yet",
                    next="nothing to do: its rows are there",
                )
            for name, path, _ in files:
                self._check_later(connection, name, path, checked.get(name))
            connection.execute(
                "INSERT INTO imports VALUES (?,?,?,?,?)",
                (new_id(), source, digest, time.time_ns() // 1000, json.dumps(report, default=str)),
            )
            return [self._enter_one(connection, name, path, facts, source, name in stand_ins) for name, path, facts in files]

    def _check_later(self, connection: sqlite3.Connection, name: str, path: Path, checked: int | None) -> None:
        where = position(connection, name)
        if checked is None or where.last_seq <= checked:
            return
        table = TABLES[name]
        later = [batch.rows.column(table.id) for batch in BatchCodec(table).read(connection, max(checked, where.sealed_seq))]
        for one in segments(connection, name):
            if one.last_seq > checked and not one.stands_in:
                rows = [(SEQ, ">", checked)] if one.has_seq else None
                found = pq.read_table(self._folder.root / one.file, columns=[table.id], filters=rows, partitioning=None)
                later += found.column(0).chunks
        mine = pq.read_table(path, columns=[table.id], partitioning=None).column(0)
        if pc.any(pc.is_in(mine, value_set=pa.chunked_array(later, pa.string()))).as_py():
            raise StoreBusy(
                "Rows of this file came into the shop while it was read; nothing was imported.",
                got=f"ids of {name!r} that another process wrote meanwhile",
                wanted="a file whose rows nobody else writes at the same time",
                next="import it again: the rows that are there now will be counted as known",
            )

    def _enter_one(
        self, connection: sqlite3.Connection, name: str, path: Path, described: Described, source: str, stands_in: bool
    ) -> SegmentInfo:
        last = position(connection, name).last_seq
        file = path.relative_to(self._folder.root).as_posix()
        connection.execute(
            "UPDATE positions SET last_seq = last_seq + ?1, n_rows = n_rows + ?1, max_at = max(coalesce(max_at, ?2), ?2) "
            "WHERE table_name = ?3",
            (described.n_rows, described.max_at, name),
        )
        seqs = {"first_seq": last + 1, "last_seq": last + described.n_rows}
        return enter(connection, TABLES[name], file, described, **seqs, has_seq=False, source=source, stands_in=stands_in)

    @staticmethod
    def _find(connection: sqlite3.Connection, digest: str) -> ImportRecord | None:
        row = connection.execute("SELECT * FROM imports WHERE digest = ?", (digest,)).fetchone()
        return _record(row) if row else None

    def find(self, digest: str) -> ImportRecord | None:
        """The import of a file with this digest, if there was one."""
        return self._find(self._connect(), digest)

    def list(self, limit: int = 50, offset: int = 0) -> list[ImportRecord]:
        """The imports, newest first."""
        found = self._connect().execute("SELECT * FROM imports ORDER BY at DESC LIMIT ? OFFSET ?", (limit, offset))
        return [_record(row) for row in found.fetchall()]


def _record(row: Sequence[Any]) -> ImportRecord:
    import_id, source, digest, at, report = row
    return ImportRecord(import_id, source, digest, from_micros(at), json.loads(report))
