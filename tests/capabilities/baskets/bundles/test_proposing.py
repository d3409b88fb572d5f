"""Bundles of a small shop: the planted pairs, priced, in stock, and none twice."""

import json
from datetime import UTC, datetime

import pytest

from shopkeeper.core.errors import NotEnoughData


@pytest.fixture(scope="module")
def proposed(make_small):
    return make_small().run("baskets.bundles")


def sets_of(table):
    return [tuple(json.loads(text)) for text in table["product_ids"].to_pylist()]


def test_planted_pairs_are_proposed_first(proposed):
    """One in twenty of the pairs may be chance, and the shop is small."""
    proposals = sets_of(proposed.table)
    assert set(proposals[:3]) == {("cup", "saucer"), ("bulb", "lamp"), ("ink", "pen")}
    assert len(proposals) <= 4
    for row in proposed.table.to_pylist():
        assert row["bundle_id"] == "+".join(json.loads(row["product_ids"]))
        assert row["margin"] == pytest.approx(row["price"] - row["cost"])
        assert row["margin_earned_low"] <= row["margin_earned"] <= row["margin_earned_high"]
        assert row["bundle_price"] <= row["price"]
        assert row["break_even_uplift"] < row["uplift"]
        assert not row["cost_is_assumed"]


def test_the_best_comes_first(proposed):
    earned = proposed.table["margin_earned"].to_pylist()
    assert earned == sorted(earned, reverse=True)
    assert f"{len(earned)} bundles would add" in proposed.headline


def test_what_is_sold_out_is_left_out(make_small):
    shop = make_small()
    shop.append("stock_levels", [{"stock_id": "1", "product_id": "cup", "at": datetime(2026, 1, 1, tzinfo=UTC), "quantity": 0.0}])
    assert not any("cup" in each for each in sets_of(shop.run("baskets.bundles").table))


def test_a_larger_uplift_allows_a_larger_discount(make_small):
    shop = make_small()
    small = shop.run("baskets.bundles", {"bundle_uplift": 0.1}).table
    large = shop.run("baskets.bundles", {"bundle_uplift": 2.0}, force=True).table
    assert max(large["discount_share"].to_pylist()) > max(small["discount_share"].to_pylist())
    assert max(large["discount_share"].to_pylist()) <= 0.1


def test_assumed_costs_are_told(make_small):
    catalog = [{"product_id": name, "price": 10.0} for name in ("cup", "saucer", "lamp", "bulb", "pen", "ink")]
    run = make_small(None, catalog).run("baskets.bundles")
    assert all(run.table["cost_is_assumed"].to_pylist())
    assert "costs are assumed" in run.headline


def test_too_few_baskets_are_refused(make_small):
    at = datetime(2025, 1, 1, tzinfo=UTC)
    rows = [
        {"line_id": str(n), "order_id": str(n // 2), "product_id": f"p{n % 2}", "quantity": 1.0, "price": 1.0, "at": at}
        for n in range(10)
    ]
    with pytest.raises(NotEnoughData) as refused:
        make_small(rows).run("baskets.bundles")
    assert "5 orders of the last year" in refused.value.got
