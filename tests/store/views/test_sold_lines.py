"""Cancelled orders are no purchases: not in lines, orders, features and sales; what came back is taken off once."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

LATER = datetime(2024, 4, 1, tzinfo=UTC)


def line(key, order, at, customer="c", quantity=1, price=10.0):
    return {"line_id": key, "order_id": order, "at": at, "customer_id": customer, "product_id": "p", "quantity": quantity,
            "price": price}  # fmt: skip


def state(key, order, at, status):
    return {"status_id": key, "order_id": order, "at": at, "status": status}


LINES = [
    line("1", "kept", "2024-01-01T10:00:00Z"),
    line("2", "cancelled", "2024-01-02T10:00:00Z", price=100.0),
    line("3", "cancelled", "2024-01-05T10:00:00Z", quantity=-1, price=100.0),  # taken back by a line, too: not once more
    line("4", "reopened", "2024-01-03T10:00:00Z", price=3.0),
    line("5", "came back", "2024-01-04T10:00:00Z", price=20.0),
    line("6", "came back", "2024-01-20T10:00:00Z", quantity=-1, price=20.0),
    line("7", "refunded", "2024-01-06T10:00:00Z", price=200.0),
]
STATES = [
    state("1", "cancelled", "2024-01-02T10:00:00Z", "placed"), state("2", "cancelled", "2024-01-05T09:00:00Z", "cancelled"),
    state("3", "reopened", "2024-01-04T00:00:00Z", "cancelled"), state("4", "reopened", "2024-01-05T00:00:00Z", "paid"),
    state("5", "came back", "2024-01-08T00:00:00Z", "delivered"), state("6", "came back", "2024-01-20T00:00:00Z", "returned"),
    state("7", "refunded", "2024-01-07T00:00:00Z", "cancelled"), state("8", "refunded", "2024-01-09T00:00:00Z", "refunded"),
    state("9", "kept", "2024-01-01T10:00:00Z", "shipped"),
]  # fmt: skip


@pytest.fixture
def shop(store):
    store.append("order_lines", LINES)
    store.append("order_status", STATES)
    return store


def read(store, query, as_of=LATER):
    with store.view(as_of=as_of) as view:
        return [tuple(row.values()) for row in view.sql(query).to_pylist()]


def test_an_order_is_cancelled_when_its_newest_state_is(shop):
    assert read(shop, "SELECT order_id FROM cancelled_orders ORDER BY 1") == [("cancelled",), ("refunded",)]
    assert read(shop, "SELECT line_id FROM sold_lines ORDER BY 1") == [("1",), ("4",), ("5",), ("6",)]


def test_of_states_of_one_moment_cancelled_is_the_last(store):
    day = "2024-01-01"
    store.append(
        "order_status", [state("9", "o", day, "shipped"), state("1", "o", day, "cancelled"), state("5", "o", day, "paid")]
    )
    assert read(store, "SELECT order_id FROM cancelled_orders") == [("o",)]


def test_what_is_known_of_the_customer_knows_nothing_of_it(shop):
    with shop.view(as_of=LATER) as view:
        orders = view.sql("SELECT order_id, value FROM customer_orders ORDER BY 1").to_pylist()
        (known,) = view.table("customer_state").to_pylist()
    assert [tuple(row.values()) for row in orders] == [("came back", 20.0), ("kept", 10.0), ("reopened", 3.0)]
    assert [known[name] for name in ("n_orders", "revenue", "returned", "value", "n_returns")] == [3, 33.0, 20.0, 13.0, 1]
    assert known["last_order_at"] == datetime(2024, 1, 4, 10)


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (datetime(2024, 1, 4, 12, tzinfo=UTC), ["came back", "cancelled", "kept"]),  # reopened is cancelled just now
        (datetime(2024, 1, 5, 12, tzinfo=UTC), ["came back", "kept", "reopened"]),
        (datetime(2024, 1, 6, 12, tzinfo=UTC), ["came back", "kept", "refunded", "reopened"]),  # not cancelled yet
    ],
)
def test_a_cancellation_is_known_from_its_moment_on(shop, day, known):
    assert [row[0] for row in read(shop, "SELECT order_id FROM customer_orders ORDER BY 1", day)] == known


def test_daily_sales_are_without_it(shop):
    found = read(shop, "SELECT date, revenue, returned, n_orders FROM daily_sales ORDER BY 1")
    assert found == [
        (date(2024, 1, 1), 10.0, 0.0, 1), (date(2024, 1, 3), 3.0, 0.0, 1), (date(2024, 1, 4), 20.0, 0.0, 1),
        (date(2024, 1, 20), 0.0, 20.0, 0),
    ]  # fmt: skip


def test_for_recommending_it_is_still_a_sign_of_interest(shop):
    assert read(shop, "SELECT count(*) FROM interactions WHERE event = 'purchase'") == [(5,)]


def test_orders_without_lines_and_purchases_that_only_events_tell(store):
    def event(key, at, **more):
        return {"event_id": key, "at": at, "event": "purchase", "customer_id": "c", "product_id": "p", "value": 5.0, **more}

    store.append("orders", [
        {"order_id": "o1", "at": "2024-01-01", "customer_id": "c", "value": 30.0, "session_id": "s1"},
        {"order_id": "o2", "at": "2024-01-02", "customer_id": "c", "value": 12.0, "session_id": "s2"},
        {"order_id": "o3", "at": "2024-01-03", "customer_id": "c", "value": -4.0},
    ])  # fmt: skip
    store.append("events", [
        event("1", "2024-01-01", session_id="s1"),  # the same order without its number: does not come back as another
        event("2", "2024-01-10", session_id="s9", order_id="o9"),
        event("3", "2024-01-11", session_id="s8", order_id="o8"),
    ])  # fmt: skip
    store.append("order_status", [state(name, name, "2024-01-20", "cancelled") for name in ("o1", "o3", "o9")])
    assert read(store, "SELECT order_id, value FROM customer_orders ORDER BY 1") == [("o2", 12.0), ("o8", 5.0)]
    with store.view(as_of=LATER) as view:
        (known,) = view.table("customer_state").to_pylist()
    assert (known["n_orders"], known["revenue"], known["returned"]) == (2, 17.0, 0.0)
    visits = dict(read(store, "SELECT session_id, depth FROM customer_visits"))
    assert visits == {"s1": 4, "s8": 4, "s9": 3}  # that of s1 does not say which order it was
    assert read(store, "SELECT max(n_checkouts) FROM customer_visits") == [(0,)]


def test_who_has_only_cancelled_is_known_and_has_no_orders(store):
    store.upsert("customers", [{"customer_id": "c"}])
    store.append("order_lines", [line("1", "o", "2024-01-01"), line("2", "g", "2024-01-01", customer="guest")])
    store.append("order_status", [state("1", "o", "2024-01-02", "cancelled"), state("2", "g", "2024-01-02", "cancelled")])
    with store.view(as_of=LATER) as view:
        assert [(row["customer_id"], row["n_orders"]) for row in view.table("customer_state").to_pylist()] == [("c", 0)]
        assert view.count("daily_sales") == 0
