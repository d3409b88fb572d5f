"""A snapshot: how far each table had come at one moment, and the segments that held it. It can be read again later."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shopkeeper.store.log.segments import positions


@dataclass(frozen=True)
class Snapshot:
    """Names the rows of every table: those with a sequence number up to ``seqs[table]``.

    ``segments`` names the sealed files that held them when it was taken. Sealing moves rows between tail and segments
    but keeps their numbers, so the same rows come back whenever the snapshot is read. ``newest`` is the newest moment of
    each table, ``taken_at`` when it was taken, both in microseconds.
    """

    taken_at: int
    seqs: Mapping[str, int]
    segments: Mapping[str, tuple[str, ...]]
    newest: Mapping[str, int]

    def positions(self) -> dict[str, int]:
        """Where a follower starts: the newest sequence number of each table."""
        return dict(self.seqs)

    def as_dict(self) -> dict[str, Any]:
        """JSON-able; the inverse is `Snapshot.from_dict`. Tables without a row are left out."""
        seqs = {name: seq for name, seq in self.seqs.items() if seq}
        segments = {name: list(files) for name, files in self.segments.items() if files}
        return {"taken_at": self.taken_at, "seqs": seqs, "segments": segments, "newest": dict(self.newest)}

    @staticmethod
    def from_dict(raw: Mapping[str, Any]) -> Snapshot:
        """The snapshot that `as_dict` wrote."""
        segments = {name: tuple(files) for name, files in raw.get("segments", {}).items()}
        newest = {name: int(at) for name, at in raw.get("newest", {}).items()}
        return Snapshot(int(raw["taken_at"]), {name: int(seq) for name, seq in raw["seqs"].items()}, segments, newest)


def take(connection: sqlite3.Connection, now: int) -> Snapshot:
    """The snapshot of the caller's read transaction."""
    files: dict[str, list[str]] = {}
    for name, file in connection.execute("SELECT table_name, file FROM manifest ORDER BY segment_id"):
        files.setdefault(name, []).append(file.rsplit("/", 1)[-1].removesuffix(".parquet"))
    where = positions(connection)
    return Snapshot(
        taken_at=now,
        seqs={name: found.last_seq for name, found in where.items()},
        segments={name: tuple(found) for name, found in files.items()},
        newest={name: found.max_at for name, found in where.items() if found.max_at is not None},
    )
