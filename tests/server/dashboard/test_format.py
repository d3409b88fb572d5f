"""Values as a reader expects them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from shopkeeper.server.dashboard.format import Format


@pytest.mark.parametrize(
    ("currency", "amount", "told"),
    [
        ("GBP", 1234.5, "£1,234.50"), ("EUR", -2.345, "−€2.35"), ("JPY", 1234.5, "¥1,235"), ("KWD", 1.5, "KWD 1.500"),
        ("CHF", 0, "CHF 0.00"), ("gbp", 2.675, "£2.68"),
    ],
)  # fmt: skip
def test_money_has_the_currencys_sign_and_its_minor_unit(currency, amount, told):
    assert Format("en", currency).money(amount) == told


def test_whole_money_leaves_out_the_pence():
    assert Format("en", "GBP").money(1234.56, whole=True) == "£1,235"


@pytest.mark.parametrize(
    ("value", "told"), [(0, "0"), (1234567, "1,234,567"), (3.14159, "3.14"), (123.456, "123.5"), (None, "–"), (-2, "−2")]
)
def test_numbers(value, told):
    assert Format().number(value) == told


def test_nothing_is_written_as_a_dash_everywhere():
    f = Format()
    nothing = float("nan")
    assert {f.number(nothing), f.money(nothing), f.share(nothing), f.change(nothing), f.day(None), f.moment(None)} == {"–"}


@pytest.mark.parametrize(
    ("language", "value", "told"), [("en", 12345, "12.3k"), ("en", 4.5e6, "4.5M"), ("zh", 12345, "1.2万"), ("zh", 3.4e8, "3.4亿")]
)
def test_short_numbers_use_the_languages_own_steps(language, value, told):
    assert Format(language).short(value) == told


@pytest.mark.parametrize(
    ("value", "told"), [(0.123, "+12%"), (-0.034, "−3.4%"), (0.0, "0.0%"), (-0.0004, "0.0%"), (2.0, "+200%"), (337.78, "×339")]
)
def test_changes_have_a_sign_unless_they_are_none(value, told):
    assert Format().change(value) == told


def test_days_and_moments_follow_language_and_time_zone():
    at = datetime(2011, 12, 9, 23, 30, tzinfo=UTC)
    assert Format("en", time_zone="Europe/London").moment(at) == "9 Dec 2011, 23:30"
    assert Format("zh", time_zone="Asia/Shanghai").moment(at) == "2011年12月10日 07:30"
    assert Format("zh").day(date(2011, 12, 9), year=False) == "12月9日"


def test_a_moment_without_a_zone_is_utc():
    assert Format("en", time_zone="Europe/Berlin").moment(datetime.fromisoformat("2020-01-01T12:00")) == "1 Jan 2020, 13:00"


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.00021, "0.21 ms"), (0.34, "340 ms"), (4.21, "4.2 s"), (200, "3 min 20 s"), (3700, "1 h 1 min")]
)
def test_durations(seconds, told):
    assert Format().seconds(seconds) == told


def test_sizes():
    assert [Format().bytes(size) for size in (12, 12_000, 12e6, 12e9)] == ["12 B", "12 kB", "12 MB", "12.0 GB"]
