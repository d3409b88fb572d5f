"""Segments that have names: those that the shop saved and those that come with Shopkeeper."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shopkeeper.core.errors import unknown

BUILT_IN = Path(__file__).with_name("built_in.toml")


@dataclass(frozen=True)
class Segment:
    """A segment as it is kept: ``expression`` may be broken, which is told when it is read."""

    segment_id: str
    title: str
    description: str
    expression: str
    is_tag: bool = True
    made_by: str = ""


class Book:
    """Segments by name. An id wins over a title; capitals do not count."""

    def __init__(self, segments: Iterable[Segment] = ()) -> None:
        self.segments = tuple(segments)
        self._by_name: dict[str, Segment] = {}
        for segment in self.segments:
            self._by_name.setdefault(segment.title.strip().lower(), segment)
        self._by_name.update({segment.segment_id.strip().lower(): segment for segment in self.segments})
        self._by_name.pop("", None)
        self._places = {segment.segment_id: place for place, segment in enumerate(self.segments)}

    @property
    def names(self) -> tuple[str, ...]:
        """The ids, in order."""
        return tuple(self._places)

    def find(self, name: str) -> Segment | None:
        """The segment with that id or title, or None."""
        return self._by_name.get(name.strip().lower())

    def place(self, segment_id: str) -> int:
        """Its place among `segments`."""
        return self._places[segment_id]

    def with_rows(self, rows: Iterable[Mapping[str, Any]]) -> Book:
        """The same with these rows of `segments` in the place of their older selves; what is not enabled is left out."""
        kept = {segment.segment_id: segment for segment in self.segments}
        for row in rows:
            if row.get("enabled") is False:
                kept.pop(str(row["segment_id"]), None)
            else:
                kept[str(row["segment_id"])] = segment_of(row)
        return Book(kept[segment_id] for segment_id in sorted(kept))


NO_SEGMENTS = Book()


def segment_of(row: Mapping[str, Any]) -> Segment:
    """A row of `segments`."""
    return Segment(
        str(row["segment_id"]), row.get("title") or str(row["segment_id"]), row.get("description") or "",
        row.get("expression") or "", row.get("is_tag") is not False, row.get("made_by") or "",
    )  # fmt: skip


@cache
def built_in() -> Book:
    """The segments that come with Shopkeeper."""
    found = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))["segment"]
    return NO_SEGMENTS.with_rows({**row, "made_by": "shopkeeper"} for row in found)


def book(rows: Iterable[Mapping[str, Any]]) -> Book:
    """The segments of a shop: its rows of `segments` over the built-in ones."""
    return built_in().with_rows(rows)


def find(book: Book, name: str) -> Segment:
    """The segment with that id or title. Raises `UnknownName`."""
    found = book.find(name)
    if found is None:
        raise unknown("segment", name, book.names, next="`shopkeeper segments list` shows them")
    return found
