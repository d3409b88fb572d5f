"""Placements as rows, with what they leave open, and told when they cannot be meant."""

import json

import pytest

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.steering.placements import BUILT_IN, Placement, Placements, Shown, placement_from
from shopkeeper.core.errors import BadRequest
from shopkeeper.core.schema import table


def test_the_built_in_places():
    places = Placements()
    assert [place.placement_id for place in places.every()] == ["cart", "email", "home", "product_page", "search"]
    assert places.get("product_page").answer == "recommend.similar"
    assert places.get("nowhere") == Placement("nowhere")


def test_a_row_says_what_differs():
    found = placement_from(
        {
            "placement_id": "cart", "title": None, "mix": '{"item_graph": 1, "content": 0.3}', "with_rules": False, "diversity": 0.5,
            "filters": '{"category": "Home", "in_stock": false, "price_high": 20}',
        }
    )  # fmt: skip
    assert (found.title, found.answer, found.n_products) == ("Cart", "recommend.for_session", 6)
    assert found.mix == {"item_graph": 1.0, "content": 0.3} and not found.with_rules and found.diversity == 0.5
    assert found.filters == Shown(in_stock=False, category="Home", price_high=20.0)


def test_what_is_left_open_is_in_the_settings_and_the_request_has_the_last_word():
    settings = RecommendSettings(diversity=0.2, owned="learned")
    found = placement_from({"placement_id": "home", "exposure_cap": 0.5}).with_settings(settings)
    assert (found.diversity, found.exposure_cap, found.brand_exposure_cap, found.explore_share) == (
        0.2,
        0.5,
        1.0,
        getattr(settings, "explore_share", 0.0),
    )
    assert found.owned == "learned" and found.filters.in_stock is True
    asked = found.overridden(diversity=0.0, category="Garden", owned=None, in_stock=False)
    assert (asked.diversity, asked.owned, asked.filters.category, asked.filters.in_stock) == (0.0, "learned", "Garden", False)
    assert asked.exposure_cap == 0.5 and found.filters.category == ""


@pytest.mark.parametrize(
    "place", [*BUILT_IN, placement_from({"placement_id": "x", "mix": {"als": 2}, "filters": {"in_stock": False, "brand": "b"}})]
)
def test_as_a_row_and_back(place):
    row = place.as_row()
    assert set(row) == set(table("placements").names)
    assert all(isinstance(value, str | int | float | bool | None) for value in row.values())
    assert placement_from(row) == place


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"placement_id": " "}, "has no name"),
        ({"answer": "recommend.for_custmer"}, "did you mean 'recommend.for_customer'"),
        ({"owned": "hidden"}, "did you mean 'hide'"),
        ({"colour": 1}, "a column that there is not"),
        ({"diversity": 1.5}, "diversity cannot be 1.5"),
        ({"n_products": 0}, "n_products cannot be 0"),
        ({"mix": "{"}, "cannot be read"),
        ({"mix": "[1]"}, "cannot be read"),
        ({"mix": {"item_grph": 1}}, "did you mean 'item_graph'"),
        ({"mix": {"item_graph": -1}}, "cannot be used"),
        ({"mix": {"item_graph": True}}, "cannot be used"),
        ({"mix": {"item_graph": 0}}, "Nothing counts"),
        ({"filters": {"in_stok": True}}, "did you mean 'in_stock'"),
        ({"filters": {"price_low": -1}}, "price_low cannot be -1"),
        ({"filters": {"price_low": 5, "price_high": 2}}, "leave nothing"),
    ],
)
def test_what_cannot_be_meant_is_told_in_four_parts(columns, words):
    with pytest.raises(BadRequest, match=words) as caught:
        placement_from({"placement_id": "home", **columns}, ("item_graph", "content"))
    assert caught.value.got and caught.value.wanted and caught.value.next


def test_places_change_live_and_a_broken_row_changes_nothing():
    places = Placements([{"placement_id": "home", "diversity": 0.3}])
    places.change(
        [{"placement_id": "home", "diversity": 9}, {"placement_id": "footer", "title": "Footer", "mix": json.dumps({"als": 1})}]
    )
    assert places.get("home").diversity == 0.3 and set(places.problems) == {"home"}
    assert places.get("footer").title == "Footer" and "footer" in [place.placement_id for place in places.every()]
    places.change([{"placement_id": "home"}])
    assert places.get("home").diversity is None and not places.problems
