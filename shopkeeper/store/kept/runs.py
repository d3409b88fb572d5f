"""Runs: what happened each time a task was run, and the table that it wrote."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from shopkeeper.core.errors import unknown
from shopkeeper.core.runs import Run, run_from_dict
from shopkeeper.store.arrow_types import to_micros
from shopkeeper.store.folder import INCOMING, Folder
from shopkeeper.store.log import database

Connect = Callable[[], sqlite3.Connection]
Writing = Callable[[], AbstractContextManager[sqlite3.Connection]]


class Runs:
    """The history of runs; the result tables lie in ``results/<table>/<run>.parquet``."""

    def __init__(self, folder: Folder, connect: Connect, writing: Writing) -> None:
        self._folder = folder
        self._connect = connect
        self._writing = writing

    def add(self, run: Run, table: pa.Table | None = None, *, fingerprint: str = "") -> None:
        """Keep a run and its result; ``fingerprint`` names its inputs, so that `find` knows they were used."""
        file = None
        with database.in_words(self._folder.database):
            if table is not None:
                path = self._folder.result(run.writes, run.run_id)
                path.parent.mkdir(parents=True, exist_ok=True)
                aside = path.with_name(f"{INCOMING}{os.getpid()}-{run.run_id}.parquet")
                pq.write_table(table, aside, compression="zstd")
                with aside.open("rb") as written:
                    os.fsync(written.fileno())
                aside.rename(path)
                file = path.relative_to(self._folder.root).as_posix()
            with self._writing() as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO runs VALUES (?,?,?,?,?,?,?,?)",
                    (run.run_id, run.task, run.state, to_micros(run.started_at), run.writes, fingerprint, file,
                     json.dumps(run.as_dict(), default=str)),
                )  # fmt: skip

    def get(self, run_id: str) -> Run:
        """The run of that number; `UnknownName` otherwise."""
        found = self._select("WHERE run_id = ?", (run_id,))
        if not found:
            raise unknown("run", run_id, [run.run_id for run in self.history(limit=20)], next="`shopkeeper runs` lists them")
        return found[0]

    def latest(self, task: str, states: Sequence[str] = ("done",)) -> Run | None:
        """The newest run of a task in one of these states, or None."""
        marks = ", ".join("?" * len(states))
        found = self._select(
            f"WHERE task = ? AND state IN ({marks}) ORDER BY started_at DESC, rowid DESC LIMIT 1", (task, *states)
        )
        return found[0] if found else None

    def history(self, task: str | None = None, limit: int = 50, offset: int = 0) -> list[Run]:
        """Runs, newest first."""
        where, values = ("WHERE task = ?", (task,)) if task else ("", ())
        return self._select(f"{where} ORDER BY started_at DESC, rowid DESC LIMIT ? OFFSET ?", (*values, limit, offset))

    def find(self, task: str, fingerprint: str) -> Run | None:
        """The newest run of this task that was done from the same inputs, or None."""
        found = self._select(
            "WHERE task = ? AND fingerprint = ? AND fingerprint <> '' AND state = 'done' "
            "ORDER BY started_at DESC, rowid DESC LIMIT 1",
            (task, fingerprint),
        )
        return found[0] if found else None

    def of_version(self, task: str, version: str) -> Run | None:
        """The run that learned this version of the task's model, or None."""
        found = self._select(
            "WHERE task = ? AND json_extract(run, '$.model_version') = ? ORDER BY started_at DESC LIMIT 1", (task, version)
        )
        return found[0] if found else None

    def result_path(self, table: str) -> Path | None:
        """The file of the newest result of that name, or None."""
        row = self._connect().execute(
            "SELECT file FROM runs WHERE writes = ? AND state = 'done' AND file IS NOT NULL "
            "ORDER BY started_at DESC, rowid DESC LIMIT 1",
            (table,),
        ).fetchone()  # fmt: skip
        return self._folder.root / row[0] if row else None

    def result_paths(self) -> dict[str, Path]:
        """The file of the newest result of every table that has one."""
        names = [row[0] for row in self._connect().execute("SELECT DISTINCT writes FROM runs WHERE file IS NOT NULL").fetchall()]
        found = {name: self.result_path(name) for name in names}
        return {name: path for name, path in found.items() if path is not None}

    def _select(self, rest: str, values: Sequence[object]) -> list[Run]:
        with database.in_words(self._folder.database):
            found = self._connect().execute(f"SELECT run FROM runs {rest}", values).fetchall()
        return [run_from_dict(json.loads(row[0])) for row in found]
