"""When a rule holds: from and until a moment, and at hours of the week; everything in UTC, so that no hour comes twice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shopkeeper.core.errors import BadRequest

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTE = 60_000_000
DAY_MINUTES, WEEK_MINUTES = 1440, 10_080
FIRST_DAY = 3 * DAY_MINUTES  # 1970-01-01 was a Thursday
ALWAYS, NEVER = -(2**63), 2**63 - 1
ENTRY = re.compile(r"(?P<days>[a-z,\- ]+?)?\s*(?P<hours>\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})?")

Span = tuple[int, int]


@dataclass(frozen=True)
class Schedule:
    """From ``start_at`` until ``end_at`` (microseconds, not included), in ``hours``: minutes of the week (none: all of it)."""

    start_at: int = ALWAYS
    end_at: int = NEVER
    hours: tuple[Span, ...] = ()

    def holds(self, now: int) -> bool:
        """Whether it holds at ``now`` (microseconds)."""
        if not self.start_at <= now < self.end_at:
            return False
        minute = _minute_of_week(now)
        return not self.hours or any(low <= minute < high for low, high in self.hours)

    def next_change(self, now: int) -> int:
        """The first moment after ``now`` at which it may begin or end; the largest number where there is none."""
        moments = [moment for moment in (self.start_at, self.end_at) if moment > now]
        if self.hours and now < self.end_at:
            minute = now // MINUTE
            of_week = _minute_of_week(now)
            edges = {edge for span in self.hours for edge in span}
            ahead = min((edge - of_week - 1) % WEEK_MINUTES + 1 for edge in edges)
            moments.append((minute + ahead) * MINUTE)
        return min(moments, default=NEVER)


ANYTIME = Schedule()


def hours_of_week(text: str) -> tuple[Span, ...]:
    """Spans of minutes of the week, from Monday 00:00 UTC, for words like ``mon-fri 09:00-17:00; sat,sun``.

    Entries are separated by ``;``; each has days, hours or both. Hours that end before they begin go past midnight and belong to
    the day on which they begin. Raises `BadRequest` for words that it does not know.
    """
    spans: list[Span] = []
    for entry in filter(None, (part.strip() for part in text.lower().split(";"))):
        found = ENTRY.fullmatch(entry)
        if found is None:
            raise _not_understood(text, entry)
        days = _days(found["days"], text)
        begin, end = _hours(found["hours"], text)
        for day in days:
            spans += _in_week(day * DAY_MINUTES + begin, day * DAY_MINUTES + end)
    return tuple(sorted(spans))


def _days(words: str | None, text: str) -> list[int]:
    if not words or not words.strip():
        return list(range(7))
    days: list[int] = []
    for word in words.split(","):
        ends = [_day(end.strip(), text) for end in word.split("-")]
        if len(ends) > 2:
            raise _not_understood(text, word.strip())
        first, last = ends[0], ends[-1]
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return sorted(set(days))


def _day(word: str, text: str) -> int:
    if len(word) < 3 or not any(word.startswith(day) for day in DAYS):
        raise _not_understood(text, word)
    return DAYS.index(word[:3])


def _hours(words: str | None, text: str) -> Span:
    if not words:
        return 0, DAY_MINUTES
    begin, end = (_minute(word.strip(), text) for word in words.split("-"))
    return begin, end if end > begin else end + DAY_MINUTES


def _minute(word: str, text: str) -> int:
    hour, minute = (int(part) for part in word.split(":"))
    if hour * 60 + minute > DAY_MINUTES or minute > 59:
        raise _not_understood(text, word)
    return hour * 60 + minute


def _in_week(begin: int, end: int) -> list[Span]:
    """What ends after Sunday midnight goes on on Monday."""
    if end <= WEEK_MINUTES:
        return [(begin, end)]
    rest = (0, end - WEEK_MINUTES)
    return [(begin, WEEK_MINUTES), rest] if begin < WEEK_MINUTES else [rest]


def _minute_of_week(now: int) -> int:
    return (now // MINUTE + FIRST_DAY) % WEEK_MINUTES


def _not_understood(text: str, part: str) -> BadRequest:
    return BadRequest(
        "These hours of the week cannot be read.",
        got=f"{part!r} in {text!r}" if part != text else repr(text),
        wanted="days and hours in UTC, such as 'mon-fri 09:00-17:00; sat,sun' or '22:00-02:00'",
        next="correct `recurs`; leave it empty for a rule that always holds",
    )
