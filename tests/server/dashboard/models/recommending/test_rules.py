"""Rules as the table shows and the form writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.core.errors import BadRequest
from shopkeeper.core.schema import RULES
from shopkeeper.server.dashboard.models.recommending import rules

NOW = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)  # a Thursday
PRODUCTS = rules.Products(
    {("home > lamp", "acme"): 3, ("home > lamp", ""): 2, ("home", "acme"): 1, ("homely", ""): 5}, {"P1": "Lamp"}
)


def rule(**columns):
    return {**dict.fromkeys(RULES.names), "rule_id": "a", "action": "boost", "product_id": "P1", **columns}


@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({}, "active"), ({"enabled": False}, "off"), ({"start_at": NOW + timedelta(hours=1)}, "scheduled"),
        ({"end_at": NOW.replace(tzinfo=None)}, "ended"), ({"start_at": NOW, "end_at": NOW + timedelta(hours=1)}, "active"),
        ({"recurs": "sat,sun"}, "resting"), ({"recurs": "thu 14:00-16:00"}, "active"), ({"strength": 0.5}, "problem"),
        ({"recurs": "someday"}, "problem"), ({"strength": 0.5, "enabled": False}, "off"), ({"product_id": None}, "problem"),
    ],
)  # fmt: skip
def test_states(columns, state):
    (line,) = rules.lines([rule(**columns)], PRODUCTS, NOW)
    assert line.state == state
    assert (line.problem is not None) == ("strength" in columns or state == "problem")


@pytest.mark.parametrize(
    ("columns", "n"),
    [
        ({}, 1), ({"product_id": "P9"}, 0), ({"product_id": None, "product_type": "HOME"}, 6), ({"product_id": None, "product_type": "Home > Lamp"}, 5),
        ({"product_id": None, "brand": "ACME"}, 4), ({"product_id": None, "product_type": "Home > Lamp", "brand": "Acme"}, 3),
        ({"action": "cap", "product_id": None, "each": "brand", "n_most": 1}, 11),
    ],
)  # fmt: skip
def test_how_many_products_a_rule_is_about(columns, n):
    assert rules.lines([rule(**columns)], PRODUCTS, NOW)[0].n_products == n


def test_problems_come_first_and_the_ended_last():
    rows = [rule(rule_id="e", end_at=NOW), rule(rule_id="b"), rule(rule_id="a"), rule(rule_id="p", strength=0.1)]
    found = rules.lines(rows, PRODUCTS, NOW)
    assert [line.id for line in found] == ["p", "a", "b", "e"]
    assert rules.counts(found) == {"problem": 1, "active": 2, "ended": 1}
    assert found[1].title == "Lamp"


def test_the_form_gives_only_what_its_action_counts():
    form = {
        "action": "pin",
        "product_id": " P1 ",
        "position": 3,
        "strength": 5.0,
        "n_most": 2,
        "each": "brand",
        "brand": "Acme",
        "note": " ",
    }
    row = rules.row_of(form, known=["pin-P1"])
    assert {name: value for name, value in row.items() if value is not None} == {
        "rule_id": "pin-P1-2", "action": "pin", "product_id": "P1", "position": 3, "enabled": True,
    }  # fmt: skip
    assert set(row) == set(RULES.names)
    assert rules.row_of({**row, "enabled": False}, known=[])["enabled"] is False


def test_numbers_say_what_a_rule_does():
    assert rules.new_number({"action": "boost", "product_type": "Home > Lamps & more"}, []) == "boost-Lamps-more"
    assert rules.new_number({"action": "cap", "each": "brand"}, ["cap-brand", "cap-brand-2"]) == "cap-brand-3"
    assert rules.new_number({"action": "block", "brand": "家居"}, []) == "block-家居"


def test_a_rule_is_tried_as_if_it_held_now_and_without_it():
    row = rule(start_at=NOW, end_at=NOW, recurs="sun", enabled=False)
    tried = rules.as_if_now(row)
    assert rules.lines([tried], PRODUCTS, NOW)[0].state == "active"
    assert rules.lines([rules.without(tried)], PRODUCTS, NOW)[0].state == "off"


def test_moments_are_typed_in_the_shops_time_zone():
    typed = rules.as_typed(datetime(2026, 7, 1, 8, 30), "Europe/London")
    assert typed == "2026-07-01T09:30"
    assert rules.as_meant(typed, "Europe/London") == datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
    assert rules.as_typed(None, "Europe/London") == ""
    assert rules.as_meant("", "UTC") is None
    with pytest.raises(BadRequest, match="cannot be read"):
        rules.as_meant("tomorrow", "UTC")


def test_saving_and_switching(shop):
    rules.save(shop, rules.row_of({"action": "block", "brand": "Acme", "note": "recall"}, []), "anna")
    rules.switch(shop, "block-Acme", "bo", is_on=False)
    with shop.view() as view:
        (row,) = rules.rows_of(view)
        assert rules.products_of(view, [row]) == rules.Products({}, {})
    assert (row["enabled"], row["made_by"], row["note"], row["action"]) == (False, "bo", "recall", "block")
    with pytest.raises(BadRequest, match="names no product"):
        rules.save(shop, rules.row_of({"action": "pin"}, []), "anna")


def test_the_products_of_the_shop(memory):
    rows = [rule(product_id="P004"), rule(product_id=None, product_type="home > lamp")]
    found = memory.get("rules", lambda view: rules.products_of(view, rows))
    assert found.titles == {"P004": "lamp no. 4"}
    assert [found.concerned(row) for row in rows] == [1, 10]
    assert found.concerned(rule(action="cap", product_id=None, each="brand", n_most=1)) == 40
