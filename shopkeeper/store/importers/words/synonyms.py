"""Which of a file's columns is which of ours, by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shopkeeper.core import schema
from shopkeeper.core.errors import nearest


@dataclass(frozen=True)
class Found:
    """Our column comes from these columns of the file; ``weak`` means a guess, ``join`` what stands between several."""

    columns: tuple[str, ...]
    weak: bool = False
    join: str = ""
    factor: float = 1.0


@cache
def words() -> Mapping[str, Any]:
    """The table of synonyms as it stands in `synonyms.toml`."""
    return tomllib.loads(Path(__file__).with_name("synonyms.toml").read_text(encoding="utf-8"))


@cache
def plain(name: str) -> str:
    """A name without case, spaces, underscores, marks and type endings: ``Order-ID:token`` -> ``orderid``."""
    return re.sub(r"[^0-9a-z\u0080-\U0010ffff]", "", re.sub(r":(token|float|token_seq|float_seq)$", "", name.lower()))


@cache
def _synonyms(table: str, column: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(strong, weak) plain synonyms of a column of ours."""
    given = words()
    strong = [*given.get(table, {}).get(column, ()), *given["shared"].get(column, ()), column]
    weak = given["weak"].get(table, {}).get(column, ())
    return tuple(dict.fromkeys(map(plain, strong))), tuple(map(plain, weak))


def find(table: str, column: str, names: Sequence[str]) -> Found | None:
    """The columns of the file that make ``table.column``, or None."""
    theirs: dict[str, str] = {}
    for name in names:
        theirs.setdefault(plain(name), name)
    given = words()
    joined = _joined(given["join"].get(f"{table}.{column}") or given["join"].get(column), theirs)
    if joined:
        return joined
    for word, factor in given["units"].get(f"{table}.{column}", {}).items():
        if plain(word) in theirs:
            return Found((theirs[plain(word)],), factor=factor)
    strong, weak = _synonyms(table, column)
    for candidates, is_weak in ((strong, False), (weak, True)):
        for word in candidates:
            if word in theirs:
                return Found((theirs[word],), weak=is_weak)
    return None


def _joined(rule: Mapping[str, Any] | None, theirs: Mapping[str, str]) -> Found | None:
    if rule is None:
        return None
    for group in rule["columns"]:
        there = [theirs[plain(word)] for word in group if plain(word) in theirs]
        enough = len(there) == len(group) if rule.get("all") else len(there) >= 2
        if enough:
            return Found(tuple(there), join=rule["with"])
    return None


def matches(table: str, names: Sequence[str], *, weak: bool = True) -> dict[str, Found]:
    """Every column of ``table`` that the file's columns make."""
    found = {column: find(table, column, names) for column in schema.table(table).names}
    return {column: match for column, match in found.items() if match is not None and (weak or not match.weak)}


def table_for(names: Sequence[str]) -> str | None:
    """The table that a file with these columns is for, by the signatures of the table of synonyms; None when none fits."""
    for signature in words()["signature"]:
        table = signature["table"]

        needs = all(_has(table, column, names, weak=False) for column in signature.get("needs", ()))
        either = all(
            any(_has(table, column, names, weak=True) for column in signature[group])
            for group in ("any", "needs_any")
            if group in signature
        )
        if needs and either and not any(_has(table, column, names, weak=False) for column in signature.get("without", ())):
            return str(table)
    return None


def _has(table: str, column: str, names: Sequence[str], *, weak: bool) -> bool:
    """True when the file has ``column`` (of ``table``, or written as table.column); ``weak`` lets a guess count."""
    where, _, what = column.rpartition(".")
    match = find(where or table, what, names)
    return match is not None and (weak or not match.weak)


def nearest_columns(table: str, column: str, names: Iterable[str]) -> list[str]:
    """Up to three columns of the file whose names come near ``table.column`` or its synonyms, best first."""
    theirs = {plain(name): name for name in names}
    strong, weak = _synonyms(table, column)
    found: dict[str, None] = {}
    for word in (*strong, *weak):
        for short, name in theirs.items():
            if len(word) > 2 and len(short) > 2 and (word in short or short in word):
                found[name] = None
    for word in strong[:8]:
        close = nearest(word, theirs)
        if close is not None:
            found[theirs[close]] = None
    return list(found)[:3]


def is_leftover(name: str) -> bool:
    """True for a column that a worksheet or a dataframe leaves behind (row numbers)."""
    return plain(name) in words()["leftovers"]["columns"]


def line_number_column(names: Sequence[str]) -> str | None:
    """The file's column with the number of a line within its order."""
    theirs = {plain(name): name for name in names}
    return next((theirs[word] for word in words()["line_number"]["columns"] if word in theirs), None)
