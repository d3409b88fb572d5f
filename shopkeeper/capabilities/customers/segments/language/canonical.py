"""An expression's tree as text again: the one way to write it that is kept and compared."""

from __future__ import annotations

from shopkeeper.capabilities.customers.profiles.columns import COLUMN
from shopkeeper.capabilities.customers.segments.language.tokens import quoted
from shopkeeper.capabilities.customers.segments.language.tree import (
    Ago,
    All,
    AnyOf,
    Between,
    Compare,
    Contains,
    Did,
    During,
    Everyone,
    Expression,
    Extreme,
    InSegment,
    Is,
    Known,
    Not,
    Number,
    Period,
    Some,
    Span,
    When,
)


def canonical(expression: Expression) -> str:
    """The text whose parse is ``expression``."""
    match expression:
        case Everyone():
            return "everyone"
        case All(parts):
            return " and ".join(_inner(part) for part in parts)
        case Some(parts):
            return " or ".join(_inner(part) for part in parts)
        case Not(Known(field)):
            return f"{field} is empty"
        case Not(part):
            return f"not {_inner(part)}"
        case InSegment(name):
            return f"in segment {quoted(name)}"
        case Did():
            return _did(expression)
        case _:
            return _test(expression)


def _inner(part: Expression) -> str:
    return f"({canonical(part)})" if isinstance(part, All | Some) else canonical(part)


def _test(test: Expression) -> str:
    match test:
        case Compare(field, operator, value):
            return f"{field} {operator} {_number(value)}"
        case Between(field, low, high):
            return f"{field} between {_number(low)} and {_number(high)}"
        case AnyOf(field, values):
            written = [_number(value) if isinstance(value, Number) else _text(field, value) for value in values]
            link = "is" if isinstance(values[0], str) else "="
            return f"{field} {link} {written[0]}" if len(written) == 1 else f"{field} in ({', '.join(written)})"
        case Contains(field, text):
            return f"{field} contains {quoted(text)}"
        case Is(field, value):
            return field if value else f"{field} is no"
        case Known(field):
            return f"{field} is known"
        case During(field, period):
            return f"{field} {_period(period)}"
        case Extreme(field, side, percent):
            return f"{field} in {side} {_plain(percent)} %"
    return ""


def _did(did: Did) -> str:
    words: list[str] = [did.fact]
    if did.target is None:
        words.append("anything") if did.fact == "returned" else None
    elif did.target.kind == "words":
        words.append(quoted(did.target.names[0]))
    elif len(did.target.names) == 1:
        words.append(f"{did.target.kind} {quoted(did.target.names[0])}")
    else:
        words.append(f"{did.target.kind} in ({', '.join(map(quoted, did.target.names))})")
    if did.times is not None:
        words.append(f"{did.times.kind} {did.times.n} times")
    if did.period is not None:
        words.append(_period(did.period))
    return " ".join(words)


def _period(period: Period) -> str:
    if isinstance(period.first, Span):
        return f"{period.kind} {_span(period.first)}"
    end = f" and {_when(period.second)}" if period.second is not None else ""
    return f"{period.kind} {_when(period.first)}{end}"


def _when(when: When) -> str:
    return f"{_span(when.span)} ago" if isinstance(when, Ago) else when.text


def _span(span: Span) -> str:
    return f"{_plain(span.n)} {span.unit}"


def _text(field: str, value: str) -> str:
    return value if COLUMN[field].choices else quoted(value)


def _number(number: Number) -> str:
    return f"{_plain(number.value)} {number.unit}".strip()


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
