"""Counts as a manager sees them while typing."""

import pytest
from capabilities.customers.segments.conftest import profiles_table, view_of

from shopkeeper.capabilities.customers.segments.counting import Count, count, members
from shopkeeper.core.errors import ExpressionError, NotLearned


def test_how_many_and_what_they_are_worth(view):
    found = count(view, "lapsed")
    assert found == Count(2, 1, 1000.0, 2 / 12, pytest.approx(1000 / (1000 + 50 + 5000 + 280)))


def test_everyone_and_nobody(view):
    assert count(view, "everyone").n_customers == 12
    assert count(view, "not everyone") == Count(0, 0, 0.0, 0.0, 0.0)


def test_members_are_a_table_in_order(view):
    found = members(view, "country is Spain and n_orders >= 6")
    assert found.column_names == ["customer_id"]
    assert found["customer_id"].to_pylist() == ["x6", "x7"]


NOTES = [
    ('bought category "Lightning"', "no category 'Lightning'; did you mean 'Lighting'?"),
    ('bought category "Bulbs"', "did you mean 'Lighting > Bulbs'?"),
    ('viewed brand "aldr"', "no brand 'aldr'; did you mean"),
    ('bought product "85123A"', "no product '85123A'."),
]


@pytest.mark.parametrize(("text", "note"), NOTES)
def test_names_that_the_shop_does_not_have_are_told(view, text, note):
    (found,) = count(view, f"lapsed or {text}").notes
    assert note in found


def test_names_that_it_has_are_not(view):
    assert count(view, 'bought category in ("lighting", "Kitchen") or bought product mug').notes == ()


def test_what_is_not_there_yet_is_named_with_what_to_do(written, view):
    with pytest.raises(NotLearned) as caught:
        count(view, "new or expected_value > 3")
    assert "expected_value" in caught.value.what
    assert "shopkeeper learn customers.value customers.profiles" in caught.value.next
    with pytest.raises(NotLearned):
        members(view, "is_at_risk")
    empty = view_of(written, profiles_table().slice(0, 0))
    with pytest.raises(NotLearned, match="no profiles yet") as caught:
        count(empty, "everyone")
    assert "customers.profiles" in caught.value.next
    empty.close()


def test_saved_segments_are_known_with_the_built_in_ones(written):
    written.upsert("segments", [{"segment_id": "dear", "title": "Dear ones", "expression": "value >= 900"}])
    view = view_of(written)
    assert count(view, 'in segment "dear ones"').n_customers == 2
    assert count(view, "in segment high_value").n_customers == 2
    with pytest.raises(ExpressionError, match="circle"):
        count(view, "in segment dear", within="dear")
    view.close()
    written.upsert("segments", [{"segment_id": "dear", "expression": "value >= 900", "enabled": False}])
    view = view_of(written)
    with pytest.raises(ExpressionError, match="no segment 'dear'"):
        count(view, "in segment dear")
    view.close()
