"""What a visitor did before the login is the customer's, as soon as the login is known and if it names one customer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

LATER = datetime(2024, 4, 1, tzinfo=UTC)


def event(key, minute, kind, session, customer=None, **more):
    return {
        "event_id": key,
        "at": f"2024-01-01T10:{minute:02}:00Z",
        "event": kind,
        "session_id": session,
        "customer_id": customer,
        **more,
    }


EVENTS = [
    event("1", 0, "view_item", "s1", product_id="p", channel="email"),
    event("2", 1, "search", "s1", search_term="red lamp"),
    event("3", 2, "add_to_cart", "s1", product_id="p"),
    event("4", 5, "login", "s1", "c"),
    event("5", 6, "view_item", "s1", "c", product_id="q", device="mobile"),
    event("6", 0, "view_item", "s2", product_id="p"),  # two in one visit
    event("7", 1, "login", "s2", "c"),
    event("8", 2, "login", "s2", "d"),
    event("9", 0, "view_item", "s3", product_id="p"),  # nobody
    event("10", 30, "view_item", "s4", product_id="p"),  # named by its order
    event("11", 31, "view_item", None, product_id="p"),
]
ORDER = {"order_id": "o", "at": "2024-01-01T10:35:00Z", "customer_id": "e", "session_id": "s4", "value": 5.0}


@pytest.fixture
def shop(store):
    store.append("events", EVENTS)
    store.append("orders", [ORDER])
    return store


def read(store, query, as_of=LATER):
    with store.view(as_of=as_of) as view:
        return [tuple(row.values()) for row in view.sql(query).to_pylist()]


def test_a_visit_is_its_one_customers_from_its_beginning(shop):
    found = read(shop, "SELECT event_id, customer_id FROM customer_events ORDER BY CAST(event_id AS INTEGER)")
    assert found == [("1", "c"), ("2", "c"), ("3", "c"), ("4", "c"), ("5", "c"), ("7", "c"), ("8", "d"), ("10", "e")]
    visits = read(
        shop,
        "SELECT customer_id, session_id, minute(started_at), n_views, n_carts, n_searches, channel, device, depth FROM customer_visits "
        "ORDER BY 1, 2",
    )
    assert visits == [
        ("c", "s1", 0, 2, 1, 1, "email", "mobile", 2), ("c", "s2", 1, 0, 0, 0, None, None, 0), ("d", "s2", 2, 0, 0, 0, None, None, 0),
        ("e", "s4", 30, 1, 0, 0, None, None, 4),
    ]  # fmt: skip
    assert read(shop, "SELECT customer_id, channel FROM customer_comings WHERE channel IS NOT NULL") == [("c", "email")]


def test_features_tell_the_same_story_as_visits(shop):
    with shop.view(as_of=datetime(2024, 1, 2, tzinfo=UTC)) as view:
        (known, *_) = view.table("customer_state").to_pylist()
    assert [known[name] for name in ("customer_id", "n_visits", "n_views", "n_views_30d", "n_carts_30d")] == ["c", 2, 2, 2, 1]
    assert known["search_words"] == '["lamp", "red"]'


def test_before_the_login_nobody_knows(shop):
    before = datetime(2024, 1, 1, 10, 4, tzinfo=UTC)
    assert read(shop, "SELECT event_id FROM customer_events WHERE session_id = 's1'", before) == []
    assert read(shop, "SELECT session_id FROM customer_visits WHERE session_id = 's1'", before) == []
    assert read(shop, "SELECT count(*) FROM customer_events WHERE session_id = 's4'", before.replace(minute=34)) == [(0,)]


def test_a_purchase_before_the_account_is_the_customers_unless_its_order_is_a_guests(store):
    store.append("events", [
        event("1", 0, "purchase", "s1", product_id="p", value=7.0), event("2", 5, "sign_up", "s1", "c"),
        event("3", 10, "purchase", "s2", product_id="p", value=9.0, order_id="g"), event("4", 15, "sign_up", "s2", "d"),
    ])  # fmt: skip
    store.append("order_lines", [
        {"line_id": "1", "order_id": "g", "at": "2024-01-01T10:10:00Z", "product_id": "p", "quantity": 1, "price": 9.0}
    ])  # fmt: skip
    assert read(store, "SELECT customer_id, order_id, value FROM customer_orders") == [("c", "session:s1", 7.0)]


def test_where_every_event_names_its_customer_nothing_is_found_out(store):
    store.append(
        "events", [event("1", 0, "view_item", "s1", "c", product_id="p"), event("2", 0, "view_item", None, None, product_id="p")]
    )
    assert read(store, "SELECT * FROM session_customers") == []
    assert read(store, "SELECT customer_id FROM customer_events") == [("c",)]


def test_recommending_leaves_events_as_they_were_told(shop):
    """The live model hears events one by one: what it learns anew must be what it heard."""
    assert read(shop, "SELECT count(*) FROM interactions WHERE session_id = 's1' AND customer_id IS NULL") == [(2,)]
