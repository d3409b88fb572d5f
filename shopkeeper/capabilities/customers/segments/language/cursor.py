"""A place in an expression that moves on word by word, and remembers what could have stood where."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from shopkeeper.capabilities.customers.segments.language.problems import listed, near, problem
from shopkeeper.capabilities.customers.segments.language.tokens import Token, tokens
from shopkeeper.core.errors import ExpressionError

DEEPEST = 40
MISSPELLED = 0.75  # how alike a word is to the one that was meant


@dataclass(frozen=True)
class Wanted:
    """Something that could stand at a place: a word of the language, or (``is_open``) any of a kind: a number, a text."""

    text: str
    kind: str
    column: str = ""
    is_open: bool = False


class Cursor:
    """Reads the words of ``text`` in order. ``wanted`` has, by place, everything that was asked for there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.place = 0
        self.depth = 0
        self.wanted: dict[int, list[Wanted]] = {}

    @property
    def token(self) -> Token:
        """The word that comes next."""
        return self.tokens[self.place]

    def ahead(self, n: int = 1) -> Token:
        """The word ``n`` after the next; the end beyond it."""
        return self.tokens[min(self.place + n, len(self.tokens) - 1)]

    def take(self) -> Token:
        """The next word, which is then behind us."""
        token = self.token
        if token.kind != "end":
            self.place += 1
        return token

    def want(self, text: str, kind: str, column: str = "", *, is_open: bool = False) -> None:
        """Remember that this could stand here."""
        self.wanted.setdefault(self.place, []).append(Wanted(text, kind, column, is_open))

    def accept(self, *words: str, kind: str = "joiner", column: str = "") -> bool:
        """Whether these words come next; then they are behind us."""
        self.want(" ".join(words), kind, column)
        if all(self.ahead(n).word == word for n, word in enumerate(words)):
            self.place += len(words)
            return True
        return False

    def accept_sign(self, *signs: str, kind: str = "comparison", column: str = "") -> str:
        """The next word if it is one of these signs; else empty."""
        for sign in signs:
            self.want(sign, kind, column)
        return self.take().text if self.token.is_sign(*signs) else ""

    def expect_sign(self, sign: str, what: str) -> None:
        """Take the sign, or fail."""
        if not self.accept_sign(sign, kind="sign"):
            raise self.problem(what)

    def meant_here(self) -> str:
        """The word that could stand here and is very like the one that does; empty where none is."""
        could = [one.text for one in self.wanted.get(self.place, ()) if not one.is_open]
        found = difflib.get_close_matches(self.token.word, could, n=1, cutoff=MISSPELLED) if self.token.word else []
        return found[0] if found else ""

    def deeper(self) -> None:
        """Go one level down; fails where nobody could follow."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.problem("This expression is too deep.", wanted=f"at most {DEEPEST} levels of parentheses and 'not'")

    def problem(
        self, what: str, *, wanted: str = "", near_of: tuple[str, ...] = (), token: Token | None = None, next: str = ""
    ) -> ExpressionError:
        """The error at ``token`` (the next word): with the nearest of ``near_of``, else ``wanted``, else all asked for here."""
        at = token or self.token
        closest = near(at.text, near_of) if at.kind == "word" else ""
        told = closest or wanted or listed(one.text for one in self.wanted.get(self.place, ()))
        found = None if at.kind != "end" else ""
        return problem(self.text, at.start, at.end, what, wanted=told, found=found, next=next)
