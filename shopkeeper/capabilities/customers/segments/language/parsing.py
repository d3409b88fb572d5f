"""The tree of an expression, from its text: a recursive descent over the words, one function a rule of the grammar.

expression  = all {"or" all}            all = one {"and" one}           one = "not" one | "(" expression ")" | test
test        = fact | column comparison | stage | group of RFM | "in segment" name | "everyone"
"""

from __future__ import annotations

from shopkeeper.capabilities.customers.profiles.columns import COLUMN
from shopkeeper.capabilities.customers.segments.language.comparisons import comparison
from shopkeeper.capabilities.customers.segments.language.cursor import Cursor
from shopkeeper.capabilities.customers.segments.language.did import did
from shopkeeper.capabilities.customers.segments.language.problems import listed
from shopkeeper.capabilities.customers.segments.language.tree import All, AnyOf, Everyone, Expression, InSegment, Not, Some
from shopkeeper.capabilities.customers.segments.language.words import FACT_WORDS, bare_words, column_of, everyday, example_of

STARTS = "a column, a stage, something done (bought, viewed, …), in segment, not or ("
_STARTS = (
    *((name, "field") for name in COLUMN),
    *((word, "stage" if name == "stage" else "group") for word, (name, _) in bare_words().items()),
    *((word, "fact") for word in FACT_WORDS),
)
_COMPARING = ("is", "in", "not", "between", "contains")


def parse(text: str) -> Expression:
    """What ``text`` means. Raises `ExpressionError` with the place and what was expected there."""
    return parsed(Cursor(text))


def parsed(cursor: Cursor) -> Expression:
    """The whole expression at the cursor, up to its end."""
    found = _some(cursor)
    if cursor.token.kind != "end":
        quote = "; a text of several words stands in quotes" if cursor.token.kind == "word" else ""
        close = cursor.meant_here()
        wanted = f"did you mean {close}?" if close else f"and, or, or the end{quote}"
        raise cursor.problem("Something is too much here.", wanted=wanted)
    return found


def _some(cursor: Cursor) -> Expression:
    found = [_all(cursor)]
    while cursor.accept("or"):
        found.append(_all(cursor))
    return found[0] if len(found) == 1 else Some(tuple(found))


def _all(cursor: Cursor) -> Expression:
    found = [_one(cursor)]
    while cursor.accept("and"):
        found.append(_one(cursor))
    return found[0] if len(found) == 1 else All(tuple(found))


def _one(cursor: Cursor) -> Expression:
    cursor.deeper()
    if cursor.accept("not"):
        found: Expression = Not(_one(cursor))
    elif cursor.accept_sign("(", kind="sign"):
        found = _some(cursor)
        cursor.expect_sign(")", "A parenthesis is never closed.")
    else:
        found = _test(cursor)
    cursor.depth -= 1
    return found


def _test(cursor: Cursor) -> Expression:
    for wanted in _STARTS:
        cursor.want(*wanted)
    if cursor.accept("everyone"):
        return Everyone()
    if cursor.accept("in", "segment"):
        return _segment(cursor)
    token = cursor.token
    if token.kind != "word":
        nothing = token.kind == "end"
        raise cursor.problem("Something is missing here." if nothing else "No condition begins like this.", wanted=STARTS)
    if token.word in FACT_WORDS and not _is_compared(cursor):
        return did(cursor)
    column = column_of(token.word)
    if column is not None:
        cursor.take()
        return comparison(cursor, column)
    return _bare(cursor)


def _is_compared(cursor: Cursor) -> bool:
    """Whether the next word is a column (`returned` is one too), since a comparison follows it."""
    after = cursor.ahead()
    is_column = column_of(cursor.token.word) is not None
    return is_column and (after.is_sign("=", "!=", "<", "<=", ">", ">=") or after.word in _COMPARING)


def _segment(cursor: Cursor) -> InSegment:
    cursor.want("a segment's name", "segment", is_open=True)
    token = cursor.token
    if token.kind not in ("text", "word", "number") or not token.text.strip():
        raise cursor.problem("Which segment?", wanted='its name: in segment "newcomers"')
    cursor.take()
    return InSegment(token.text.strip(), token.start, token.end)


def _bare(cursor: Cursor) -> Expression:
    """A stage or a group of RFM by its name alone, which may be two words."""
    known = bare_words()
    token = cursor.token
    for size in (2, 1):
        words = [cursor.ahead(n).word for n in range(size)]
        found = known.get("_".join(words)) if all(words) else None
        if found is not None:
            cursor.place += size
            return AnyOf(found[0], (found[1],), is_bare=True)
    for size in (3, 2, 1):
        columns = everyday().get("_".join(cursor.ahead(n).word for n in range(size)))
        if columns is not None:
            raise cursor.problem(
                f"{token.text!r:.60} is not known.", wanted=f"did you mean {listed(columns)}?",
                next=f"for example: {example_of(columns[0])}",
            )  # fmt: skip
    raise cursor.problem(
        f"{token.text!r:.60} is not known.", wanted=STARTS, near_of=(*COLUMN, *known, *FACT_WORDS, "everyone", "not")
    )  # fmt: skip
