"""Periods as moments: days are the shop's, both ends as people mean them."""

from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.periods import Clock, bounds

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
BERLIN = Clock(AS_OF, "Europe/Berlin")
TICK = timedelta(microseconds=1)


def of(text):
    return bounds(parse(f"due_at {text}").period, BERLIN)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


CASES = [
    ("within 90 days", AS_OF - timedelta(days=90) + TICK, AS_OF + TICK),
    ("within next 7 days", AS_OF + TICK, AS_OF + timedelta(days=7) + TICK),
    ("within 1 year", AS_OF - timedelta(days=365) + TICK, AS_OF + TICK),
    ("before 2026-01-01", None, utc(2025, 12, 31, 23)),
    ("after 2026-01-01", utc(2026, 1, 1, 23), None),
    ("since 2026-07-01", utc(2026, 6, 30, 22), None),
    ("until 2026-07-01", None, utc(2026, 7, 1, 22)),
    ("on 2026-03-29", utc(2026, 3, 28, 23), utc(2026, 3, 29, 22)),
    ("between 2026-01-01 and 2026-01-31", utc(2025, 12, 31, 23), utc(2026, 1, 31, 23)),
    ("on 2026-01-01T12:30", utc(2026, 1, 1, 11, 30), utc(2026, 1, 1, 11, 31)),
    ("before 2 days ago", None, AS_OF - timedelta(days=2)),
    ("since 2 days ago", AS_OF - timedelta(days=2), None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "start", "end"), CASES)
def test_where_it_begins_and_ends(text, start, end):
    assert of(text) == (start, end)


def test_on_the_day_the_clocks_change_a_day_is_23_hours():
    start, end = of("on 2026-03-29")
    assert end - start == timedelta(hours=23)
