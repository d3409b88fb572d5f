"""Bringing a file in: where an upload waits, what would be understood of it, and the report that adds up."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shopkeeper.core import schema

if TYPE_CHECKING:
    from shopkeeper.shop import Shop
    from shopkeeper.store.importers.recognition import Recognition
    from shopkeeper.store.kept.jobs import Job

UPLOADS = "uploads"
LONGEST_NAME = 120


@dataclass(frozen=True)
class ColumnUse:
    """One of our columns and where it comes from: ``source`` in words, ``columns`` the file's, both empty where nothing does.

    ``choices`` are the words that it may hold; one of them can be set for every row.
    """

    target: str
    meaning: str
    source: str
    columns: tuple[str, ...]
    is_guessed: bool
    is_missing: bool
    note: str
    choices: tuple[str, ...]

    @property
    def name(self) -> str:
        """The column without its table."""
        return self.target.split(".", 1)[1]


@dataclass(frozen=True)
class Understood:
    """What an import would make of a file; ``how`` it is read: format, compression, encoding, delimiter.

    ``problem`` has the four parts of what stands in its way, or is None.
    """

    file: str
    size_bytes: int
    how: tuple[str, ...]
    preset: str
    tables: tuple[tuple[str, tuple[ColumnUse, ...]], ...]
    names: tuple[str, ...]
    unused: tuple[str, ...]
    notes: tuple[str, ...]
    problem: Mapping[str, object] | None


@dataclass(frozen=True)
class Report:
    """What an import did: rows by what became of them, and new and known rows by table."""

    n_rows: int
    kept: tuple[tuple[str, int], ...]
    rejected: tuple[tuple[str, int], ...]
    ignored: tuple[tuple[str, int], ...]
    tables: tuple[tuple[str, int, int], ...]
    adds_up: bool
    already_imported: bool
    seconds: float


def waiting_place(shop: Shop, name: str) -> Path:
    """A new path in the shop's folder for an uploaded file; keeps the name's end, by which its format is known."""
    safe = re.sub(r"[^\w.\-]+", "_", Path(name).name).strip("._") or "upload"
    folder = shop.folder / UPLOADS / secrets.token_hex(8)
    folder.mkdir(parents=True)
    return folder / safe[-LONGEST_NAME:]


def forget(path: Path) -> None:
    """Remove an uploaded file and its folder; nothing else, and nothing where it is gone already."""
    if path.parent.parent.name == UPLOADS and path.parent.is_dir():
        path.unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def understood(shop: Shop, path: Path, map: Mapping[str, str]) -> Understood:
    """How the file would be read with what was set by hand; writes nothing. Raises `ImportProblem`."""
    found = shop.inspect(path, map=dict(map) or None)
    problem = found.problem()
    raw = found.as_dict()
    how = [raw["format"], raw["compression"], raw["encoding"], repr(raw["delimiter"]) if raw["delimiter"] else ""]
    return Understood(
        raw["file"],
        path.stat().st_size,
        tuple(part for part in how if part),
        found.preset.title if found.preset else "",
        tuple((table, _columns(found, table)) for table in found.tables),
        found.names,
        found.ignored,
        found.notes,
        problem.as_problem() if problem else None,
    )


def _columns(found: Recognition, table: str) -> tuple[ColumnUse, ...]:
    """The table's columns that are filled or must be, in the schema's order."""
    uses = found.of(table)
    declared = schema.table(table)
    rows = []
    for column in declared.columns:
        use = uses.get(column.name)
        target = f"{table}.{column.name}"
        if use is not None:
            rows.append(ColumnUse(target, column.meaning, use.words, use.columns, use.weak, False, use.note, column.choices))
        elif target in found.missing:
            rows.append(ColumnUse(target, column.meaning, "", (), False, True, "", column.choices))
    return tuple(rows)


def constant(word: str) -> str:
    """The source that says: this word in every row."""
    return f"'{word}'"


def targets(tables: tuple[str, ...]) -> dict[str, str]:
    """Every column that one of the file's columns can be sent to, those of ``tables`` first: ``table.column`` -> meaning."""
    every = [table for table in (*schema.FACTS, *schema.ENTITIES) if table.name not in ("rejected", "decisions")]
    every.sort(key=lambda table: table.name not in tables)
    return {f"{table.name}.{column.name}": column.meaning for table in every for column in table.columns}


def report_of(raw: Mapping[str, Any]) -> Report:
    """The report from its JSON."""
    return Report(
        int(raw["n_rows"]),
        tuple(raw.get("kept", {}).items()),
        tuple(raw["rejected"].items()),
        tuple(raw["ignored"].items()),
        tuple((name, counts["n_new"], counts["n_known"]) for name, counts in raw["tables"].items()),
        bool(raw["adds_up"]),
        bool(raw["already_imported"]),
        float(raw["seconds"]),
    )


def raw_report(shop: Shop, job: Job) -> Mapping[str, Any] | None:
    """The report of an import job that is done, as JSON; None for one that is not."""
    if job.state != "done":
        return None
    newest = shop.store.imports.list(1)
    if newest and newest[0].at >= job.created_at:
        return newest[0].report
    nothing: dict[str, Any] = {"rejected": {}, "ignored": {}, "tables": {}, "n_rows": 0, "seconds": 0.0}
    return {**nothing, "adds_up": True, "already_imported": True}
