"""What may come next in an expression that is being typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shopkeeper.capabilities.customers.profiles.columns import COLUMN
from shopkeeper.capabilities.customers.segments.language.cursor import Cursor, Wanted
from shopkeeper.capabilities.customers.segments.language.parsing import parsed
from shopkeeper.capabilities.customers.segments.language.tokens import LONGEST, quoted
from shopkeeper.capabilities.customers.segments.language.words import vocabulary
from shopkeeper.core.errors import ExpressionError

MOST = 12
Names = Mapping[str, Iterable[str]]


@dataclass(frozen=True)
class Suggestion:
    """What could stand at the caret: put ``text`` in the place of ``[start, end)``. ``kind`` as in the vocabulary.

    An ``is_open`` one is no word but says what is wanted: a number, a day, a text.
    """

    text: str
    kind: str
    meaning: str
    start: int
    end: int
    is_open: bool = False


def complete(text: str, caret: int, names: Names | None = None) -> tuple[Suggestion, ...]:
    """What could come at ``caret`` (0 to the length of ``text``), the likeliest first, 12 at most; nothing inside a mistake.

    ``names`` has the shop's own words: those of a column (``country``), of products (``product``, ``category``, ``brand``) and
    of segments (``segment``).
    """
    caret = max(0, min(caret, len(text), LONGEST))
    start = caret
    while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    begun = text[start:caret]
    if text[:start].count('"') % 2:  # inside quotes: what is typed so far counts from the quote on
        start = text.rindex('"', 0, start)
        begun = text[start:caret]
    if begun and begun[0].isdigit():
        return ()
    found = _ranked(text, start, caret, names or {})
    if not found and text[:start].endswith(" "):  # perhaps the second of two words: at least, in segment
        start = text[: start - 1].rfind(" ") + 1
        found = [one for one in _ranked(text, start, caret, names or {}) if " " in one.text and _begins(one, text[start:caret])]
    return tuple(found[:MOST])


def _ranked(text: str, start: int, caret: int, names: Names) -> list[Suggestion]:
    begun = text[start:caret]
    found = [one for each in _wanted(text[:start]) for one in _suggested(each, start, caret, names)]
    unique: dict[str, Suggestion] = {}
    for one in found:
        if _fits(one, begun):
            unique.setdefault(one.text, one)
    return sorted(unique.values(), key=lambda one: _rank(one, begun))


def _wanted(before: str) -> list[Wanted]:
    """What was asked for at the end of ``before``."""
    try:
        cursor = Cursor(before)
    except ExpressionError:
        return []
    try:
        parsed(cursor)
    except ExpressionError as error:
        if error.facts["position"] != len(before) and cursor.place != len(cursor.tokens) - 1:
            return []
    return [one for one in cursor.wanted.get(len(cursor.tokens) - 1, []) if one.kind not in ("filler",)]


def _suggested(wanted: Wanted, start: int, end: int, names: Names) -> Iterable[Suggestion]:
    """The suggestions that one wanted word makes: itself, and the shop's own words where any text would do."""
    own = names.get(wanted.column if wanted.kind == "value" else wanted.kind, ()) if wanted.is_open else ()
    for name in own:
        yield Suggestion(quoted(name), wanted.kind, _about(wanted), start, end)
    yield Suggestion(wanted.text, wanted.kind, _meaning(wanted), start, end, wanted.is_open)


def _about(wanted: Wanted) -> str:
    return COLUMN[wanted.column].meaning if wanted.column in COLUMN else wanted.kind


def _meaning(wanted: Wanted) -> str:
    for word in vocabulary():
        if word.text == wanted.text and (word.kind == wanted.kind or wanted.kind in ("value", "sign")):
            return word.meaning
    return _about(wanted) if wanted.column else ""


def _fits(suggestion: Suggestion, begun: str) -> bool:
    if not begun:
        return True
    if suggestion.is_open:
        return False
    return begun.strip('"').lower() in suggestion.text.lower()


def _begins(suggestion: Suggestion, begun: str) -> bool:
    return suggestion.text.strip('"').lower().startswith(begun.strip('"').lower())


_ORDER = {
    "value": 0, "unit": 1, "comparison": 2, "segment": 2, "product": 2, "category": 2, "brand": 2, "span": 2, "date": 2,
    "number": 2,
    "times": 3, "target": 3, "period": 4, "joiner": 5, "stage": 6, "fact": 7, "field": 8, "group": 9,
}  # fmt: skip


def _rank(suggestion: Suggestion, begun: str) -> tuple[bool, int, int]:
    """Words that begin so first, then by what is likely at such a place, then shorter ones."""
    return (not _begins(suggestion, begun), _ORDER.get(suggestion.kind, 5), len(suggestion.text) if begun else 0)
