"""Jobs: long work in processes of its own, that the doors start, watch and stop."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, get_args

from shopkeeper.core.errors import unknown
from shopkeeper.store.arrow_types import from_micros
from shopkeeper.store.folder import is_alive
from shopkeeper.store.log.rows import new_id

JobState = Literal["queued", "running", "done", "failed", "cancelled", "refused"]
_ENDED = frozenset({"done", "failed", "cancelled", "refused"})
_COLUMNS = "job_id, kind, arguments, state, share, doing, created_at, started_at, ended_at, pid, problem, run_ids"


@dataclass(frozen=True)
class Job:
    """One piece of long work: what it is, how far it is, and what became of it."""

    job_id: str
    kind: str
    arguments: Mapping[str, Any]
    state: JobState
    share: float
    doing: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    pid: int | None
    problem: Mapping[str, Any]
    run_ids: tuple[str, ...]


class Jobs:
    """The jobs of a shop, in its database, so that every process sees them."""

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], writing: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        self._connect = connect
        self._writing = writing

    def add(self, kind: str, arguments: Mapping[str, Any]) -> str:
        """The number of a new job in state ``queued``."""
        job_id = new_id()
        with self._writing() as connection:
            connection.execute(
                f"INSERT INTO jobs ({_COLUMNS}) VALUES (?,?,?,'queued',0,'',?,NULL,NULL,NULL,'{{}}','[]')",
                (job_id, kind, json.dumps(arguments, default=str), time.time_ns() // 1000),
            )
        return job_id

    def get(self, job_id: str) -> Job:
        """The job of that number; `UnknownName` otherwise. One whose process died reads as failed."""
        row = self._connect().execute(f"SELECT {_COLUMNS} FROM jobs WHERE job_id = ?", (job_id,)).fetchone()
        if row is None:
            raise unknown("job", job_id, [job.job_id for job in self.list(limit=20)])
        return _job(row)

    def list(self, limit: int = 50, offset: int = 0) -> list[Job]:
        """Jobs, newest first."""
        found = self._connect().execute(
            f"SELECT {_COLUMNS} FROM jobs ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?", (limit, offset)
        )
        return [_job(row) for row in found.fetchall()]

    def update(
        self,
        job_id: str,
        *,
        state: JobState | None = None,
        share: float | None = None,
        doing: str | None = None,
        problem: Mapping[str, Any] | None = None,
        run_ids: Sequence[str] | None = None,
        pid: int | None = None,
    ) -> None:
        """Write what is given; the moments of start and end follow from the state."""
        now = time.time_ns() // 1000
        changes: dict[str, Any] = {
            "state": state,
            "share": share,
            "doing": doing,
            "pid": pid,
            "problem": None if problem is None else json.dumps(problem, default=str),
            "run_ids": None if run_ids is None else json.dumps(list(run_ids)),
            "started_at": now if state == "running" else None,
            "ended_at": now if state in _ENDED else None,
        }
        given = {name: value for name, value in changes.items() if value is not None}
        if not given:
            return
        marks = ", ".join(f"{name} = ?" for name in given)
        with self._writing() as connection:
            connection.execute(f"UPDATE jobs SET {marks} WHERE job_id = ?", (*given.values(), job_id))

    def request_cancel(self, job_id: str) -> None:
        """Ask a job to stop; one that has not begun is cancelled at once."""
        self.get(job_id)
        with self._writing() as connection:
            connection.execute("UPDATE jobs SET cancel = 1 WHERE job_id = ?", (job_id,))
            connection.execute(
                "UPDATE jobs SET state = 'cancelled', ended_at = ? WHERE job_id = ? AND state = 'queued' AND pid IS NULL",
                (time.time_ns() // 1000, job_id),
            )

    def cancel_requested(self, job_id: str) -> bool:
        """Whether somebody asked it to stop."""
        row = self._connect().execute("SELECT cancel FROM jobs WHERE job_id = ?", (job_id,)).fetchone()
        return bool(row and row[0])


def _job(row: Sequence[Any]) -> Job:
    job_id, kind, arguments, state, share, doing, created, started, ended, pid, problem, run_ids = row
    job = Job(
        job_id, kind, json.loads(arguments), state, share, doing, from_micros(created),
        None if started is None else from_micros(started), None if ended is None else from_micros(ended),
        pid, json.loads(problem), tuple(json.loads(run_ids)),
    )  # fmt: skip
    if state == "running" and pid is not None and not is_alive(pid):
        problem = {"title": "The process died.", "got": f"process {pid} is gone", "next": "start the job again"}
        return replace(job, state="failed", problem=problem, ended_at=None)
    return job


STATES: tuple[str, ...] = get_args(JobState)
