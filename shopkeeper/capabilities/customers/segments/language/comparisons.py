"""What may follow a column: for numbers, texts, yes or no, moments and documents each their own comparisons."""

from __future__ import annotations

import re

from shopkeeper.capabilities.customers.profiles.columns import COLUMN
from shopkeeper.capabilities.customers.segments.language.cursor import Cursor
from shopkeeper.capabilities.customers.segments.language.periods import period
from shopkeeper.capabilities.customers.segments.language.tokens import Token
from shopkeeper.capabilities.customers.segments.language.tree import (
    AnyOf,
    Between,
    Compare,
    Contains,
    During,
    Expression,
    Extreme,
    Is,
    Known,
    Not,
    Number,
)
from shopkeeper.capabilities.customers.segments.language.words import NAMED_BY, bare_words, units_of
from shopkeeper.core.columns import Column

_YES, _NO = ("yes", "true"), ("no", "false")
_KEYWORDS = ("and", "or", "not", "is", "in", "between", "within")


def comparison(cursor: Cursor, column: Column) -> Expression:
    """The test of ``column``, whose name is behind the cursor. Raises `ExpressionError`."""
    name = column.name
    linked = cursor.accept("is", kind="comparison", column=name)
    negative = cursor.accept("not", kind="comparison", column=name)
    for word, is_known in (("empty", False), ("unknown", False), ("known", True)):
        if cursor.accept(word, kind="comparison", column=name) if linked else False:
            return Known(name) if is_known != negative else Not(Known(name))
    if not linked:
        cursor.want("is empty", "comparison", name)
        cursor.want("is known", "comparison", name)
    read = {"boolean": _yes_or_no, "moment": _moment, "date": _moment, "text": _text, "json": _document}.get(column.type, _number)
    found = read(cursor, column, linked)
    if not negative:
        return found
    if not linked and isinstance(found, Is):
        raise cursor.problem("'not' stands before a yes or no.", wanted=f"not {name}", token=cursor.tokens[cursor.place - 1])
    return Not(found)


def _yes_or_no(cursor: Cursor, column: Column, linked: bool) -> Expression:
    sign = cursor.accept_sign("=", "!=", column=column.name) if not linked else ""
    if not linked and not sign:
        return Is(column.name, True)
    for words, value in ((_YES, True), (_NO, False)):
        for word in words:
            if cursor.accept(word, kind="value", column=column.name):
                found = Is(column.name, value)
                return Not(found) if sign == "!=" else found
    raise cursor.problem(f"{column.name} is yes or no.", wanted="yes, no, empty or known")


def _moment(cursor: Cursor, column: Column, linked: bool) -> Expression:  # noqa: ARG001 - `is` changes nothing
    found = period(cursor, column.name)
    if found is None:
        raise cursor.problem(
            f"{column.name} is a moment: say when.", wanted="within 30 days, before 2011-06-01, after, since, until, on, between",
            next=f"for example: {column.name} within 30 days",
        )  # fmt: skip
    different, when = found
    return Not(During(column.name, when)) if different else During(column.name, when)


def _document(cursor: Cursor, column: Column, linked: bool) -> Expression:  # noqa: ARG001 - as above
    if not cursor.accept("contains", kind="comparison", column=column.name):
        raise cursor.problem(f"{column.name} is a list of its own.", wanted='contains "…", is empty or is known')
    return Contains(column.name, _text_value(cursor, column))


# -- texts


def _text(cursor: Cursor, column: Column, linked: bool) -> Expression:
    if cursor.accept("contains", kind="comparison", column=column.name):
        return Contains(column.name, _text_value(cursor, column))
    if cursor.accept("in", kind="comparison", column=column.name):
        return _one_column(cursor, column, _several(cursor, column))
    sign = cursor.accept_sign("=", "!=", column=column.name)
    if not linked and not sign:
        raise cursor.problem(
            f"{column.name} is a text: say which.", wanted='is "…", is not "…", in ("…", "…"), contains "…", is empty, is known',
            next=_text_example(column),
        )  # fmt: skip
    found = _one_column(cursor, column, [_text_value(cursor, column)])
    return Not(found) if sign == "!=" else found


def _text_example(column: Column) -> str:
    return f"for example: {column.name} is {column.choices[0] if column.choices else chr(34) + '…' + chr(34)}"


def _several(cursor: Cursor, column: Column) -> list[str]:
    cursor.expect_sign("(", "Which ones?")
    found = [_text_value(cursor, column)]
    while cursor.accept_sign(",", kind="sign"):
        found.append(_text_value(cursor, column))
    cursor.expect_sign(")", "This list is never closed.")
    return found


def _one_column(cursor: Cursor, column: Column, values: list[str]) -> AnyOf:
    """The test of the texts; `rfm is champions` asks the column with the names."""
    named = NAMED_BY.get(column.name)
    if named is not None and any(not value.isdigit() for value in values):
        named_column = COLUMN[named]
        return AnyOf(named, tuple(_chosen(cursor, named_column, value) for value in values))
    return AnyOf(column.name, tuple(values))


def _text_value(cursor: Cursor, column: Column) -> str:
    """The text that comes next; of a column with choices one of them."""
    name = column.name
    for choice in column.choices:
        cursor.want(choice, "value", name)
    if not column.choices:
        cursor.want('"…"', "value", name, is_open=True)
    token = cursor.token
    if column.choices and token.kind == "word":
        both = f"{token.word}_{cursor.ahead().word}"
        if both in column.choices:
            cursor.place += 2
            return both
    if token.kind not in ("text", "word", "number", "date") or token.word in _KEYWORDS:
        raise cursor.problem(f"{name} is compared with a text.", wanted=_choices(column) or 'a text in quotes: "…"')
    value = _chosen(cursor, column, token.text)
    cursor.take()
    return value


