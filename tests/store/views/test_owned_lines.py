"""Whose a line is: its own customer's, else its order's; the same in every view, in whatever order lines and orders came."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

LATER = datetime(2024, 4, 1, tzinfo=UTC)


def line(key, order, customer=None, quantity=1):
    return {"line_id": key, "order_id": order, "at": "2024-01-02T10:00:00Z", "customer_id": customer, "product_id": "p",
            "quantity": quantity, "price": 2.0}  # fmt: skip


def order(key, customer=None):
    return {"order_id": key, "at": "2024-01-02T10:00:00Z", "customer_id": customer}


LINES = [line("1", "nameless"), line("2", "nameless", quantity=-1), line("3", "own", "c"), line("4", "guest"), line("5", "none")]
ORDERS = [order("nameless", "d"), order("own", "other"), order("guest")]
OWNERS = [("1", "d"), ("2", "d"), ("3", "c"), ("4", None), ("5", None)]


def read(store, query):
    with store.view(as_of=LATER) as view:
        return [tuple(row.values()) for row in view.sql(query).to_pylist()]


@pytest.fixture(params=["lines first", "orders first"])
def shop(store, request):
    facts = [("order_lines", LINES), ("orders", ORDERS)]
    for name, rows in facts if request.param == "lines first" else reversed(facts):
        store.append(name, rows)
    return store


@pytest.mark.parametrize("view", ["owned_lines", "sold_lines"])
def test_a_line_without_a_customer_is_its_orders(shop, view):
    assert read(shop, f"SELECT line_id, customer_id FROM {view} ORDER BY 1") == OWNERS
    assert read(shop, "SELECT * FROM order_customers") == [("nameless", "d")]


def test_a_cancelled_order_has_no_lines_and_its_customer_no_others(shop):
    shop.append("order_status", [{"status_id": "1", "order_id": "own", "at": "2024-01-03T00:00:00Z", "status": "cancelled"}])
    assert read(shop, "SELECT line_id, customer_id FROM sold_lines ORDER BY 1") == [one for one in OWNERS if one[0] != "3"]


def test_who_bought_is_the_same_in_interactions_and_features(shop):
    assert read(shop, "SELECT actor_id, customer_id FROM interactions ORDER BY 1") == [
        ("c", "c"), ("d", "d"), ("order:guest", None), ("order:none", None),
    ]  # fmt: skip
    assert read(shop, "SELECT customer_id, line.order_id FROM customer_lines AS line ORDER BY ALL") == [
        ("c", "own"), ("d", "nameless"), ("d", "nameless"),
    ]  # fmt: skip
    assert read(shop, "SELECT n_customers FROM daily_sales") == [(2,)]


def test_where_every_line_names_its_customer_nothing_is_joined(store):
    store.append("order_lines", [line("3", "own", "c")])
    store.append("orders", ORDERS)
    with store.view(as_of=LATER) as view:
        assert view.count("owned_lines") == 1
        (text,) = view._cursor.execute("SELECT sql FROM duckdb_views() WHERE view_name = 'owned_lines'").fetchone()
    assert "order_customers" not in text
