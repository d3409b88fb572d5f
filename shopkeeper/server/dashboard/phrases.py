"""What the other floors say in English, said in Chinese: errors, scores, headlines, meanings of columns and settings.

They are written where they are raised, in English, and some were kept in runs and rejected rows of long ago. So they are
known by their text: `said/*.toml` has the English, with ``{slots}`` where facts stand, and the Chinese. A slot is

``{name}``           anything, taken over as it is
``{name:name}``      a name: one word, or text in quotes
``{name:number}``    a number
``{name:value}``     a value as Python writes it: 'text', 3.5, [1, 2]; ``{name:moment}`` and ``{name:command}`` likewise
``{name:said}``      another sentence of this book, or a name
``{name:names}``     several of these, with commas, ``or`` and ``and`` between them
``{name:list}``      several sentences of this book, with commas between them
``{name:unit}`` …    what the words of the dashboard know: a unit, a month, a feature, a group of customers or several
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).with_name("said")
LONGEST = 1000  # what is longer is data, and not a sentence of ours

SLOT = re.compile(r"\{([a-z_]+)(?::([a-z]+))?\}")
_ANYTHING = r".+?"
_NAME = r"\S+|'[^']*'|\"[^\"]*\"|`[^`]*`"
_MATCHES = {
    "name": _NAME,
    "moment": r"\d[\d:T .+-]*|None",
    "command": r"`?(?:--|shopkeeper |pip ).+",
    "number": r"[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?%?",
    "value": r"'.*?'|\".*?\"|[-+]?\d[^\s]*|[\[({].*?[\])}]|None|True|False",
}
_JOINTS = {" or ": " 或 ", " and ": " 和 "}
_QUOTED = re.compile(r"(?P<quote>['\"])(?P<inner>.+)(?P=quote)", re.DOTALL)
_IS_NAME = re.compile(rf"{_NAME}|[^A-Za-z]*")


@dataclass(frozen=True)
class _Template:
    """A sentence with slots: how it is known, what stands in its slots, and its Chinese."""

    pattern: re.Pattern[str]
    kinds: tuple[tuple[str, str], ...]
    chinese: str
    n_literal: int


class Phrasebook:
    """``entries`` maps English, with slots, to Chinese; ``knows`` says by a slot's kind what stands in it, or None."""

    def __init__(self, entries: Mapping[str, str], knows: Mapping[str, Callable[[str], str | None]]) -> None:
        self._plain = {english: chinese for english, chinese in entries.items() if not SLOT.search(english)}
        found = [_template(english, chinese) for english, chinese in entries.items() if english not in self._plain]
        self._templates = sorted(found, key=lambda each: -each.n_literal)  # what says most is meant
        self._knows = knows
        self._say = lru_cache(maxsize=8192)(self._find)

    def say(self, text: str) -> str | None:
        """The text in Chinese, or None where the book does not have it."""
        try:
            return self._say(text)
        except RecursionError:  # clauses in clauses in clauses: nothing that we wrote
            return None

    def _find(self, text: str) -> str | None:
        plain = self._plain.get(text) or self._plain.get(text.lower())
        if plain is not None or len(text) > LONGEST:
            return plain
        for template in self._templates:
            match = template.pattern.fullmatch(text)
            told = self._filled(template, match) if match else None
            if told is not None:
                return told
        return None

    def _filled(self, template: _Template, match: re.Match[str]) -> str | None:
        facts: dict[str, str] = {}
        for name, kind in template.kinds:
            told = self._slot(kind, match[name])
            if told is None:
                return None
            facts[name] = told
        return SLOT.sub(lambda slot: facts[slot[1]], template.chinese)

    def _slot(self, kind: str, text: str) -> str | None:
        if kind == "said":
            return self._part(text)
        if kind == "names":
            return self._parts(text)
        if kind == "list":
            told = [self._say(part) for part in text.split(", ")]
            return None if None in told else "，".join(part for part in told if part)
        if kind in ("name", "value"):
            return _unquoted(text)
        return self._knows[kind](text) if kind in self._knows else text

    def _part(self, text: str) -> str | None:
        return self._say(text) or (text if _IS_NAME.fullmatch(text) else None)

    def _parts(self, text: str) -> str | None:
        """The parts of a list, each said: ``a, b or c`` is ``a、b 或 c``."""
        for joint, joined in _JOINTS.items():
            head, found, last = text.rpartition(joint)
            if found:
                told = [self._parts(head.removesuffix(",")), self._part(last)]
                return None if None in told else joined.join(part for part in told if part)
        told = [self._plain.get(part) or (part if _IS_NAME.fullmatch(part) else None) for part in text.split(", ")]
        return None if None in told else "、".join(part for part in told if part)


def _unquoted(text: str) -> str:
    """A name without Python's quotes; what is more than a name in Chinese ones."""
    quoted = _QUOTED.fullmatch(text)
    if quoted is None:
        return text
    inner = quoted["inner"]
    return inner if re.fullmatch(r"[\w.]+", inner) else f"“{inner}”"


def _template(english: str, chinese: str) -> _Template:
    kinds: list[tuple[str, str]] = []
    pattern, n_literal, done = "", 0, 0
    for slot in SLOT.finditer(english):
        name, kind = slot[1], slot[2] or ""
        kinds.append((name, kind))
        pattern += re.escape(english[done : slot.start()]) + f"(?P<{name}>{_MATCHES.get(kind, _ANYTHING)})"
        n_literal += slot.start() - done
        done = slot.end()
    pattern += re.escape(english[done:])
    return _Template(re.compile(pattern, re.DOTALL), tuple(kinds), chinese, n_literal + len(english) - done)


@cache
def entries() -> Mapping[str, str]:
    """Everything in `said/`: English -> Chinese."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        found.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return found
