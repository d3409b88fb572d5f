"""The words of an expression, each with its place in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from shopkeeper.capabilities.customers.segments.language.problems import problem

Kind = Literal["word", "number", "date", "text", "sign", "end"]
LONGEST = 5000

_DATE = r"\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?(?![\w-])"
_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_PATTERN = re.compile(
    rf"(?P<space>\s+)|(?P<date>{_DATE})|(?P<number>{_NUMBER})|(?P<word>[^\W\d]\w*)|(?P<sign><=|>=|!=|<>|==|[=<>(),%≤≥≠])"
)
_QUOTES = {'"': '"', "'": "'", "“": "”", "„": "“”", "«": "»"}
_SAME = {"==": "=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!="}


@dataclass(frozen=True)
class Token:
    """One word: ``text`` as it counts (of a quoted text what is in the quotes), and where it stands: ``[start, end)``."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """In small letters if it is a bare word, else empty."""
        return self.text.lower() if self.kind == "word" else ""

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind == "sign" and self.text in signs


def tokens(text: str) -> list[Token]:
    """Every word of ``text`` and, at last, its end. Raises `ExpressionError` where no word can begin or a quote is left open."""
    if len(text) > LONGEST:
        raise problem(
            text, LONGEST, LONGEST + 1, "This expression is too long.", found=f"{len(text):,} characters",
            wanted=f"at most {LONGEST:,} characters", next="save parts of it as segments and use them: in segment \"name\"",
        )  # fmt: skip
    found: list[Token] = []
    place = 0
    while place < len(text):
        token = _quoted(text, place) if text[place] in _QUOTES else _bare(text, place)
        place = token.end
        if token.text or token.kind == "text":
            found.append(token)
    found.append(Token("end", "", len(text), len(text)))
    return found


def _bare(text: str, place: int) -> Token:
    match = _PATTERN.match(text, place)
    if match is None:
        raise problem(
            text,
            place,
            place + 1,
            "This sign means nothing here.",
            wanted="words, numbers, texts in quotes, = != < <= > >= ( ) , %",
        )
    kind = str(match.lastgroup)
    if kind == "space":
        return Token("sign", "", place, match.end())
    return Token(kind, _SAME.get(match[0], match[0]), place, match.end())  # type: ignore[arg-type]


def _quoted(text: str, place: int) -> Token:
    """A text in quotes; the quote itself is written twice in it."""
    closing = _QUOTES[text[place]]
    inner: list[str] = []
    at = place + 1
    while at < len(text):
        letter = text[at]
        if letter in closing:
            if len(closing) == 1 and text[at + 1 : at + 2] == letter:
                at += 1
            else:
                return Token("text", "".join(inner), place, at + 1)
        if not (letter.isprintable() or letter == "\t"):
            raise problem(
                text, at, at + 1, "This sign cannot be in a text.", wanted="letters, digits and signs that can be printed"
            )
        inner.append(letter)
        at += 1
    raise problem(text, place, place + 1, "This quote is never closed.", wanted=f"another {closing[0]} after the text")


def quoted(text: str) -> str:
    """The text in quotes, as an expression has it."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
