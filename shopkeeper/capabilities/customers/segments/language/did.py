"""Facts in an expression: what was bought, viewed, searched for, how often and when."""

from __future__ import annotations

from shopkeeper.capabilities.customers.segments.language.cursor import Cursor
from shopkeeper.capabilities.customers.segments.language.periods import period
from shopkeeper.capabilities.customers.segments.language.tree import Did, Fact, Period, Target, Times
from shopkeeper.capabilities.customers.segments.language.words import COMPARISONS

MOST_TIMES = 1_000_000
_WITHOUT_TARGET = ("ordered", "searched")


def did(cursor: Cursor) -> Did:
    """What comes next: the fact and, in any order, with what, how often and when. Raises `ExpressionError`."""
    verb = cursor.take()
    fact: Fact = verb.word  # type: ignore[assignment]
    is_anything = cursor.accept("anything", kind="target")
    target: Target | None = None
    times: Times | None = None
    when: Period | None = None
    while True:
        if target is None and not is_anything and (found := _target(cursor, fact)) is not None:
            target = found
        elif times is None and (often := _times(cursor)) is not None:
            times = often
        elif when is None and (stretch := period(cursor, "")) is not None:
            when = stretch[1]
        else:
            break
    if fact == "returned" and not (target or times or when or is_anything):
        for sign in COMPARISONS:
            cursor.want(sign, "comparison", "returned")
        raise cursor.problem(
            "'returned' alone is three things.", token=verb,
            wanted="returned anything (sent something back), stage is returned (came back after a long time), or returned > 100",
        )  # fmt: skip
    return Did(fact, target, times, when)


def _target(cursor: Cursor, fact: str) -> Target | None:
    if fact == "searched":
        cursor.want('"words"', "value", is_open=True)
        if cursor.token.kind == "text" and cursor.token.text.strip():
            return Target("words", (cursor.take().text,))
    else:
        for kind in ("product", "category", "brand"):
            if cursor.accept(kind, kind="target"):
                if fact in _WITHOUT_TARGET:
                    raise cursor.problem(
                        "Orders are counted whole.", wanted=f'bought {kind} "…"', token=cursor.tokens[cursor.place - 1]
                    )
                return Target(kind, _names(cursor, kind))
    if cursor.token.kind in ("text", "number") and fact != "searched":
        told = 'product "…", category "…" or brand "…"'
        raise cursor.problem("With what?", wanted=told if fact != "ordered" else 'bought product "…"')
    return None


def _names(cursor: Cursor, kind: str) -> tuple[str, ...]:
    if not cursor.accept("in", kind="target"):
        return (_name(cursor, kind),)
    cursor.expect_sign("(", "Which ones?")
    found = [_name(cursor, kind)]
    while cursor.accept_sign(",", kind="sign"):
        found.append(_name(cursor, kind))
    cursor.expect_sign(")", "This list is never closed.")
    return tuple(found)


def _name(cursor: Cursor, kind: str) -> str:
    cursor.want(f"the {kind} in quotes", kind, is_open=True)
    token = cursor.token
    is_glued = token.kind == "number" and cursor.ahead().start == token.end and cursor.ahead().kind == "word"
    if token.kind not in ("text", "word", "number") or not token.text.strip() or is_glued:
        raise cursor.problem(f"Which {kind}?", wanted=f'its name in quotes: {kind} "…"')
    return cursor.take().text


def _times(cursor: Cursor) -> Times | None:
    for word, n in (("once", 1), ("twice", 2)):
        if cursor.accept(word, kind="times"):
            return Times("exactly", n)
    for words, kind, more in (
        (("at", "least"), "at least", 0), (("at", "most"), "at most", 0), (("exactly",), "exactly", 0),
        (("more", "than"), "at least", 1), (("less", "than"), "at most", -1),
    ):  # fmt: skip
        if cursor.accept(*words, kind="times"):
            return Times(kind, max(0, _count(cursor) + more))  # type: ignore[arg-type]
    return None


def _count(cursor: Cursor) -> int:
    cursor.want("2 times", "number", is_open=True)
    token = cursor.token
    value = float(token.text) if token.kind == "number" else -1.0
    if not 0 <= value <= MOST_TIMES or value != int(value):
        raise cursor.problem("How often?", wanted="a whole number and times: at least 2 times")
    cursor.take()
    if not (cursor.accept("times", kind="unit") or cursor.accept("time", kind="filler")):
        raise cursor.problem("So many of what?", wanted="times: at least 2 times")
    return int(value)
