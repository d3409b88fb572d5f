"""What is suggested while typing can be typed: taking a suggestion never makes a mistake."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.capabilities.customers.segments.language.completing import MOST, complete
from shopkeeper.capabilities.customers.segments.language.parsing import parse
from shopkeeper.capabilities.customers.segments.language.words import vocabulary
from shopkeeper.core.errors import ExpressionError

NAMES = {"country": ["Germany", "France"], "category": ["Lighting"], "segment": ["newcomer"]}
CASES = [
    ("val", "value"), ("lap", "lapsed"), ("value_12m ", ">"), ("value_12m > ", "a number"), ("lapsed ", "and"), ("lapsed an", "and"),
    ("stage is ", "lapsed"), ("stage is at", "at_risk"), ("bought ", "category"), ('bought category "Li', '"Lighting"'),
    ("country is ", '"Germany"'), ("country is 'x' ", "and"), ("in segment ", '"newcomer"'), ("in se", "in segment"), ("ordered at le", "at least"),
    ("recency_days > 30 ", "days"), ("return_share > 30 ", "%"), ("last_order_at ", "within"), ("ordered w", "within"),
    ("(lapsed or ", "loyal"), ("not opt", "opted_out"), ("", "lapsed"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "wanted"), CASES)
def test_what_may_come_next(typed, wanted):
    found = complete(typed, len(typed), NAMES)
    assert wanted in [one.text for one in found]
    assert len(found) <= MOST


def test_the_caret_may_be_inside():
    (first, *_) = complete("lap and value > 3", 3)
    assert (first.text, first.start, first.end) == ("lapsed", 0, 3)


def test_nothing_is_suggested_inside_a_mistake():
    assert complete("value > > ", 10) == ()
    assert complete("value > 12", 10) == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([word.text for word in vocabulary()] + ['"x"', "3", "("]), max_size=6).map(" ".join), st.data())
def test_a_suggestion_moves_the_mistake_no_nearer(text, data):
    """After a taken suggestion the rest is missing at most: no error lies before the suggestion's end."""
    for one in complete(text, len(text), NAMES):
        if one.is_open:
            continue
        typed = text[: one.start] + one.text
        try:
            parse(typed)
        except ExpressionError as error:
            reached = error.facts["end"] >= len(typed.rstrip()) or error.facts["position"] >= one.start
            assert reached, (typed, error.facts["caret"])


def test_every_word_is_told_with_its_meaning():
    words = vocabulary()
    assert {"field", "stage", "group", "fact", "joiner", "comparison", "times", "period", "target", "unit"} == {
        w.kind for w in words
    }
    assert all(word.meaning for word in words)
    value = next(word for word in words if word.text == "value_12m")
    assert (value.kind, value.type, value.unit, value.source) == ("field", "number", "shop currency", "customers.features")
    assert next(word for word in words if word.text == "lapsed").source == "customers.life_cycle"
