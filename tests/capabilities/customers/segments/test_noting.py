"""What is said beside a count: nothing is counted as nobody in silence."""

import dataclasses

import pytest
from capabilities.customers.segments.people import EVENTS

from shopkeeper.capabilities.customers.answers import SegmentMembers
from shopkeeper.capabilities.customers.segments.counting import count
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.noting import readings, strangers
from shopkeeper.capabilities.customers.segments.replies import members
from shopkeeper.capabilities.customers.segments.saved import Book, Segment, built_in
from shopkeeper.server.dashboard.words import book as chinese

TEXTS = [
    ("country is Germny", "No customer has country 'Germny'; did you mean 'Germany'?"),
    ('not country in (Spain, "Atlantis")', "No customer has country 'Atlantis'."),
    ("language is en", "No customer has language 'en'."),
]


@pytest.mark.parametrize(("text", "note"), TEXTS)
def test_a_text_that_nobody_has_is_told_alike_at_every_door(view, model, text, note):
    assert count(view, text).notes == (note,)
    assert members(model, SegmentMembers(expression=text))["notes"] == [note]
    assert chinese().say(note) is not None


def test_texts_that_somebody_has_are_not_told(view):
    assert count(view, 'country in (GERMANY, spain) and stage is loyal and cluster_name is "Big baskets"').notes == ()


def nothing(sql, given):
    return []


@pytest.mark.parametrize("text", ["viewed", "not carted within 14 days", 'searched "lamp"', "n_views >= 5"])
def test_a_shop_without_visits_says_so(view, text):
    (note,) = strangers(nothing, parse(text), built_in())
    assert note.startswith("The shop has no visits")
    assert chinese().say(note) is not None
    assert EVENTS
    assert count(view, text).notes == ()


def test_tags_that_come_with_shopkeeper_say_so_too():
    for name in ("browses", "left_cart"):
        segment = built_in().find(name)
        assert len(strangers(nothing, parse(segment.expression), built_in())) == 1
        assert len(strangers(nothing, parse(f'in segment "{segment.title}"'), built_in())) == 1
    assert strangers(nothing, parse("n_reviews > 1 and ordered"), built_in()) == ()


def test_a_word_with_two_meanings_says_which_was_taken(view, model):
    note = "'at_risk' is taken for the stage (stage is at_risk); for the other meaning write: rfm_segment is at_risk"
    assert count(view, "at risk and n_orders > 1").notes == (note,)
    assert chinese().say(note) is not None
    for _ in range(2):  # the second time from what was kept
        assert members(model, SegmentMembers(expression="at risk"))["notes"] == [note]
        assert members(model, SegmentMembers(expression="stage is at_risk"))["notes"] == []
    assert count(view, "lapsed or champions or rfm_segment is at_risk").notes == ()


def test_a_segment_of_that_name_is_a_meaning_too():
    own = Segment("at_risk", "At risk", "", "everyone")
    (note,) = readings(parse("at risk"), Book([own]))
    assert note.endswith('write: rfm_segment is at_risk or in segment "at_risk"')
    assert chinese().say(note) is not None
    (note,) = readings(parse("champions"), Book([dataclasses.replace(own, segment_id="champions")]))
    assert (
        note
        == "'champions' is taken for the group of RFM (rfm_segment is champions); for the other meaning write: in segment \"champions\""
    )
