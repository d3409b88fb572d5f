from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shopkeeper.core.errors import NotEnoughData

VISITS = [
    ("s1", "x", "view a, cart a, checkout, purchase a", {"device": "mobile", "channel": "email"}),
    ("s2", "y", "view a, view b, cart b", {"device": "mobile"}),
    ("s3", None, "view a", {"device": "desktop"}),
    ("s4", None, "cart c", {"device": "desktop"}),
    ("s5", None, "page_view"),
    ("s6", "z", "view b, cart b, checkout"),
]


def steps(result, dimension="all", name="all"):
    rows = [row for row in result.table.to_pylist() if (row["dimension"], row["name"]) == (dimension, name)]
    return {row["step"]: row["n_visits"] for row in rows}


def products(shop):
    rows = [("a", "Kitchen > Mug"), ("b", "Kitchen > Bowl"), ("c", None)]
    shop.upsert("products", [{"product_id": name, "title": name.upper(), "product_type": kind} for name, kind in rows])
    return shop


def test_steps_by_hand(visited, call):
    result = call(products(visited(VISITS)), "customers.funnels")
    assert steps(result) == {"view": 5, "cart": 4, "checkout": 2, "purchase": 1}
    assert steps(result, "product", "a") == {"view": 3, "cart": 1, "checkout": 1, "purchase": 1}
    assert steps(result, "product", "b") == {"view": 2, "cart": 2, "checkout": 1, "purchase": 0}
    assert steps(result, "product", "c") == {"view": 1, "cart": 1, "checkout": 0, "purchase": 0}
    assert steps(result, "category", "Kitchen") == {"view": 4, "cart": 3, "checkout": 2, "purchase": 1}
    assert steps(result, "category", "unknown") == {"view": 1, "cart": 1, "checkout": 0, "purchase": 0}
    assert steps(result, "device", "mobile")["view"] == 2
    assert steps(result, "channel", "email") == {"view": 1, "cart": 1, "checkout": 1, "purchase": 1}
    assert steps(result, "channel", "unknown")["view"] == 4
    whole = {row["step"]: row for row in result.table.to_pylist() if row["dimension"] == "all"}
    assert [whole[step]["share_of_first"] for step in ("view", "cart", "checkout", "purchase")] == [1.0, 0.8, 0.4, 0.2]
    assert [whole[step]["share_of_previous"] for step in ("view", "cart", "checkout", "purchase")] == [None, 0.8, 0.5, 0.5]
    assert whole["cart"]["share_low"] < 0.8 < whole["cart"]["share_high"]
    titles = {row["name"]: row["title"] for row in result.table.to_pylist() if row["dimension"] == "product"}
    assert titles == {"a": "A", "b": "B", "c": "C"}


def test_an_order_and_its_event_are_one_purchase(visited, order, call):
    shop = visited([("s1", "x", "view a, cart a", 0), ("s2", "x", "view a", 300), ("s3", "y", "view b", 0)])
    order(shop, "o1", "x", "a", 3, session="s1")
    order(shop, "o2", "y", "b", 900)
    result = call(shop, "customers.funnels")
    assert steps(result) == {"view": 3, "cart": 1, "purchase": 1}, "an order long after a visit is none of its"
    assert steps(result, "product", "a") == {"view": 2, "cart": 1, "purchase": 1}


def test_steps_that_name_no_product_are_of_what_was_in_the_cart(visited, call):
    result = call(visited([("s1", "x", "view a, view b, cart b, checkout, purchase")]), "customers.funnels")
    assert steps(result, "product", "a") == {"view": 1, "cart": 0, "checkout": 0, "purchase": 0}
    assert steps(result, "product", "b") == {"view": 1, "cart": 1, "checkout": 1, "purchase": 1}


def test_steps_that_the_shop_never_records_are_left_out(visited, call):
    rows = call(visited([("s1", "x", "view a, purchase a"), ("s2", "y", "view a")]), "customers.funnels").table.to_pylist()
    assert [(row["step"], row["place"]) for row in rows if row["dimension"] == "all"] == [("view", 1), ("purchase", 4)]


def test_hours_are_the_shops_own(visited, call):
    """Ten in the morning in Greenwich is eleven in London's summer."""
    assert steps(call(visited([("s1", "x", "view a", 0)]), "customers.funnels"), "hour", "11")["view"] == 1


def test_only_the_most_visited_products_are_told_apart(visited, call):
    shop = visited([(f"s{number}", None, f"view p{number % 7}") for number in range(25)])
    rows = call(shop, "customers.funnels", funnel_rows=3).table.to_pylist()
    assert {row["name"] for row in rows if row["dimension"] == "product"} == {"p0", "p1", "p2"}


def test_visits_of_long_ago_are_not_told(visited, call):
    shop = visited([("s1", "x", "view a", -60 * 24 * 10), ("s2", "x", "view a", 0)])
    assert steps(call(shop, "customers.funnels", funnel_days=5)) == {"view": 1, "purchase": 0}
    assert steps(call(shop, "customers.funnels", funnel_days=30))["view"] == 2


def test_a_shop_without_visits_is_refused(visited, call):
    with pytest.raises(NotEnoughData, match=r"customers\.funnels") as refused:
        call(visited([("s5", None, "page_view")]), "customers.funnels")
    assert refused.value.got
    assert refused.value.wanted
    assert refused.value.next


def many(shop, n, seed, broken=None):
    """``n`` visits of chance alone: 30 products, three devices; of the visits by the device ``broken`` few buy."""
    random = np.random.default_rng(seed)
    end = datetime(2024, 6, 12, 10, tzinfo=UTC)
    events = []
    for number in range(n):
        device, product = ("desktop", "mobile", "tablet")[random.integers(3)], f"p{random.integers(30)}"
        at = end - timedelta(minutes=float(random.uniform(0, 60 * 24 * 60)))
        depth = 1 + int(random.random() < 0.4)
        depth += depth == 2 and random.random() < (0.15 if device == broken else 0.5)
        events += [
            {"event_id": f"{number}-{step}", "at": at + timedelta(seconds=step), "event": event, "session_id": f"s{number}",
             "product_id": product, "device": device}
            for step, event in enumerate(("view_item", "add_to_cart", "purchase")[:depth])
        ]  # fmt: skip
    assert not shop.append("events", events).rejected
    return shop


def test_nothing_is_marked_where_there_is_nothing(shop, call):
    rows = call(many(shop, 3_000, 0), "customers.funnels").table.to_pylist()
    assert len({(row["dimension"], row["name"]) for row in rows}) > 50
    assert not [row for row in rows if row["is_large_drop"]]


def test_a_device_on_which_buying_fails_is_marked_and_nothing_else(shop, call):
    result = call(many(shop, 3_000, 0, broken="tablet"), "customers.funnels")
    marked = [row for row in result.table.to_pylist() if row["is_large_drop"]]
    assert [(row["dimension"], row["name"], row["step"]) for row in marked] == [("device", "tablet", "purchase")]
    assert marked[0]["share_of_previous"] == pytest.approx(0.15, abs=0.05)
    assert marked[0]["share_elsewhere"] == pytest.approx(0.5, abs=0.05)
    assert marked[0]["n_missing"] == pytest.approx(1_000 * 0.4 * 0.35, rel=0.25)
    assert "device tablet" in result.headline
