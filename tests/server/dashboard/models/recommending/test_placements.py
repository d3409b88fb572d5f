"""Placements as a form changes them: which there are, what the form says as a row, and what is told of one that is wrong."""

from __future__ import annotations

import json

import pytest

from shopkeeper.capabilities.recommend.steering.placements import BUILT_IN, Placement, placement_from
from shopkeeper.core.errors import BadRequest
from shopkeeper.server.dashboard.models.recommending import placements

RETRIEVERS = ("item_graph", "content")
HOME = BUILT_IN[0]


def test_the_built_in_places_come_first_then_the_shops_own():
    found = placements.places(
        [{"placement_id": "blog", "n_products": 3}, {"placement_id": "aside", "note": "x", "diversity": 0.1}], RETRIEVERS
    )
    assert [place.id for place in found] == ["home", "product_page", "cart", "email", "search", "aside", "blog"]
    assert [place.state for place in found] == ["default"] * 5 + ["own"] * 2


def test_a_row_that_says_what_is_built_in_changes_nothing():
    (home, *_) = placements.places([{**HOME.as_row(), "made_by": "anna", "note": "looked at"}], RETRIEVERS)
    assert (home.state, home.made_by) == ("default", "anna")


def test_a_changed_place_and_one_that_cannot_be_used():
    rows = [{"placement_id": "home", "diversity": 0.4, "made_by": "bo"}, {"placement_id": "cart", "mix": '{"nothing": 1}'}]
    found = {place.id: place for place in placements.places(rows, RETRIEVERS)}
    assert (found["home"].state, found["home"].placement.diversity, found["home"].made_by) == ("changed", 0.4, "bo")
    assert found["cart"].placement == BUILT_IN[2], "as it would be without the row"
    assert "retriever" in found["cart"].problem["title"]


def test_a_row_without_content_is_as_if_it_were_not_there():
    rows = [{"placement_id": "blog", "title": None, "made_by": "anna"}, {"placement_id": "home", "diversity": None}]
    assert [place.state for place in placements.places(rows, RETRIEVERS)] == ["default"] * 5


def test_the_form_changes_columns_and_filters_and_leaves_the_others():
    place = placement_from({"placement_id": "home", "filters": '{"exclude": ["P1"], "category": "Home"}', "diversity": 0.2})
    row = placements.row_of(place, {"filter_category": "", "filter_price_high": 9, "filter_in_stock": False, "n_products": 4})
    assert json.loads(row["filters"]) == {"exclude": ["P1"], "price_high": 9, "in_stock": False}
    assert (row["n_products"], row["diversity"], row["mix"]) == (4, 0.2, None)
    found = placements.checked(row, RETRIEVERS)
    assert (found.filters.price_high, found.filters.in_stock) == (9.0, False)


def test_what_is_left_to_the_settings_is_empty():
    row = placements.row_of(HOME, {"diversity": 0.3})
    assert placements.row_of(placement_from(row), {"diversity": None, "filter_in_stock": ""})["diversity"] is None
    assert row["explore_share"] is None


@pytest.mark.parametrize(
    ("mix", "kept"),
    [({"item_graph": 1.0, "content": 0.0}, {"item_graph": 1.0}), ({}, None), ({"item_graph": 0.0}, {"item_graph": 0.0})],
)
def test_a_mix_keeps_what_counts(mix, kept):
    row = placements.row_of(HOME, {"mix": mix})
    assert (row["mix"] and json.loads(row["mix"])) == kept


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"n_products": 0}, "n_products"), ({"mix": {"item_graph": 0.0}}, "Nothing counts"), ({"mix": {"itemgraph": 1}}, "retriever"),
        ({"filter_price_low": 5, "filter_price_high": 2}, "leave nothing"), ({"placement_id": " "}, "no name"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_in_the_placements_words(changes, told):
    with pytest.raises(BadRequest, match=told):
        placements.checked(placements.row_of(HOME, changes), RETRIEVERS)


def test_saving_and_resetting(shop):
    placements.save(shop, placements.row_of(HOME, {"diversity": 0.5}), RETRIEVERS, "anna")
    placements.save(shop, placements.row_of(Placement(""), {"placement_id": "blog", "n_products": 3}), RETRIEVERS, "")
    with shop.view() as view:
        found = {place.id: place for place in placements.places(placements.rows_of(view), RETRIEVERS)}
    assert (found["home"].state, found["home"].made_by, found["blog"].placement.n_products) == ("changed", "anna", 3)
    placements.reset(shop, "home", "bo")
    placements.reset(shop, "blog", "")
    with shop.view() as view:
        assert [place.state for place in placements.places(placements.rows_of(view), RETRIEVERS)] == ["default"] * 5
    with pytest.raises(BadRequest, match="no name"):
        placements.save(shop, {"placement_id": ""}, RETRIEVERS, "")


def test_an_empty_shop_has_the_built_in_places(shop):
    with shop.view() as view:
        assert placements.rows_of(view) == ()
    assert placements.retrievers_in_service(shop) == RETRIEVERS
    assert placements.left_to_settings(shop)["diversity"] == 0.0


def test_the_retrievers_are_those_of_the_model():
    card = {"serving": {"ranker": {"sources": ["item_graph", "ease", "content", "trending", "own"]}}}
    assert placements.retrievers(card) == ("item_graph", "content", "ease", "trending")
