"""What is wrong with an expression, told with a caret under the place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

from shopkeeper.core.errors import ExpressionError, nearest

SHOWN = 60  # characters on either side of the place, where a line is long
LISTED = 8
WIDE_SPACE, WIDE_CARET = "\u3000", "\uff3e"


def caret(text: str, start: int, end: int) -> str:
    """The line of ``text`` with the place ``[start, end)`` and carets under it."""
    low = text.rfind("\n", 0, start) + 1
    stop = text.find("\n", start)
    high = len(text) if stop < 0 else stop
    before = "… " if start - low > SHOWN else ""
    low = max(low, start - SHOWN)
    after = " …" if high - end > SHOWN else ""
    high = max(start, min(high, end + SHOWN))
    line = "".join(letter if letter.isprintable() else " " for letter in text[low:high])
    ahead, place = before + line[: start - low], line[start - low : max(start + 1, min(end, high)) - low] or " "
    return f"{before}{line}{after}\n{_under(ahead, ' ', WIDE_SPACE)}{_under(place, '^', WIDE_CARET)}"


def _under(text: str, narrow: str, wide: str) -> str:
    """A sign under each letter, as wide as that: Chinese letters take two places, in a terminal and in a browser."""
    return "".join(wide if east_asian_width(letter) in "WF" else narrow for letter in text)


def problem(
    text: str, start: int, end: int, what: str, *, wanted: str, found: str | None = None, next: str = ""
) -> ExpressionError:
    """The error at ``text[start:end]``. Its facts: ``expression``, ``position``, ``end``, ``caret`` (two lines), ``found``."""
    start = max(0, min(start, len(text)))
    end = max(start, min(end, len(text)))
    said = text[start:end] if found is None else found
    shown = (said if len(said) <= SHOWN else said[:SHOWN] + "…") or "the end"
    return ExpressionError(
        what,
        got=f"{shown!r} at character {start + 1}" if said else "the end of the expression",
        wanted=wanted,
        next=next or "`shopkeeper segments words` lists every word with an example",
        expression=text,
        position=start,
        end=end,
        found=shown,
        caret=caret(text, start, end),
    )


def listed(words: Iterable[str]) -> str:
    """``a, b or c``, the first few of them."""
    unique = list(dict.fromkeys(words))
    if len(unique) > LISTED:
        return ", ".join(unique[:LISTED]) + ", …"
    return unique[0] if len(unique) == 1 else ", ".join(unique[:-1]) + f" or {unique[-1]}" if unique else ""


def near(word: str, known: Sequence[str]) -> str:
    """``did you mean 'x'?`` with the nearest known word; nothing where none comes near."""
    close = nearest(word, known)
    return f"did you mean {close}?" if close else ""
