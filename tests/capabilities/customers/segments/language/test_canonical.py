"""The canonical text of a tree parses to the same tree, whatever the tree."""

from capabilities.customers.segments.language.strategies import trees
from hypothesis import given, settings

from shopkeeper.capabilities.customers.segments.language.canonical import canonical
from shopkeeper.capabilities.customers.segments.language.parsing import parse


@settings(max_examples=100, deadline=None)
@given(trees)
def test_text_and_back(tree):
    text = canonical(tree)
    assert parse(text) == tree, text
    assert canonical(parse(text)) == text


def test_it_is_what_a_person_would_write():
    typed = 'Lapsed AND (value_12m>200 or value_12m in top 10%) and bought category "Light""ing" once within the last 90d and not opted_out'
    assert canonical(parse(typed)) == (
        'stage is lapsed and (value_12m > 200 or value_12m in top 10 %) and bought category "Light""ing" exactly 1 times '
        "within 90 days and not opted_out"
    )
