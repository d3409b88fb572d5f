"""A product feed in XML (Google Merchant: RSS ``<item>`` or Atom ``<entry>``) as one JSON object a line.

Only Python's own parser is used, and a feed that declares entities is refused: nothing in a feed needs them, and they
are how XML files are made to explode.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

from shopkeeper.core.errors import ImportProblem

ROWS = frozenset({"item", "entry", "product", "offer"})


class _Feed:
    """Collects one row's elements; nested ones get dotted names, the first of a repeated one wins."""

    def __init__(self, out: Any) -> None:
        self.out = out
        self.n_rows = 0
        self.row: dict[str, str] | None = None
        self.path: list[str] = []
        self.row_depth = 0
        self.depth = 0
        self.text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        short = name.rsplit(":", 1)[-1]
        if self.row is None:
            if short in ROWS:
                self.row, self.row_depth, self.path = dict(attributes), self.depth, []
            return
        self.path.append(short)
        self.text = []
        if "href" in attributes:
            self.row.setdefault(".".join(self.path), attributes["href"])

    def end(self, _name: str) -> None:
        if self.row is not None:
            if self.depth == self.row_depth:
                self.out.write(json.dumps(self.row, ensure_ascii=False) + "\n")
                self.n_rows += 1
                self.row = None
            else:
                value = "".join(self.text).strip()
                if value:
                    self.row.setdefault(".".join(self.path), value)
                self.path.pop()
                self.text = []
        self.depth -= 1

    def data(self, text: str) -> None:
        if self.row is not None:
            self.text.append(text)


def _no_entities(*_: object) -> None:
    raise ImportProblem(
        "The XML file declares entities.",
        got="<!ENTITY …>",
        wanted="a feed without entity declarations",
        next="export it again without a DOCTYPE",
    )


def xml_to_jsonl(source: BinaryIO, target: Path) -> int:
    """Write the feed's rows to ``target`` as JSON lines; returns how many. `ImportProblem` for broken XML, with its line."""
    parser = expat.ParserCreate()
    with target.open("w", encoding="utf-8") as out:
        feed = _Feed(out)
        parser.StartElementHandler = feed.start
        parser.EndElementHandler = feed.end
        parser.CharacterDataHandler = feed.data
        parser.EntityDeclHandler = _no_entities
        try:
            parser.ParseFile(source)
        except expat.ExpatError as error:
            raise ImportProblem(
                "The XML file is broken.",
                got=str(error),
                wanted="well-formed XML: RSS with <item> or Atom with <entry>",
                next=f"look at line {error.lineno} of the file",
                line=error.lineno,
            ) from None
    return feed.n_rows
