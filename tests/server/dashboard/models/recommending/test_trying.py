"""A placement and rules tried on somebody real, against a shop that has learned."""

from __future__ import annotations

import pytest

from shopkeeper.capabilities.recommend.steering.placements import BUILT_IN, Placement
from shopkeeper.core.errors import BadRequest
from shopkeeper.server.dashboard.models.recommending import rules, suggesting, trying
from shopkeeper.server.dashboard.models.recommending.suggesting import Filters
from shopkeeper.server.dashboard.models.recommending.trying import Tried, Whom

HOME, PAGE, CART = (place.as_row() for place in BUILT_IN[:3])
ANNA = Whom("customer", "C001", "C001")


@pytest.fixture(scope="module")
def learned(trading):
    trading.run("recommend.learn", {"tuning_trials": 0})
    return trading


def n_decisions(shop):
    shop.answers.flush()
    return shop.sql("SELECT count(*) AS n FROM decisions")["n"][0].as_py()


def test_the_same_twice_is_the_same(learned):
    found = trying.tried(learned, ANNA, Tried(HOME), Tried(HOME))
    assert (found.is_same, found.n_moved, len(found.after)) == (True, 0, 10)
    assert [line.position for line in found.after] == [line.other for line in found.after] == list(range(1, 11))


def test_a_filter_changes_the_list_and_nothing_is_written_down(learned):
    before = n_decisions(learned)
    found = trying.tried(learned, ANNA, Tried(HOME), Tried({**HOME, "filters": '{"category": "Home > paper"}', "n_products": 4}))
    assert {line.product.title.split()[0] for line in found.after} == {"paper"}
    assert (len(found.before), len(found.after), found.is_same) == (10, 4, False)
    assert n_decisions(learned) == before


def test_a_rule_is_seen_before_it_is_kept(learned):
    row = rules.row_of({"action": "pin", "product_id": "P003", "position": 2}, [])
    found = trying.tried(learned, ANNA, Tried(HOME, (rules.without(row),)), Tried(HOME, (rules.as_if_now(row),)))
    assert "P003" not in [line.product.product_id for line in found.before]
    assert (found.after[1].product.product_id, found.after[1].other) == ("P003", None)
    (moved,) = found.after[1].product.rules
    assert (moved.rule_id, moved.action, moved.after) == ("pin-P003", "pin", 2)


def test_what_a_rule_keeps_out_is_told(learned):
    first = trying.tried(learned, ANNA, Tried(HOME), Tried(HOME)).after[0].product
    row = rules.row_of({"action": "bury", "product_id": first.product_id, "strength": 0.0}, [])
    found = trying.tried(learned, ANNA, Tried(HOME), Tried(HOME, (row,)))
    assert first.product_id not in [line.product.product_id for line in found.after]
    assert [out.product_id for out in found.left_out] == [first.product_id]
    assert found.before[0].other is None


@pytest.mark.parametrize("row", [PAGE, CART])
def test_places_beside_a_product(learned, row):
    found = trying.tried(learned, Whom("product", "P005", "saucer"), Tried(row), Tried(row))
    assert found.after
    assert "P005" not in [line.product.product_id for line in found.after] or row is CART


def test_what_cannot_be_meant_is_told(learned):
    with pytest.raises(BadRequest, match="retriever"):
        trying.tried(learned, ANNA, Tried(HOME), Tried({**HOME, "mix": '{"nothing": 1}'}))


def test_somebody_is_proposed_and_others_when_asked_for(memory, empty_memory):
    first, again, other = (
        memory.get(("proposed", draw), lambda view, draw=draw: trying.proposed(view, "customer", draw // 2)) for draw in (0, 1, 2)
    )
    assert first == again != other
    assert len(first) == trying.N_PROPOSED
    (product, *_) = memory.get("products", lambda view: trying.proposed(view, "product"))
    assert product.kind == "product"
    assert product.title != product.id
    assert empty_memory.get("proposed", lambda view: trying.proposed(view, "customer")) == ()


def test_recommendations_come_explained(learned):
    found = suggesting.for_customer(learned, "C001", Filters())
    first = found.products[0]
    assert first.explained["words"]
    assert first.explained["rung"]["rung"] == first.rung == "customer"
    assert [reason.product_id for reason in first.reasons] == [own["product_id"] for own in first.explained["own_products"]]


def test_an_answer_of_a_plug_in_gets_only_the_fields_that_it_has(learned):
    assert suggesting.asked(learned, "recommend.similar", {"product": "P005", "customer": "C001", "n": 3}).products


def test_an_own_place_needs_no_row(learned):
    row = Placement("blog").as_row()
    assert trying.tried(learned, ANNA, Tried(row), Tried({**row, "n_products": 2})).after[1].position == 2
