"""Copies of a whole shop, made while it is in use, and the way back; and whether every file is what it should be."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from shopkeeper.core.errors import ShopExists, ShopNotFound, StoreDamaged
from shopkeeper.store.folder import INCOMING, Folder
from shopkeeper.store.log import database

_KEPT = ("results", "models", "images")


@dataclass(frozen=True)
class BackupReport:
    """What was copied, and how long it took."""

    path: Path
    n_files: int
    n_bytes: int
    seconds: float


@dataclass(frozen=True)
class Damage:
    """One file that is not what the manifest says."""

    file: str
    problem: str


def backup(folder: Folder, connection: sqlite3.Connection, target: Path) -> BackupReport:
    """Copy the shop to the new folder ``target``; it appears there only when it is complete. Raises `ShopExists`.

    The database is copied first, as one state; all files that it names are immutable, so copying them later is safe while
    others write.
    """
    began = time.monotonic()
    target = target.resolve()
    _must_be_free(target)
    aside = target.with_name(f"{INCOMING}{os.getpid()}-{target.name}")
    with database.in_words(target):
        aside.mkdir(parents=True)
        try:
            with closing(sqlite3.connect(aside / folder.database.name)) as copy:
                connection.backup(copy)  # in one step: in several, each commit of others would begin it anew
                names = [row[0] for row in copy.execute("SELECT file FROM manifest")] + list(_others(folder))
            n_bytes = sum(_copy(folder.root / name, aside / name) for name in names)
            aside.rename(target)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
    return BackupReport(
        target, len(names) + 1, n_bytes + (target / folder.database.name).stat().st_size, time.monotonic() - began
    )


def restore(source: Path, root: Path) -> BackupReport:
    """A backup copied to the new folder ``root`` once its files were checked. `ShopNotFound`, `ShopExists`, `StoreDamaged`."""
    began = time.monotonic()
    source, root = source.resolve(), root.resolve()
    folder = Folder(source)
    if not folder.database.exists():
        raise ShopNotFound(
            f"There is no backup in {source}.",
            got="no shop.sqlite",
            wanted="a folder made by `shopkeeper backup`",
            next="check the path",
        )
    _must_be_free(root)
    with closing(database.connect(folder.database)) as connection:
        database.migrate(connection)  # the backup may be older than this Shopkeeper
        damages = check(folder, connection, deep=True)
        if damages:
            raise StoreDamaged(
                f"The backup in {source} is damaged; nothing was restored.",
                got="; ".join(f"{one.file}: {one.problem}" for one in damages[:5]),
                wanted="every file that its manifest names, unchanged",
                next="restore an older backup",
            )
        report = backup(folder, connection, root)
    return BackupReport(report.path, report.n_files, report.n_bytes, time.monotonic() - began)


def check(folder: Folder, connection: sqlite3.Connection, *, deep: bool = False) -> list[Damage]:
    """What is wrong with the shop's files: is each segment there in its size; ``deep`` reads them and the database too."""
    damages = []
    if deep:
        said = connection.execute("PRAGMA integrity_check(10)").fetchall()
        damages += [Damage(folder.database.name, row[0]) for row in said if row[0] != "ok"]
    for file, n_bytes, digest in connection.execute("SELECT file, bytes, sha256 FROM manifest ORDER BY segment_id").fetchall():
        path = folder.root / file
        if not path.exists():
            damages.append(Damage(file, "is missing"))
        elif path.stat().st_size != n_bytes:
            damages.append(Damage(file, f"has {path.stat().st_size} bytes, the manifest says {n_bytes}"))
        elif deep and _digest(path) != digest:
            damages.append(Damage(file, "does not hold what was written"))
    return damages


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _others(folder: Folder) -> Iterator[str]:
    """Settings, results, models and pictures; what is still being written is left out."""
    if folder.toml.exists():
        yield folder.toml.name
    for name in _KEPT:
        for path in (folder.root / name).rglob("*"):
            relative = path.relative_to(folder.root)
            if path.is_file() and not any(part.startswith(INCOMING) for part in relative.parts):
                yield relative.as_posix()


def _copy(source: Path, target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    with target.open("rb") as written:
        os.fsync(written.fileno())
    return target.stat().st_size


def _must_be_free(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ShopExists(
            f"There is something at {target} already.",
            got="a file or a folder with content",
            wanted="a path that is free",
            next="choose another",
        )
