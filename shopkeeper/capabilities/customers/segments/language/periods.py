"""Stretches of time in an expression: `within 90 days`, `before 2011-06-01`, `between … and …`; and what they are in moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shopkeeper.capabilities.customers.segments.language.cursor import Cursor
from shopkeeper.capabilities.customers.segments.language.tree import Ago, Kind, Moment, Period, Span, When
from shopkeeper.capabilities.customers.segments.language.words import SPAN_DAYS, SPAN_WORDS

LONGEST_DAYS = 36_500.0
YEARS = (1900, 2199)
_BY_SIGN: dict[str, Kind] = {"<": "before", ">": "after", ">=": "since", "<=": "until", "=": "on", "!=": "on"}
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Clock:
    """The moment as of which is asked, and the time zone in which days begin."""

    as_of: datetime
    time_zone: str = "UTC"


def period(cursor: Cursor, column: str) -> tuple[bool, Period] | None:
    """(whether it is its opposite, the period) that comes next, or None. ``column`` is empty where facts are meant."""
    if cursor.accept("within", kind="period", column=column):
        for word in ("the", "last"):
            cursor.accept(word, kind="filler")
        kind: Kind = "within next" if column and cursor.accept("next", kind="period", column=column) else "within"
        return False, Period(kind, span(cursor))
    if cursor.accept("between", kind="period", column=column):
        first = when(cursor)
        if not cursor.accept("and", kind="period"):
            raise cursor.problem("Between needs two days.", wanted="and, then the later day")
        return False, Period("between", first, when(cursor))
    words: tuple[Kind, ...] = ("before", "after", "since", "until", "on")
    for word in words:
        if cursor.accept(word, kind="period", column=column):
            return False, Period(word, when(cursor))
    sign = cursor.accept_sign(*_BY_SIGN, kind="period", column=column) if column else ""
    return (sign == "!=", Period(_BY_SIGN[sign], when(cursor))) if sign else None


def span(cursor: Cursor) -> Span:
    """So much time, which comes next."""
    cursor.want("30 days", "span", is_open=True)
    token = cursor.token
    if token.kind != "number" or not 0 < float(token.text) < 1e9:
        raise cursor.problem("How long?", wanted="a number and days, weeks, months or years: 30 days")
    cursor.take()
    for unit in SPAN_DAYS:
        cursor.want(unit, "unit")
    unit = SPAN_WORDS.get(cursor.token.word, "")
    if not unit:
        raise cursor.problem("So many of what?", wanted="days, weeks, months, years or hours", near_of=tuple(SPAN_DAYS))
    if float(token.text) * SPAN_DAYS[unit] > LONGEST_DAYS:
        raise cursor.problem("That is too long.", wanted="at most 100 years", token=token)
    cursor.take()
    return Span(float(token.text), unit)


def when(cursor: Cursor) -> When:
    """A day, a minute, or so long ago, which comes next."""
    cursor.want("2011-06-01", "date", is_open=True)
    token = cursor.token
    if token.kind == "date":
        return Moment(_checked(cursor))
    if token.kind == "number":
        found = span(cursor)
        if not cursor.accept("ago", kind="period"):
            raise cursor.problem("Since when are they counted?", wanted="ago: 90 days ago")
        return Ago(found)
    raise cursor.problem("When?", wanted="a day such as 2011-06-01, a minute such as 2011-06-01T12:00, or 90 days ago")


def _checked(cursor: Cursor) -> str:
    """The date that comes next as ISO text."""
    token = cursor.token
    day, _, clock = token.text.replace("T", " ").partition(" ")
    try:
        year, month, number = (int(part) for part in day.split("-"))
        hour, minute, second = [*map(int, clock.split(":")), 0][:3] if clock else (0, 0, 0)
        found = datetime.combine(date(year, month, number), time(hour, minute, second))
    except ValueError:
        raise cursor.problem("The calendar has no such day.", wanted="a day such as 2011-06-01") from None
    if not YEARS[0] <= found.year <= YEARS[1]:
        raise cursor.problem("That is too far away.", wanted=f"a year from {YEARS[0]} to {YEARS[1]}")
    cursor.take()
    return found.isoformat(timespec="seconds" if found.second else "minutes") if clock else found.date().isoformat()


# -- in moments


def bounds(period: Period, clock: Clock) -> tuple[datetime | None, datetime | None]:
    """(the first moment in it, the first moment after it) in UTC; None where it has no such end."""
    if isinstance(period.first, Span):
        length = timedelta(days=period.first.n * SPAN_DAYS[period.first.unit])
        if period.kind == "within next":
            return clock.as_of + _TICK, clock.as_of + length + _TICK
        return clock.as_of - length + _TICK, clock.as_of + _TICK
    start, end = _ends(period.first, clock)
    if period.kind == "between" and period.second is not None:
        return start, _ends(period.second, clock)[1]
    found = {"before": (None, start), "after": (end, None), "since": (start, None), "until": (None, end), "on": (start, end)}
    return found[period.kind]


def _ends(when: When, clock: Clock) -> tuple[datetime, datetime]:
    """(the first moment of it, the first moment after it): of a day a day, of anything else an instant."""
    if isinstance(when, Ago):
        at = clock.as_of - timedelta(days=when.span.n * SPAN_DAYS[when.span.unit])
        return at, at + _TICK
    zone = ZoneInfo(clock.time_zone)
    local = datetime.fromisoformat(when.text)
    start = local.replace(tzinfo=zone).astimezone(UTC)
    if "T" in when.text:
        return start, start + timedelta(minutes=0 if local.second else 1) + (
            timedelta(seconds=1) if local.second else timedelta()
        )
    return start, (local + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)
