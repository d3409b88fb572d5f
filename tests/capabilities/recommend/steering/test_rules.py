"""Rows of `rules` become rules, or say what is wrong with them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shopkeeper.capabilities.recommend.steering.rules import BOOST, BURY, rule_from
from shopkeeper.capabilities.recommend.steering.schedule import ALWAYS, NEVER
from shopkeeper.core.errors import BadRequest
from shopkeeper.core.schema import table


def row(**columns):
    return {"rule_id": "r", **dict.fromkeys(table("rules").names[1:]), **columns}


def test_what_is_not_given_has_its_default():
    rule = rule_from(row(action="boost", product_type=" Home > Kitchen ", note="spring"))
    assert (rule.category, rule.brand, rule.product_id, rule.place) == ("home > kitchen", "", "", "")
    assert (rule.strength, rule.schedule.start_at, rule.schedule.end_at, rule.note) == (BOOST, ALWAYS, NEVER, "spring")
    assert rule_from(row(action="bury", brand="Alder")).strength == BURY
    assert rule_from(row(action="bury", brand="Alder", strength=0.0)).strength == 0.0
    assert rule_from(row(action="pin", product_id="p1")).position == 1
    assert rule_from({"rule_id": "r", "action": "block", "brand": "x"}).action == "block"


def test_switched_off():
    assert rule_from(row(action="block", brand="x", enabled=False)) is None
    assert rule_from(row(action="block", brand="x", enabled=True)) is not None


def test_moments_count_as_utc_unless_they_say_otherwise():
    plain, zoned = datetime(2024, 5, 6, 12), datetime(2024, 5, 6, 14, tzinfo=timezone(timedelta(hours=2)))
    rules = [rule_from(row(action="block", brand="x", start_at=moment)) for moment in (plain, zoned, plain.replace(tzinfo=UTC))]
    assert len({rule.schedule.start_at for rule in rules}) == 1


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"action": "hide", "brand": "x"}, "no action that is known"),
        ({"action": None, "brand": "x"}, "no action that is known"),
        ({"action": "block"}, "names no product"),
        ({"action": "pin", "brand": "  "}, "names no product"),
        ({"action": "boost", "brand": "x", "strength": 0.5}, "boosts by less than 1"),
        ({"action": "bury", "brand": "x", "strength": 2.0}, "buries by more than 1"),
        ({"action": "cap", "brand": "x"}, "caps without a number"),
        ({"action": "cap", "n_most": 2}, "nothing about what it caps"),
        ({"action": "cap", "n_most": 2, "each": "color"}, "something unknown"),
        ({"action": "block", "brand": "x", "start_at": datetime(2024, 5, 2), "end_at": datetime(2024, 5, 2)}, "ends before"),
        ({"action": "block", "brand": "x", "recurs": "always"}, "hours of the week"),
    ],
)
def test_what_cannot_be_meant_is_told_in_four_parts(columns, words):
    with pytest.raises(BadRequest, match=words) as caught:
        rule_from(row(**columns))
    assert caught.value.got and caught.value.wanted and caught.value.next


def test_which_of_two_has_its_way():
    here = rule_from(row(action="pin", brand="x", place="home"))
    old = rule_from(row(action="pin", brand="x", start_at=datetime(2024, 1, 1)))
    new = rule_from(row(action="pin", brand="x", start_at=datetime(2024, 2, 1)))
    ever = rule_from(row(action="pin", brand="x"))
    assert sorted([ever, old, new, here], key=lambda rule: rule.order) == [here, new, old, ever]
