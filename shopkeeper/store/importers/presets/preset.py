"""A known form of file, read from its TOML.

``recognized_by`` names columns that must all be there. ``[tables.<ours>]`` says for each of our columns where it comes
from: a column's name, or ``{ sql = "…{Column}…" }``, ``{ first_of = […] }``, ``{ join = […], with = … }``,
``{ constant = … }``, ``{ pseudonym_of = Column }``, each with an optional ``form`` for moments. ``[[rows]]`` sorts rows out
before they are checked. A column that the file lacks is left out, unless our column is required.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from shopkeeper.core.errors import unknown
from shopkeeper.store.importers.words.synonyms import plain


@dataclass(frozen=True)
class RowRule:
    """Rows for which ``when`` holds: ``do`` is reject, ignore or order (kept in `orders` only); ``name``, ``message`` say why."""

    when: str
    do: str
    name: str
    message: str


@dataclass(frozen=True)
class Preset:
    """One known form of file; see the module's words."""

    name: str
    title: str
    recognized_by: tuple[str, ...]
    tables: Mapping[str, Mapping[str, Any]]
    rows: tuple[RowRule, ...] = ()
    explode: str = ""
    fill_down: Mapping[str, Any] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    most_frequent: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def recognizes(self, names: Sequence[str]) -> bool:
        """True when all the columns that it is recognized by are there."""
        theirs = {plain(name) for name in names}
        return all(plain(name) in theirs for name in self.recognized_by)


@cache
def presets() -> Mapping[str, Preset]:
    """All presets by name, those recognized by the most columns first."""
    found = [_read(path) for path in sorted(Path(__file__).parent.glob("*.toml"))]
    return {preset.name: preset for preset in sorted(found, key=lambda preset: -len(preset.recognized_by))}


def preset_named(name: str) -> Preset:
    """The preset of that name (dashes and underscores are the same); `UnknownName` with the nearest one otherwise."""
    found = presets().get(name.replace("-", "_"))
    if found is None:
        raise unknown("preset", name, presets(), next="leave the preset out: files are recognized by their columns")
    return found


def recognized_preset(names: Sequence[str]) -> Preset | None:
    """The preset that these columns are known by, or None."""
    return next((preset for preset in presets().values() if preset.recognizes(names)), None)


def _read(path: Path) -> Preset:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    raw["rows"] = tuple(RowRule(**row) for row in raw.get("rows", ()))
    for name in ("recognized_by", "personal", "most_frequent", "notes"):
        raw[name] = tuple(raw.get(name, ()))
    return Preset(name=path.stem, **raw)
