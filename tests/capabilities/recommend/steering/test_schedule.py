"""When rules hold: around midnight, over the week's end, and at the moments at which they change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.capabilities.recommend.steering.schedule import ALWAYS, ANYTIME, MINUTE, NEVER, Schedule, hours_of_week
from shopkeeper.core.errors import BadRequest

DAY, HOUR = 1440, 60


def test_from_and_until(at):
    schedule = Schedule(at(2024, 5, 6), at(2024, 5, 7))
    assert [schedule.holds(at(2024, 5, 6) + step) for step in (-1, 0)] == [False, True]
    assert [schedule.holds(at(2024, 5, 7) + step) for step in (-1, 0)] == [True, False]
    assert schedule.next_change(at(2024, 5, 1)) == at(2024, 5, 6)
    assert schedule.next_change(at(2024, 5, 6)) == at(2024, 5, 7)
    assert schedule.next_change(at(2024, 5, 7)) == NEVER
    assert ANYTIME.holds(0) and ANYTIME.next_change(0) == NEVER


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        ("mon 09:00-17:00", ((9 * HOUR, 17 * HOUR),)),
        ("Monday 9:00 - 17:00", ((9 * HOUR, 17 * HOUR),)),
        ("sat,sun", ((5 * DAY, 6 * DAY), (6 * DAY, 7 * DAY))),
        ("sat-mon", ((0, DAY), (5 * DAY, 6 * DAY), (6 * DAY, 7 * DAY))),
        ("tue 00:00-24:00", ((DAY, 2 * DAY),)),
        ("mon 22:00-02:00", ((22 * HOUR, DAY + 2 * HOUR),)),
        ("sun 22:00-02:00", ((0, 2 * HOUR), (6 * DAY + 22 * HOUR, 7 * DAY))),
        ("mon 08:00-09:00; mon 18:00-19:00", ((8 * HOUR, 9 * HOUR), (18 * HOUR, 19 * HOUR))),
    ],
)
def test_hours_of_the_week(text, spans):
    assert hours_of_week(text) == spans


def test_hours_without_days_are_every_day():
    assert len(hours_of_week("12:00-13:00")) == 7


@pytest.mark.parametrize("text", ["someday", "mon 25:00-26:00", "mon 10:61-11:00", "mon 9-17", "mon-tue-wed", "9:00", "mo"])
def test_words_that_nobody_understands_are_told(text):
    with pytest.raises(BadRequest, match="hours of the week") as caught:
        hours_of_week(text)
    assert "mon-fri 09:00-17:00" in caught.value.wanted and caught.value.next and caught.value.got


def test_past_midnight_at_the_end_of_the_week(at):
    night = Schedule(hours=hours_of_week("sun 22:00-02:00"))
    assert not night.holds(at(2024, 5, 5, 21, 59, 59))  # a Sunday
    assert night.holds(at(2024, 5, 5, 22)) and night.holds(at(2024, 5, 6, 0)) and night.holds(at(2024, 5, 6, 1, 59, 59))
    assert not night.holds(at(2024, 5, 6, 2)) and not night.holds(at(2024, 5, 7, 1))
    assert night.next_change(at(2024, 5, 5, 12)) == at(2024, 5, 5, 22)
    assert night.next_change(at(2024, 5, 6, 0, 30)) == at(2024, 5, 6, 2)
    assert night.next_change(at(2024, 5, 6, 2)) == at(2024, 5, 12, 22)


def test_no_hour_comes_twice_when_clocks_change(at):
    """UTC has no summer time: on 2024-03-31 and 2024-10-27 the hours are those of any other Sunday."""
    hour = Schedule(hours=hours_of_week("sun 01:00-02:00"))
    for day in ((2024, 3, 31), (2024, 10, 27)):
        held = [minute for minute in range(DAY) if hour.holds(at(*day) + minute * MINUTE)]
        assert held == list(range(HOUR, 2 * HOUR))


def test_before_1970(at):
    assert Schedule(hours=hours_of_week("wed")).holds(at(1969, 12, 31, 23)) and not Schedule(hours=hours_of_week("thu")).holds(-1)


@given(
    st.integers(-(10**15), 4 * 10**15), st.sampled_from(["mon 22:00-02:00", "sat,sun", "12:00-13:00; fri", "mon-sun"]),
    st.integers(0, 10**15), st.integers(1, 10**15), st.floats(0, 1),
)  # fmt: skip
def test_nothing_changes_before_the_next_change(now, hours, start, length, share):
    schedule = Schedule(start, start + length, hours_of_week(hours))
    until = schedule.next_change(now)
    assert until > now
    between = now + int((min(until, now + 14 * DAY * MINUTE) - 1 - now) * share)
    assert schedule.holds(between) == schedule.holds(now)
    assert Schedule(ALWAYS, NEVER, ()).holds(now)