def _chosen(cursor: Cursor, column: Column, value: str) -> str:
    if not column.choices:
        return value
    plain = "_".join(value.lower().split())
    if plain not in column.choices:
        other = bare_words().get(plain)
        hint = f"{value} is a {'group of RFM' if other[0] == 'rfm_segment' else 'stage'}: {other[0]} is {plain}" if other else ""
        raise cursor.problem(
            f"{column.name} is never {value!r:.60}.", wanted=hint or _choices(column), near_of=column.choices if not hint else ()
        )
    return plain


def _choices(column: Column) -> str:
    return "one of " + ", ".join(column.choices) if column.choices else ""


# -- numbers


def _number(cursor: Cursor, column: Column, linked: bool) -> Expression:
    name = column.name
    if cursor.accept("between", kind="comparison", column=name):
        low = number(cursor, column)
        if not cursor.accept("and", kind="comparison"):
            raise cursor.problem("Between needs two numbers.", wanted="and, then the larger number")
        return Between(name, low, number(cursor, column))
    for side in ("top", "bottom"):
        if cursor.accept("in", side, kind="comparison", column=name):
            return Extreme(name, side, _percent(cursor))
    if cursor.accept("in", kind="comparison", column=name):
        return _number_list(cursor, column)
    sign = cursor.accept_sign(">", ">=", "<", "<=", "=", "!=", column=name)
    if name in NAMED_BY and cursor.token.kind in ("text", "word") and (linked or sign in ("=", "!=")):
        found: Expression = AnyOf(NAMED_BY[name], (_text_value(cursor, COLUMN[NAMED_BY[name]]),))
        return Not(found) if sign == "!=" else found
    if not linked and not sign:
        unit = f" ({column.unit})" if column.unit else ""
        raise cursor.problem(
            f"{name} is a number{unit}: compare it.", wanted="> >= < <= = !=, between … and …, in top 10 %, is empty or is known",
            next=f"for example: {name} > 1",
        )  # fmt: skip
    value = number(cursor, column)
    if sign in ("", "=", "!="):
        return Not(AnyOf(name, (value,))) if sign == "!=" else AnyOf(name, (value,))
    return Compare(name, sign, value)  # type: ignore[arg-type]


def _number_list(cursor: Cursor, column: Column) -> AnyOf:
    cursor.expect_sign("(", "Which ones?")
    found = [number(cursor, column, in_list=True)]
    while cursor.accept_sign(",", kind="sign"):
        found.append(number(cursor, column, in_list=True))
    cursor.expect_sign(")", "This list is never closed.")
    return AnyOf(column.name, tuple(found))


def number(cursor: Cursor, column: Column, *, in_list: bool = False) -> Number:
    """The number that comes next, with its unit if one stands beside it. ``in_list``: no comma is part of it."""
    cursor.want("a number", "number", column.name, is_open=True)
    token = cursor.token
    if token.kind != "number" or abs(float(token.text)) > 1e300:
        unit = f" ({column.unit})" if column.unit else ""
        raise cursor.problem(f"{column.name} is compared with a number.", wanted=f"a number{unit}")
    cursor.take()
    value = float(token.text if in_list else token.text + _thousands(cursor, token))
    units = units_of(column)
    for unit in dict.fromkeys(units.values()):
        cursor.want(unit, "unit", column.name)
    written = cursor.token.text if cursor.token.is_sign("%") else cursor.token.word
    if written in units:
        cursor.take()
        return Number(value, units[written])
    if cursor.token.is_sign("%") or (cursor.token.kind == "word" and written not in ("and", "or")):
        told = f"{column.name} is counted in {column.unit}" if column.unit else f"{column.name} is a plain number"
        allowed = f"no unit, or one of {', '.join(dict.fromkeys(units.values()))}" if units else "no unit: and, or, or the end"
        raise cursor.problem(f"{told}.", wanted=allowed)
    return Number(value)


def _thousands(cursor: Cursor, first: Token) -> str:
    """The digits that follow a number after commas: of ``1,000.5`` the ``000.5``. Raises `ExpressionError` for ``1,5``."""
    digits, before = "", first
    while cursor.token.is_sign(",") and cursor.token.start == before.end and cursor.ahead().kind == "number":
        after = cursor.ahead()
        is_begun = re.fullmatch(r"[-+]?[1-9]\d{0,2}", first.text) and "." not in digits
        if after.start != cursor.token.end or not is_begun or not re.fullmatch(r"\d{3}(\.\d+)?", after.text):
            raise cursor.problem("This comma is in a number.", wanted="1000 or 1,000 for a thousand, 1.5 for one and a half")
        digits, before = digits + after.text, after
        cursor.take()
        cursor.take()
    return digits


def _percent(cursor: Cursor) -> float:
    cursor.want("10 %", "value", is_open=True)
    token = cursor.token
    if token.kind != "number" or not 0 < float(token.text) <= 100:
        raise cursor.problem("How many percent?", wanted="a number over 0, at most 100, and %: in top 10 %")
    cursor.take()
    if not (cursor.accept_sign("%", kind="unit") or cursor.accept("percent", kind="unit")):
        raise cursor.problem("Percent is missing.", wanted="%: in top 10 %")
    return float(token.text)
