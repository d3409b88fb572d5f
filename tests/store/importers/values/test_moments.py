"""Moments in the ways that the world writes them, as UTC."""

from __future__ import annotations

from datetime import datetime

import pytest

from shopkeeper.core.errors import ImportProblem

HEAD = "event_id;event;product_id;at\n"


def bring_moments(bring, rows, moments: list[str], **options):
    content = HEAD + "".join(f"{n};view_item;p;{moment}\n" for n, moment in enumerate(moments))
    report = bring(content, f"m{abs(hash(tuple(moments)))}.csv", **options)
    return [at for (at,) in rows("SELECT at FROM events ORDER BY event_id")], report


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-01-05", datetime(2024, 1, 5)),
        ("2024-01-05 10:00", datetime(2024, 1, 5, 10)),
        ("2024-01-05T10:00:01.5", datetime(2024, 1, 5, 10, 0, 1, 500_000)),
        ("2024-01-05T10:00:00Z", datetime(2024, 1, 5, 10)),
        ("2024-01-05 10:00:00 UTC", datetime(2024, 1, 5, 10)),
        ("2024-01-05 10:00:00 +0530", datetime(2024, 1, 5, 4, 30)),
        ("2024-01-05T10:00:00-05:00", datetime(2024, 1, 5, 15)),
        ("1704448800", datetime(2024, 1, 5, 10)),
        ("1704448800.25", datetime(2024, 1, 5, 10, 0, 0, 250_000)),
        ("1704448800123", datetime(2024, 1, 5, 10, 0, 0, 123_000)),
        ("1704448800123456", datetime(2024, 1, 5, 10, 0, 0, 123_456)),
        ("1704448800123456789", datetime(2024, 1, 5, 10, 0, 0, 123_456)),
        ("20240105", datetime(2024, 1, 5)),
        ("20240105100000", datetime(2024, 1, 5, 10)),
        ("2024/1/5 10:00", datetime(2024, 1, 5, 10)),
        ("2024年1月5日", datetime(2024, 1, 5)),
        ("2024年1月5日 10:00:30", datetime(2024, 1, 5, 10, 0, 30)),
        ("2024年01月05日10时00分30秒", datetime(2024, 1, 5, 10, 0, 30)),
        ("05.01.2024 10:00", datetime(2024, 1, 5, 10)),
        ("13/1/2024 8:26", datetime(2024, 1, 13, 8, 26)),
        ("1/13/2024 8:26", datetime(2024, 1, 13, 8, 26)),
        ("1/13/24 8:26", datetime(2024, 1, 13, 8, 26)),
        ("1/13/2024 8:26:00 PM", datetime(2024, 1, 13, 20, 26)),
        ("Jan 5, 2024 10:00", datetime(2024, 1, 5, 10)),
        ("5 January 2024", datetime(2024, 1, 5)),
        ("Fri, 5 Jan 2024 10:00:00 GMT", datetime(2024, 1, 5, 10)),
    ],
)
def test_one_way_of_writing(bring, rows, written, expected):
    assert bring_moments(bring, rows, [written])[0] == [expected]


def test_without_a_zone_a_moment_is_in_the_shops(bring, rows):
    summer, winter = "2024-07-01 12:00", "2024-01-01 12:00"
    found, _ = bring_moments(bring, rows, [summer, winter], time_zone="Europe/London")
    assert found == [datetime(2024, 7, 1, 11), datetime(2024, 1, 1, 12)]


def test_with_a_zone_it_is_taken_as_it_says_also_beside_others_without(bring, rows):
    found, _ = bring_moments(bring, rows, ["2024-07-01 12:00:00", "2024-07-01T12:00:00Z"], time_zone="Asia/Tokyo")
    assert found == [datetime(2024, 7, 1, 3), datetime(2024, 7, 1, 12)]


def test_month_or_day_first_is_decided_on_the_whole_column_beyond_the_sample(bring, rows):
    found, report = bring_moments(bring, rows, ["12/1/2010 8:26"] * 20_010 + ["12/31/2010 8:26"])
    assert found[0] == datetime(2010, 12, 1, 8, 26)
    assert "month/day/year" in report.recognition.uses["events.at"].note


def test_ambiguity_is_told_and_can_be_settled(bring, rows):
    found, report = bring_moments(bring, rows, ["12/1/2010 8:26"])
    assert found == [datetime(2010, 1, 12, 8, 26)]
    [note] = [note for note in report.recognition.notes if "AMBIGUOUS" in note]
    assert '--map "at@m/d/y=' in note


@pytest.mark.parametrize(("form", "expected"), [("m/d/y", 12), ("d/m/y", 1), ("%m/%d/%Y %H:%M", 12)])
def test_the_form_can_be_typed(bring, rows, form, expected):
    found, report = bring_moments(bring, rows, ["12/1/2010 8:26"], map={f"at@{form}": "events.at"})
    assert found[0].month == expected and not any("AMBIGUOUS" in note for note in report.recognition.notes)


def test_what_is_no_moment_is_rejected(bring, rows):
    found, report = bring_moments(bring, rows, ["2024-01-05", "soon", "2024-02-30", "infinity", ""])
    assert len(found) == 1 and report.rejected == {"type": 3, "required": 1}


def test_a_time_zone_that_is_none(bring):
    with pytest.raises(ImportProblem, match="There is no time zone 'Mars/Base'"):
        bring(HEAD + "1;view_item;p;2024-01-01\n", time_zone="Mars/Base")
