"""Prices that hold, costs that are known or assumed, and what can be bought."""

from contextlib import closing
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from shopkeeper.capabilities.baskets.bundles.terms import read_terms

IDS = pa.array(["bare", "cup", "gone", "ink", "sold out"], pa.large_string())


@pytest.fixture(scope="module")
def terms(make_small):
    at = datetime(2025, 1, 2, tzinfo=UTC)
    paid = [("bare", 3.0), ("bare", 5.0), ("bare", 4.0), ("cup", 99.0)]
    rows = [
        {"line_id": str(n), "order_id": str(n), "product_id": name, "quantity": 1.0, "price": price, "at": at}
        for n, (name, price) in enumerate(paid)
    ]
    catalog = [
        {"product_id": "cup", "price": 8.0, "sale_price": 7.0, "cost": 2.0, "title": "Cup"},
        {"product_id": "gone", "price": 8.0, "availability": "discontinued"},
        {"product_id": "ink", "price": 10.0},
        {"product_id": "sold out", "price": 10.0},
    ]
    shop = make_small(rows, catalog)
    shop.append("stock_levels", [{"stock_id": "1", "product_id": "sold out", "at": at, "quantity": 0.0}])
    with closing(shop.view()) as view:
        return read_terms(view, IDS, 0.4)


def test_what_holds_now_before_what_was_paid(terms):
    assert terms.price.tolist() == [4.0, 7.0, 8.0, 10.0, 10.0]
    assert terms.title == [None, "Cup", None, None, None]


def test_unknown_costs_are_a_share_of_the_price(terms):
    assert terms.cost == pytest.approx([2.4, 2.0, 4.8, 6.0, 6.0])
    assert terms.cost_known.tolist() == [False, True, False, False, False]


def test_what_cannot_be_bought(terms):
    assert terms.can_be_bought.tolist() == [True, True, False, True, False]
