"""The shared views against numbers computed by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

T = "2024-03-01T10:00:00Z"


def rows(store, name, **options):
    with store.view(**options) as view:
        return view.table(name).to_pylist()


def test_interactions_tell_each_purchase_once_and_name_the_actor(store):
    store.append("events", [
        {"event_id": "1", "at": T, "event": "view_item", "customer_id": "c1", "session_id": "s1", "product_id": "p1"},
        {"event_id": "2", "at": T, "event": "add_to_cart", "session_id": "s2", "product_id": "p1"},
        {"event_id": "3", "at": T, "event": "purchase", "customer_id": "c1", "session_id": "s1", "product_id": "p1", "order_id": "o1"},
        {"event_id": "4", "at": T, "event": "purchase", "session_id": "s3", "product_id": "p2", "order_id": "o9"},
        {"event_id": "5", "at": T, "event": "purchase", "customer_id": "c2", "product_id": "p3"},
        {"event_id": "6", "at": T, "event": "search", "customer_id": "c1", "product_id": "p1"},
        {"event_id": "7", "at": T, "event": "view_item", "customer_id": "c1"},
        {"event_id": "8", "at": T, "event": "view_item", "product_id": "p1"},
        {"event_id": "9", "at": T, "event": "begin_checkout", "order_id": "o7", "product_id": "p1"},
    ])  # fmt: skip
    store.append("order_lines", [
        {"line_id": "a", "order_id": "o1", "at": T, "customer_id": "c1", "product_id": "p1", "quantity": 1, "price": 5},
        {"line_id": "b", "order_id": "o2", "at": T, "product_id": "p4", "quantity": 2, "price": 5},
        {"line_id": "c", "order_id": "o3", "at": T, "customer_id": "c3", "product_id": "p4", "quantity": -1, "price": 5},
    ])  # fmt: skip
    found = sorted((row["actor_id"], row["customer_id"], row["session_id"], row["product_id"], row["event"]) for row in [
        {key: value or "" for key, value in row.items()} for row in rows(store, "interactions")
    ])  # fmt: skip
    assert found == [
        ("c1", "c1", "o1", "p1", "purchase"),  # the line; event 3 tells the same order
        ("c1", "c1", "s1", "p1", "view_item"),
        ("c2", "c2", "", "p3", "purchase"),
        ("order:o2", "", "o2", "p4", "purchase"),
        ("order:o7", "", "", "p1", "begin_checkout"),
        ("session:s2", "", "s2", "p1", "add_to_cart"),
        ("session:s3", "", "s3", "p2", "purchase"),
    ]


def test_daily_sales_are_days_of_the_shops_own_time(store):
    def line(key, order, at, quantity, price, customer=None):
        return {
            "line_id": key,
            "order_id": order,
            "at": at,
            "customer_id": customer,
            "product_id": "p",
            "quantity": quantity,
            "price": price,
        }

    store.append("order_lines", [
        line("1", "o1", "2024-03-01T23:30:00Z", 2, 10.0, "c1"),  # in Shanghai 07:30 on the 2nd
        line("2", "o1", "2024-03-01T23:30:00Z", 1, 5.5, "c1"),
        line("3", "o2", "2024-03-02T10:00:00Z", 1, 4.0),
        line("4", "o1", "2024-03-02T12:00:00Z", -1, 10.0, "c1"),
        line("5", "o3", "2024-03-05T00:00:00Z", -1, 7.0, "c2"),
    ])  # fmt: skip
    assert rows(store, "daily_sales", time_zone="Asia/Shanghai") == [
        {"date": date(2024, 3, 2), "revenue": 29.5, "returned": 10.0, "n_orders": 2, "n_customers": 1, "units": 4.0},
        {"date": date(2024, 3, 5), "revenue": 0.0, "returned": 7.0, "n_orders": 0, "n_customers": 0, "units": 0.0},
    ]
    assert [(row["date"].day, row["revenue"]) for row in rows(store, "daily_sales")] == [(1, 25.5), (2, 4.0), (5, 0.0)]


def test_current_prices_are_the_last_of_the_history_else_the_catalogs(store):
    store.upsert(
        "products", [{"product_id": "p1", "price": 1}, {"product_id": "p2", "price": 2, "sale_price": 1.5}, {"product_id": "p3"}]
    )
    store.append("prices", [
        {"product_id": "p1", "at": "2024-01-01", "price": 10}, {"product_id": "p1", "at": "2024-02-01", "price": 11, "sale_price": 9},
        {"product_id": "p1", "at": "2024-03-01", "price": 99, "channel": "marketplace"}, {"product_id": "p9", "at": "2024-01-01", "price": 7},
    ])  # fmt: skip
    assert rows(store, "current_prices") == [
        {"product_id": "p1", "price": 11.0, "sale_price": 9.0},
        {"product_id": "p2", "price": 2.0, "sale_price": 1.5},
        {"product_id": "p9", "price": 7.0, "sale_price": None},
    ]
    assert rows(store, "current_prices", as_of=datetime(2024, 1, 15, tzinfo=UTC))[0] == {
        "product_id": "p1",
        "price": 10.0,
        "sale_price": None,
    }


def test_last_stock_sums_the_last_counts_of_all_locations(store):
    store.append("stock_levels", [
        {"product_id": "p1", "at": "2024-01-01", "location": "north", "quantity": 5},
        {"product_id": "p1", "at": "2024-01-03", "location": "north", "quantity": 3},
        {"product_id": "p1", "at": "2024-01-02", "location": "south", "quantity": 10},
        {"product_id": "p2", "at": "2024-01-01", "quantity": 1},
        {"product_id": "p2", "at": "2024-01-04", "quantity": 0},
    ])  # fmt: skip
    assert rows(store, "last_stock") == [
        {"product_id": "p1", "quantity": 13.0, "at": datetime(2024, 1, 3)},
        {"product_id": "p2", "quantity": 0.0, "at": datetime(2024, 1, 4)},
    ]
    assert rows(store, "last_stock", as_of=datetime(2024, 1, 2, tzinfo=UTC))[0]["quantity"] == 15.0
