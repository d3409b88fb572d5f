"""Segments by name, and those that come with every shop."""

from datetime import UTC, datetime

import pytest

from shopkeeper.capabilities.customers.segments.compiling import query
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.periods import Clock
from shopkeeper.capabilities.customers.segments.saved import NO_SEGMENTS, Segment, book, built_in

CLOCK = Clock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("segment", built_in().segments, ids=lambda segment: segment.segment_id)
def test_a_built_in_segment_can_be_read_and_says_what_to_do(segment):
    query(parse(segment.expression), CLOCK, book=built_in())
    assert segment.title
    assert ":" in segment.description
    assert segment.is_tag


def test_the_shops_own_wins_and_can_take_one_away():
    rows = [
        {"segment_id": "newcomer", "title": None, "expression": "new", "is_tag": False, "enabled": None},
        {"segment_id": "regular", "expression": "loyal", "enabled": False},
    ]
    found = book(rows)
    assert found.find("Newcomer") == Segment("newcomer", "newcomer", "", "new", False, "")
    assert found.find("regular") is None
    assert len(found.segments) == len(built_in().segments) - 1
    assert list(found.names) == sorted(found.names)


def test_an_id_wins_over_a_title():
    found = NO_SEGMENTS.with_rows(
        [{"segment_id": "a", "title": "B", "expression": "new"}, {"segment_id": "b", "title": "C", "expression": "loyal"}]
    )
    assert found.find(" B ").segment_id == "b"
    assert found.find("c").segment_id == "b"
    assert found.find("") is None
