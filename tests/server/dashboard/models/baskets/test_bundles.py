"""Bundles with what they would earn, and what goes with a cart."""

from __future__ import annotations

import pytest

from shopkeeper.core.errors import NotLearned
from shopkeeper.server.dashboard.models.baskets import bundles


def test_bundles_stand_in_the_order_of_the_table_with_titles_and_numbers(grown_memory):
    found = grown_memory.get("bundles", bundles.bundles)
    assert len(found) > 5
    earned = [bundle.facts["margin_earned"] for bundle in found]
    assert earned == sorted(earned, reverse=True)
    for bundle in found:
        assert len(bundle.products) == bundle.facts["n_products"]
        assert all("no. " in part.title for part in bundle.products)
        assert bundle.id == "+".join(part.key for part in bundle.products)


def test_a_shop_without_bundles_has_none(empty_memory, plain_memory):
    assert empty_memory.get("bundles", bundles.bundles) == ()
    assert plain_memory.get("bundles", bundles.bundles) == ()


def test_a_product_page_and_a_cart_get_what_completes_them(grown):
    page = bundles.together(grown, ("P000",), n=5)
    cart = bundles.together(grown, ("P000", "P004"), n=5)
    assert len(page["products"]) == len(cart["products"]) == 5
    assert {"P000", "P004"}.isdisjoint(entry["product_id"] for entry in cart["products"])
    assert page["with"] == ["P000"]
    assert all({"title", "price", "rung", "reasons"} <= set(entry) for entry in page["products"])


def test_an_empty_cart_is_shown_what_is_popular(grown):
    found = bundles.together(grown, (), n=3)
    assert [entry["rung"] for entry in found["products"]] == ["popular"] * 3


def test_before_it_was_learned_it_says_so(shop):
    with pytest.raises(NotLearned):
        bundles.together(shop, ("P000",))


class Asked:
    """A shop whose answer is known: A and B go with P, A is out of stock, and variety leaves B to be further down."""

    def ask(self, name, *, n, in_stock=True, **_):
        assert name == "baskets.together"
        listed = ["C", "D", "B"] if in_stock else ["A", "B", "C", "D"]
        return {"products": [{"product_id": each, "rung": "complement" if each < "D" else "popular"} for each in listed[:n]]}


def test_partners_out_of_stock_are_counted_and_what_variety_moved_down_is_not():
    assert bundles.not_in_stock(Asked(), ("P",), ["C", "D"], n=2) == 1
    assert bundles.not_in_stock(Asked(), ("P", "Q"), ["A", "B"], n=2) == 0, "all of them are shown"


def test_where_everything_is_in_stock_nothing_is_left_out(grown):
    shown = [entry["product_id"] for entry in bundles.together(grown, ("P000",))["products"]]
    assert bundles.not_in_stock(grown, ("P000",), shown) == 0
