"""The paths of a shop's folder, and the removal of what dead processes left in it."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

INCOMING = "incoming-"


@dataclass(frozen=True)
class Folder:
    """Where each thing of a shop lies."""

    root: Path

    @property
    def toml(self) -> Path:
        """The shop's name, currency, time zone, languages and settings."""
        return self.root / "shop.toml"

    @property
    def database(self) -> Path:
        """Entities, the tail of facts, the manifest, runs, jobs, keys."""
        return self.root / "shop.sqlite"

    @property
    def write_lock(self) -> Path:
        """Held by whoever writes to the database: a queue in front of SQLite's own lock."""
        return self.root / "write.lock"

    @property
    def seal_lock(self) -> Path:
        """Held by whoever moves files into ``facts/``."""
        return self.root / "seal.lock"

    @property
    def images(self) -> Path:
        """Pictures of products."""
        return self.root / "images"

    @property
    def temporary(self) -> Path:
        """Where queries that do not fit into memory spill."""
        return self.root / "tmp"

    @property
    def entities(self) -> Path:
        """Copies of large entities for fast reading: derived, can be deleted at any time."""
        return self.root / "entities"

    def facts(self, table: str) -> Path:
        """The sealed segments of a fact."""
        return self.root / "facts" / table

    def sidecars(self, table: str) -> Path:
        """Indexes of a fact's segments: derived, can be deleted at any time."""
        return self.root / "facts" / table / "sidecars"

    def results(self, table: str) -> Path:
        """The results of a task, one file a run."""
        return self.root / "results" / table

    def result(self, table: str, run_id: str) -> Path:
        """The result that one run wrote."""
        return self.results(table) / f"{run_id}.parquet"

    def models(self, task: str) -> Path:
        """The learned versions of a task."""
        return self.root / "models" / task

    def make(self) -> None:
        """Make the empty folders."""
        for name in ("facts", "results", "models", "images"):
            (self.root / name).mkdir(parents=True, exist_ok=True)

    def incoming(self, table: str) -> Path:
        """A new folder ``facts/<table>/incoming-<pid>-<random>`` for files on their way into the manifest."""
        path = self.facts(table) / f"{INCOMING}{os.getpid()}-{secrets.token_hex(4)}"
        path.mkdir(parents=True)
        return path


def is_alive(pid: int) -> bool:
    """Whether a process of this number runs; a dead child that nobody waited for does not."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    except OSError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def remove_incoming_of_the_dead(folder: Folder) -> list[Path]:
    """The ``incoming-…`` folders and ``….tmp`` files removed, because the process that made them is gone."""
    removed = []
    for pattern in (f"facts/*/{INCOMING}*", f"models/*/{INCOMING}*", f"results/*/{INCOMING}*", f"entities/{INCOMING}*"):
        for path in folder.root.glob(pattern):
            owner = path.name.removeprefix(INCOMING).split("-")[0].split(".")[0]
            if owner.isdigit() and is_alive(int(owner)):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            removed.append(path)
    return removed
