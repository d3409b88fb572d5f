"""What is known of each customer, against numbers computed by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from math import sqrt

import pytest

NOW = datetime(2024, 3, 1, tzinfo=UTC)


def line(key, order, at, customer, product, quantity, price, **more):
    return {"line_id": key, "order_id": order, "at": at, "customer_id": customer, "product_id": product, "quantity": quantity,
            "price": price, **more}  # fmt: skip


PRODUCTS = [
    {"product_id": "p1", "product_type": "Home", "brand": "X"},
    {"product_id": "p2", "product_type": "Home", "brand": "Y"},
    {"product_id": "p3", "product_type": 'Toys "big"', "brand": "X"},
    {"product_id": "p4"},
]
LINES = [
    line("1", "o1", "2024-01-01T10:00:00Z", "c1", "p1", 2, 10.0),  # a Monday
    line("2", "o1", "2024-01-01T10:00:00Z", "c1", "p2", 1, 5.0),
    line("3", "o2", "2024-01-11T10:30:00Z", "c1", "p1", 1, 8.0, discount=2.0),  # a Thursday
    line("4", "o3", "2024-01-31T18:00:00Z", "c1", "p3", 1, 20.0),  # a Wednesday
    line("5", "o3", "2024-01-31T18:00:00Z", "c1", "p3", 1, 20.0),
    line("6", "o3", "2024-01-31T18:00:00Z", "c1", "p4", 1, 1.0),
    line("7", "o4", "2024-01-31T20:00:00Z", "c1", "p1", 1, 10.0),
    line("8", "o1", "2024-02-05T12:00:00Z", "c1", "p1", -1, 10.0),
    line("9", "g1", "2024-02-06T12:00:00Z", None, "p5", 1, 3.0),  # a guest
]
ORDERS = [
    {"order_id": "o1", "at": "2024-01-01T10:00:00Z", "customer_id": "c1", "value": 15.0, "payment_method": "paypal",
     "channel": "email", "device": "mobile", "session_id": "s1"},
    {"order_id": "o2", "at": "2024-01-11T10:30:00Z", "customer_id": "c1", "value": 8.0, "payment_method": "card", "channel": "cpc",
     "discount": 2.0},  # the line's
    {"order_id": "o4", "at": "2024-01-31T20:00:00Z", "customer_id": "c1", "value": 10.0, "discount": 1.0},
]  # fmt: skip


def event(key, at, kind, customer="c1", session="s1", **more):
    return {"event_id": key, "at": at, "event": kind, "customer_id": customer, "session_id": session, **more}


EVENTS = [
    event("a", "2024-01-01T09:50:00Z", "view_item", product_id="p1", channel="email", device="mobile"),
    event("b", "2024-01-01T09:52:00Z", "view_item", product_id="p2"),
    event("c", "2024-01-01T09:53:00Z", "add_to_cart", product_id="p1"),
    event("d", "2024-01-01T09:55:00Z", "begin_checkout", product_id="p1"),
    event("e", "2024-01-01T09:55:00Z", "begin_checkout", product_id="p2"),
    event("f", "2024-01-01T10:00:00Z", "purchase", product_id="p1", order_id="o1", quantity=2, value=20.0),
    event("g", "2024-02-20T08:00:00Z", "search", session="s2", search_term="Red lamp", channel="organic"),
    event("h", "2024-02-20T08:00:01Z", "view_search_results", session="s2", search_term="Red lamp"),
    event("i", "2024-02-20T08:01:00Z", "view_item", session="s2", product_id="p1", device="desktop"),
    event("j", "2024-02-21T08:00:00Z", "search", session="s3", search_term="lamp, blue"),
    event("k", "2024-02-22T23:30:00Z", "page_view", session=None, device="desktop"),
    event("l", "2024-02-22T23:40:00Z", "add_to_cart", session=None, product_id="p2"),
    event("m", "2024-02-23T12:00:00Z", "view_item", customer=None, session="s9", product_id="p1"),
]


@pytest.fixture
def shop(store):
    store.upsert("products", PRODUCTS)
    store.upsert("customers", [{"customer_id": "c1", "country": "UK"}, {"customer_id": "quiet"}])
    store.append("order_lines", LINES)
    store.append("orders", ORDERS)
    store.append("events", EVENTS)
    store.append("reviews", [
        {"review_id": "r1", "at": "2024-02-01", "product_id": "p1", "customer_id": "c1", "rating": 4},
        {"review_id": "r2", "at": "2024-02-02", "product_id": "p3", "customer_id": "c1", "rating": 5},
        {"review_id": "r3", "at": "2024-02-03", "product_id": "p3", "customer_id": "c1", "text": "no stars"},
        {"review_id": "r4", "at": "2024-02-03", "product_id": "p3", "customer_id": "reviewer", "rating": 1},
    ])  # fmt: skip
    store.append("messages", [
        {"message_id": "m1", "at": "2024-02-25", "conversation_id": "v", "sender": "customer", "customer_id": "c1", "text": "hi"},
        {"message_id": "m2", "at": "2024-02-26", "conversation_id": "v", "sender": "agent", "customer_id": "c1", "text": "hello"},
        {"message_id": "m3", "at": "2024-02-26", "conversation_id": "w", "sender": "agent", "customer_id": "silent", "text": "hello"},
    ])  # fmt: skip
    return store


def state(store, as_of=NOW, **options):
    with store.view(as_of=as_of, **options) as view:
        return {row["customer_id"]: row for row in view.table("customer_state").to_pylist()}


EXPECTED = {
    "first_order_at": datetime(2024, 1, 1, 10), "last_order_at": datetime(2024, 1, 31, 20),
    "recency_days": 29 + 4 / 24, "tenure_days": 59 + 14 / 24, "n_orders": 4, "n_orders_12m": 4, "n_orders_90d": 4,
    # buying days: 1, 11 and 31 January
    "gap_mean_days": 15.0, "gap_median_days": 15.0, "gap_std_days": sqrt(50), "regularity": 1 / (1 + sqrt(50) / 15),
    "overdue": (29 + 4 / 24) / 15,
    "revenue": 84.0, "returned": 10.0, "value": 74.0, "value_12m": 74.0, "value_90d": 74.0, "order_value_mean": 21.0,
    "return_share": 10 / 84, "n_returns": 1,
    # Home: p1 is the dearer (3 lines), p2 the cheaper; p3 is alone; p4 is cheaper than p5 of those without a category
    "price_level": 3 / 5,
    "discount_share": 2 / 7,  # a line's own discount, a coupon on the order
    "basket_size_mean": 6 / 4, "basket_units_mean": 8 / 4, "n_products": 4, "repeat_share": 2 / 6,
    "n_categories": 2, "category": "Home", "category_share": 43 / 83, "n_brands": 2, "brand": "X", "brand_share": 78 / 83,
    "hour": 10, "hour_share": 0.5, "weekday": 3, "weekday_share": 0.5, "weekend_share": 0.0,
    # visits s1 (email), s2 (organic) and orders outside of them (cpc): the first by name of the most frequent
    "channel": "cpc", "channel_share": 1 / 3, "device": "desktop", "device_share": 2 / 3, "payment_method": "card",
    "last_seen_at": datetime(2024, 2, 25), "seen_days": 5.0,
    "n_visits": 4, "n_visits_30d": 3, "n_views": 3, "n_views_30d": 1, "n_carts": 2, "n_carts_30d": 1, "n_checkouts": 1,
    "n_searches": 2, "funnel_depth": (4 + 1 + 1 + 2) / 4, "conversion": 1 / 4,
    "n_reviews": 3, "rating_mean": 4.5, "n_messages": 1, "last_message_at": datetime(2024, 2, 25),
}  # fmt: skip


def test_every_feature_of_a_customer_who_did_a_bit_of_everything(shop):
    found = state(shop)["c1"]
    for name, wanted in EXPECTED.items():
        assert found[name] == (pytest.approx(wanted, abs=1e-9) if isinstance(wanted, float) else wanted), name
    assert json.loads(found["categories"]) == {"Home": 0.5181, 'Toys "big"': 0.4819}
    assert json.loads(found["brands"]) == {"X": 0.9398, "Y": 0.0602}
    assert json.loads(found["search_words"]) == ["lamp", "blue", "red"]
    told = {"customer_id", "categories", "brands", "search_words"}
    assert set(found) == {*EXPECTED, *told}


def test_hours_weekdays_and_days_are_the_shops_own(shop):
    found = state(shop, time_zone="Pacific/Auckland")["c1"]  # UTC+13 in January
    assert (found["hour"], found["weekday"]) == (23, 4)  # 10:00 is 23:00; 18:00 and 20:00 on Wednesday are Thursday's
    assert found["n_visits"] == 4


def test_whoever_is_known_has_a_row_and_guests_have_none(shop):
    found = state(shop)
    assert sorted(found) == ["c1", "quiet", "reviewer"]  # nobody wrote as "silent"
    quiet = {name: value for name, value in found["quiet"].items() if value not in (None, 0)}
    assert quiet == {"customer_id": "quiet"}
    assert found["quiet"]["n_orders"] == 0
    assert found["quiet"]["revenue"] == 0.0
    assert found["quiet"]["recency_days"] is None
    assert found["reviewer"]["last_seen_at"] == datetime(2024, 2, 3)
    assert found["reviewer"]["n_visits"] == 0


def test_a_shop_without_rows_knows_nobody(store):
    assert state(store) == {}


def test_one_line_says_what_it_can(store):
    store.append("order_lines", [line("1", "o", "2024-02-29T00:00:00Z", "c", "p", 2, 3.0)])
    found = state(store)["c"]
    assert (found["n_orders"], found["revenue"], found["recency_days"]) == (1, 6.0, 1.0)
    assert [found[name] for name in ("gap_mean_days", "gap_std_days", "overdue", "price_level", "category", "conversion")] == [
        None
    ] * 6
    assert found["discount_share"] == 0.0


def test_prices_are_reduced_when_five_percent_below_what_is_usually_paid(store):
    paid = [("a", 10.0), ("b", 10.0), ("c", 9.6), ("d", 9.4), ("e", 12.0)]
    store.append("order_lines", [line(name, name, "2024-02-01", name, "p", 1, price) for name, price in paid])
    found = state(store)
    assert [found[name]["discount_share"] for name in "abcde"] == [0, 0, 0, 1, 0]


def test_orders_without_lines_and_lines_without_a_customer(store):
    store.append("orders", [
        {"order_id": "o1", "at": "2024-02-01", "customer_id": "c", "value": 30.0},
        {"order_id": "o2", "at": "2024-02-11", "customer_id": "c", "value": 12.0},
        {"order_id": "o3", "at": "2024-02-12", "customer_id": "c", "value": -5.0},
        {"order_id": "o4", "at": "2024-02-12", "customer_id": None, "value": 99.0},
        {"order_id": "o5", "at": "2024-02-13", "customer_id": "c", "value": -7.0},
    ])  # fmt: skip
    store.append("order_lines", [
        line("1", "o2", "2024-02-11", None, "p", 2, 6.0),  # its order knows whose it is
        line("2", "o5", "2024-02-13", "c", "p", -1, 7.0),  # told by the line: not once more by its order
    ])  # fmt: skip
    found = state(store)
    assert list(found) == ["c"]
    assert [found["c"][name] for name in ("n_orders", "revenue", "returned", "n_returns", "n_products", "basket_units_mean")] == [
        2, 42.0, 12.0, 2, 1, 2.0,
    ]  # fmt: skip


def test_a_purchase_that_only_events_tell_is_an_order_and_one_told_twice_counts_once(store):
    store.append("order_lines", [line("1", "o1", "2024-02-01T10:00:00Z", "c", "p", 1, 5.0)])
    store.append(
        "orders", [{"order_id": "o7", "at": "2024-02-07T10:00:00Z", "customer_id": "c", "value": 8.0, "session_id": "s7"}]
    )
    store.append("events", [
        event("1", "2024-02-01T10:00:00Z", "purchase", "c", None, product_id="p", order_id="o1", value=5.0),  # by its order
        event("2", "2024-02-01T12:00:00Z", "purchase", "c", None, product_id="p", value=5.0),  # by its day
        event("3", "2024-02-08T01:00:00Z", "purchase", "c", "s7", product_id="p", value=8.0),  # by its session
        event("4", "2024-02-09T10:00:00Z", "purchase", "c", "s9", product_id="p", quantity=2, value=6.0),
        event("5", "2024-02-09T10:00:00Z", "purchase", "c", "s9", product_id="q", value=1.0),
        event("6", "2024-02-19T10:00:00Z", "purchase", "c", "s10", product_id="q", order_id="o10"),
    ])  # fmt: skip
    found = state(store)["c"]
    assert [found[name] for name in ("n_orders", "revenue", "n_products")] == [4, 20.0, 2]
    assert found["basket_size_mean"] == pytest.approx((1 + 2 + 1) / 3)  # o7 tells no products


def test_an_order_placed_during_a_visit_is_its_purchase(store):
    store.append("events", [
        event("1", "2024-02-01T10:00:00Z", "view_item", "c", "s1", product_id="p"),
        event("2", "2024-02-02T10:00:00Z", "view_item", "c", "s2", product_id="p"),
        event("3", "2024-02-03T10:00:00Z", "view_item", "c", None, product_id="p"),
        event("4", "2024-02-04T10:00:00Z", "view_item", "c", None, product_id="p"),
    ])  # fmt: skip
    store.append("order_lines", [
        line("1", "o1", "2024-02-01T10:20:00Z", "c", "p", 1, 5.0),
        line("2", "o2", "2024-02-02T19:00:00Z", "c", "p", 1, 5.0),  # hours after s2
        line("3", "o3", "2024-02-03T19:00:00Z", "c", "p", 1, 5.0),  # no session is known that day
    ])  # fmt: skip
    found = state(store)["c"]
    assert (found["n_visits"], found["conversion"], found["funnel_depth"]) == (4, 0.5, 2.5)


def test_ties_are_broken_by_name_or_the_lowest_whatever_the_order_of_rows(store):
    store.upsert("products", [{"product_id": "p1", "product_type": "B"}, {"product_id": "p2", "product_type": "A"}])
    lines = [
        line("1", "o1", "2024-02-05T20:00:00Z", "c", "p1", 1, 5.0), line("2", "o2", "2024-02-06T09:00:00Z", "c", "p2", 1, 5.0),
        line("3", "o3", "2024-02-05T20:00:00Z", "d", "p1", 1, 5.0), line("4", "o4", "2024-02-06T09:00:00Z", "d", "p2", 1, 5.0),
    ]  # fmt: skip
    store.append("order_lines", lines[:2] + lines[:1:-1])
    found = state(store)
    for name in ("c", "d"):
        assert (found[name]["category"], found[name]["hour"], found[name]["weekday"]) == ("A", 9, 1)
        assert found[name]["categories"] == '{"A": 0.5, "B": 0.5}'


def test_what_comes_later_changes_nothing(shop):
    moment = datetime(2024, 1, 20, tzinfo=UTC)
    before = state(shop, as_of=moment)
    shop.append("order_lines", [
        line("x1", "o1", "2024-02-10", "c1", "p2", 5, 1.0), line("x2", "o9", "2024-02-10", "new", "p1", 1, 99.0),
    ])  # fmt: skip
    shop.append("events", [event("x3", "2024-02-10", "purchase", "c1", "s1", product_id="p1", value=3.0)])
    shop.upsert("customers", [{"customer_id": "later", "created_at": "2024-02-10"}])
    assert state(shop, as_of=moment) == before
    with shop.view(as_of=NOW) as view, view.before(moment) as earlier:
        assert {row["customer_id"]: row for row in earlier.table("customer_state").to_pylist()} == before
    assert before["c1"]["n_orders"] == 2
    assert before["c1"]["n_messages"] == 0


def test_where_only_the_days_of_orders_are_known_there_is_no_usual_hour(store):
    midnight = [line(str(n), f"d{n}", f"2024-01-0{n}T05:00:00Z", "c", "p", 1, 5.0) for n in range(1, 4)]
    store.append("order_lines", midnight)

    def habits():
        with store.view(as_of=NOW, time_zone="America/New_York") as view:
            query = "SELECT customer_id, hour, hour_share, weekday, n_orders FROM customer_state ORDER BY 1"
            return [tuple(row.values()) for row in view.sql(query).to_pylist()]

    assert habits() == [("c", None, None, 1, 3)]
    store.append(
        "order_lines", [line("x", "x", "2024-01-05T15:30:00Z", "d", "p", 1, 5.0)]
    )  # one with a time: midnight is one, too
    assert habits() == [("c", 0, 1.0, 1, 3), ("d", 10, 1.0, 5, 1)]
