"""Learned models: one folder a version, arrays that are mapped into memory, and which version is in service."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shopkeeper.core.errors import NotLearned, StoreDamaged, unknown
from shopkeeper.store.folder import INCOMING, Folder
from shopkeeper.store.log import database
from shopkeeper.store.log.segments import sync_folder

Array = npt.NDArray[Any]
CARD = "card.json"


@dataclass(frozen=True)
class ModelFolder:
    """One learned version on disk: ``card.json`` and one ``.npy`` file an array."""

    path: Path
    task: str
    version: str
    card: Mapping[str, Any]

    def array(self, name: str, *, mmap: bool = True) -> Array:
        """The array of that name; mapped into memory, so that processes share it. Raises `StoreDamaged`."""
        path = self.path / f"{name}.npy"
        try:
            found: Array = np.load(path, mmap_mode="r" if mmap else None, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise StoreDamaged(
                f"The model {self.task} {self.version} cannot be read.",
                got=f"{path.name}: {error}",
                wanted="the array as it was saved",
                next=f"learn it again: shopkeeper run {self.task} --force",
            ) from error
        return found

    @property
    def names(self) -> list[str]:
        """The names of its arrays."""
        return sorted(path.stem for path in self.path.glob("*.npy"))


class Models:
    """The versions of each task's model, and the pointers to the one in service and the one before."""

    def __init__(
        self,
        folder: Folder,
        connect: Callable[[], sqlite3.Connection],
        writing: Callable[[], AbstractContextManager[sqlite3.Connection]],
    ) -> None:
        self._folder = folder
        self._connect = connect
        self._writing = writing

    def save(self, task: str, learned: Mapping[str, Array], card: Mapping[str, Any]) -> str:
        """The version under which the arrays and the card were saved; not in service before `promote`."""
        now = time.time_ns() // 1000
        version = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now / 1e6))}-{secrets.token_hex(3)}"
        place = self._folder.models(task)
        aside = place / f"{INCOMING}{os.getpid()}-{version}"
        with database.in_words(self._folder.database):
            aside.mkdir(parents=True)
            for name, array in learned.items():
                with (aside / f"{name}.npy").open("wb") as file:
                    np.save(file, array, allow_pickle=False)
                    file.flush()
                    os.fsync(file.fileno())
            (aside / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False, default=str))
            aside.rename(place / version)
            sync_folder(place)
            with self._writing() as connection:
                connection.execute("INSERT INTO model_versions VALUES (?,?,?)", (task, version, now))
        return version

    def promote(self, task: str, version: str) -> None:
        """Put a version into service; the one that was becomes `previous`. `UnknownName` when there is no such version."""
        if version not in self.versions(task):
            raise unknown(f"version of {task!r}", version, self.versions(task))
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO models VALUES (?1, ?2, NULL) ON CONFLICT (task) DO UPDATE SET current = ?2, "
                "previous = CASE WHEN current = ?2 THEN previous ELSE current END",
                (task, version),
            )

    def current(self, task: str) -> ModelFolder | None:
        """The version in service, or None."""
        return self._pointed(task, 0)

    def previous(self, task: str) -> ModelFolder | None:
        """The version that was in service before, or None."""
        return self._pointed(task, 1)

    def restore_previous(self, task: str) -> str:
        """The version now in service: the one before. Both change places, so doing it twice changes nothing."""
        with self._writing() as connection:
            row = connection.execute(
                "UPDATE models SET current = previous, previous = current "
                "WHERE task = ? AND previous IS NOT NULL RETURNING current",
                (task,),
            ).fetchone()
        if row is None:
            raise NotLearned(
                f"{task!r} has no previous model.",
                got="one version or none",
                wanted="two versions that were in service",
                next="`shopkeeper runs` shows what was learned when",
            )
        return str(row[0])

    def versions(self, task: str) -> list[str]:
        """Every saved version, newest first."""
        found = self._connect().execute(
            "SELECT version FROM model_versions WHERE task = ? ORDER BY created_at DESC, version DESC", (task,)
        )
        return [row[0] for row in found.fetchall()]

    def get(self, task: str, version: str) -> ModelFolder:
        """A saved version; `UnknownName` or `StoreDamaged` otherwise."""
        if version not in self.versions(task):
            raise unknown(f"version of {task!r}", version, self.versions(task))
        path = self._folder.models(task) / version
        try:
            card = json.loads((path / CARD).read_text())
        except (OSError, ValueError) as error:
            raise StoreDamaged(
                f"The model {task} {version} cannot be read.",
                got=f"{CARD}: {error}",
                wanted="the folder as it was saved",
                next="learn it again, or restore the previous one",
            ) from error
        return ModelFolder(path, task, version, card)

    def _pointed(self, task: str, which: int) -> ModelFolder | None:
        row = self._connect().execute("SELECT current, previous FROM models WHERE task = ?", (task,)).fetchone()
        return self.get(task, row[which]) if row and row[which] else None
