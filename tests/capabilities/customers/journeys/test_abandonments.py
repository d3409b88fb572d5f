import json
from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.core.errors import NotEnoughData

START = datetime(2024, 6, 10, 10, tzinfo=UTC)


def left(result):
    return {row["session_id"]: (row["kind"], json.loads(row["product_ids"])) for row in result.table.to_pylist()}


def test_what_was_left_by_hand(visited, order, call):
    shop = visited([
        ("looked", "x", "view a, view b"),
        ("filled", "y", "view a, cart a, view b, cart c"),
        ("paying", None, "cart a, checkout"),
        ("emptied", "z", "view a, cart a, out a"),
        ("again", "z", "cart a, out a, cart a"),
        ("bought", "v", "view a, cart a, checkout, purchase a"),
        ("half", "w", "cart a, cart b, view c, checkout, purchase a"),
        ("idle", None, "page_view"),
    ])  # fmt: skip
    assert left(call(shop, "customers.abandonments")) == {
        "looked": ("browse", ["b", "a"]),
        "filled": ("cart", ["c", "a"]),
        "paying": ("checkout", ["a"]),
        "emptied": ("browse", ["a"]),
        "again": ("cart", ["a"]),
        "half": ("checkout", ["b"]),
    }


def test_what_was_bought_later_elsewhere_was_not_left(visited, order, call):
    shop = visited([("s1", "x", "view a, cart a, cart b", 0), ("s2", "y", "cart a", 0), ("s3", "z", "cart a", 100)])
    order(shop, "o1", "x", "a", 900)
    order(shop, "o2", "y", "a", -900)  # before the visit: wanted again
    order(shop, "o3", None, "a", 1_000)  # a guest's, who is nobody's
    assert left(call(shop, "customers.abandonments")) == {"s1": ("cart", ["b"]), "s2": ("cart", ["a"]), "s3": ("cart", ["a"])}


def test_a_guest_who_paid_in_the_visit_left_nothing(visited, order, call):
    shop = visited([("s1", None, "view a, cart a, checkout", 0), ("s2", None, "view b", 0)])
    order(shop, "o1", None, "a", 3, session="s1")
    assert left(call(shop, "customers.abandonments")) == {"s2": ("browse", ["b"])}


def test_another_variant_is_as_good(visited, order, call):
    shop = visited([("s1", "x", "cart red", 0)])
    shop.upsert("products", [{"product_id": name, "title": name, "item_group_id": "shirt"} for name in ("red", "blue")])
    order(shop, "o1", "x", "blue", 900)
    assert left(call(shop, "customers.abandonments")) == {}


def test_a_purchase_that_names_no_product_is_of_the_whole_cart(visited, call):
    shop = visited([("s1", "x", "view b, cart a, checkout, purchase", 0), ("s2", "y", "view a", 0)])
    assert left(call(shop, "customers.abandonments")) == {"s2": ("browse", ["a"])}


def test_value_is_at_todays_prices_and_by_how_many(visited, call):
    shop = visited([("s1", "x", "cart a, cart a, cart b, cart c", 0), ("s2", "y", "cart c", 0)])
    shop.upsert("products", [
        {"product_id": "a", "title": "A", "price": 10.0, "sale_price": 7.5}, {"product_id": "b", "title": "B", "price": 1.25},
        {"product_id": "c", "title": "C"},
    ])  # fmt: skip
    values = {row["session_id"]: row["value"] for row in call(shop, "customers.abandonments").table.to_pylist()}
    assert values == {"s1": 2 * 7.5 + 1.25, "s2": None}


def test_who_may_still_be_buying_is_not_told_yet(visited, call):
    ends = (2 * 24 - 3) * 60  # three hours before the shop's newest moment
    shop = visited([("s1", "x", "cart a", ends)])
    assert left(call(shop, "customers.abandonments", abandoned_after_hours=4)) == {}
    assert left(call(shop, "customers.abandonments", abandoned_after_hours=2)) == {"s1": ("cart", ["a"])}


def test_only_the_last_days_are_told(visited, call):
    shop = visited([("s1", "x", "cart a", -60 * 24 * 9), ("s2", "x", "cart b", 0)])
    assert set(left(call(shop, "customers.abandonments", abandoned_days=5))) == {"s2"}
    assert set(left(call(shop, "customers.abandonments", abandoned_days=30))) == {"s1", "s2"}


def test_each_customers_newest_visit_is_marked(visited, call):
    shop = visited([("s1", "x", "cart a", 0), ("s2", "x", "cart b", 100), ("s3", None, "cart a", 0), ("s4", None, "cart a", 5)])
    rows = call(shop, "customers.abandonments").table.to_pylist()
    assert {row["session_id"]: row["is_newest"] for row in rows} == {"s1": False, "s2": True, "s3": True, "s4": True}
    assert [row["session_id"] for row in rows] == ["s2", "s4", "s1", "s3"], "the newest first"


def test_an_earlier_look_sees_nothing_later(visited, order, call):
    shop = visited([("s1", "x", "cart a", 0)])
    order(shop, "o1", "x", "a", 900)
    assert left(call(shop, "customers.abandonments")) == {}
    assert left(call(shop, "customers.abandonments", as_of=START + timedelta(minutes=800))) == {"s1": ("cart", ["a"])}


def test_a_shop_without_visits_is_refused(visited, call):
    with pytest.raises(NotEnoughData, match=r"customers\.abandonments"):
        call(visited([("s5", None, "page_view")]), "customers.abandonments")


def test_a_catalog_that_is_brought_in_later_moves_no_clock(visited, call):
    shop = visited([("s1", "x", "cart a", 0)])
    assert left(call(shop, "customers.abandonments", as_of=datetime(2026, 1, 1, tzinfo=UTC))) == {"s1": ("cart", ["a"])}


def test_an_order_that_was_cancelled_is_no_cart_that_was_left(visited, order, call):
    shop = visited([("s1", "x", "view a, cart a, checkout", 0), ("s2", "x", "cart b", 0)])
    order(shop, "o1", "x", "a", 3, session="s1")
    shop.append("order_status", [{"status_id": "1", "order_id": "o1", "at": START + timedelta(hours=9), "status": "cancelled"}])
    assert left(call(shop, "customers.abandonments")) == {"s2": ("cart", ["b"])}
