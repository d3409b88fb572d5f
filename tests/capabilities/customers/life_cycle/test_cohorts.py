from datetime import date

import pytest

ROWS = [
    ("a", "2024-01-10T10:00:00Z", 10.0), ("a", "2024-01-20T10:00:00Z", 5.0), ("a", "2024-03-01T10:00:00Z", 20.0),
    ("b", "2024-01-31T10:00:00Z", 8.0), ("b", "2024-02-01T10:00:00Z", 8.0),
    ("c", "2024-03-05T10:00:00Z", 3.0), ("c", "2024-03-20T10:00:00Z", 4.0),
]  # fmt: skip


def cells(result):
    return {(row["cohort_date"].month, row["months_since"]): row for row in result.table.to_pylist()}


def test_cohorts_by_hand(ordered, call):
    found = cells(call(ordered(ROWS), "customers.cohorts"))
    assert set(found) == {(1, 0), (1, 1), (1, 2), (3, 0)}, "February has no cohort"
    told = {
        key: (row["n_customers"], row["n_active"], row["retention"], row["orders"], row["value"]) for key, row in found.items()
    }
    assert told == {
        (1, 0): (2, 2, 1.0, 3, 23.0),
        (1, 1): (2, 1, 0.5, 1, 8.0),
        (1, 2): (2, 1, 0.5, 1, 20.0),
        (3, 0): (1, 1, 1.0, 2, 7.0),
    }
    assert [found[1, since]["value_per_customer"] for since in range(3)] == [11.5, 15.5, 25.5]
    assert [found[1, since]["is_complete"] for since in range(3)] == [True, True, False]


def test_sums_tie_out_with_sales(world, call):
    rows = call(world, "customers.cohorts").table.to_pylist()
    sales = world.sql("SELECT sum(revenue) AS value, sum(n_orders) AS n FROM daily_sales").to_pylist()[0]
    assert sum(row["value"] for row in rows) == pytest.approx(sales["value"])
    assert sum(row["orders"] for row in rows) == sales["n"]
    assert sum(row["n_customers"] for row in rows if row["months_since"] == 0) == 61
    assert all(row["n_active"] == row["n_customers"] for row in rows if row["months_since"] == 0)
    assert all(row["retention_low"] <= row["retention"] <= row["retention_high"] for row in rows)


def test_a_month_begins_at_the_shops_midnight(ordered, call):
    """Half past eleven at night of 30 June in Greenwich is July in London."""
    found = call(ordered([("a", "2024-06-30T23:30:00Z", 1.0), ("b", "2024-06-30T22:30:00Z", 1.0)]), "customers.cohorts")
    assert sorted(row["cohort_date"] for row in found.table.to_pylist() if row["months_since"] == 0) == [
        date(2024, 6, 1), date(2024, 7, 1),
    ]  # fmt: skip


def test_returns_lower_the_value_and_make_nobody_active(shop, call):
    line = {"order_id": "o", "product_id": "p", "customer_id": "a", "price": 10.0}
    shop.append("order_lines", [
        {**line, "line_id": "1", "at": "2024-01-10T10:00:00Z", "quantity": 2},
        {**line, "line_id": "2", "at": "2024-02-10T10:00:00Z", "quantity": -1},
    ])  # fmt: skip
    found = cells(call(shop, "customers.cohorts"))
    assert (found[1, 1]["n_active"], found[1, 1]["orders"], found[1, 1]["value"]) == (0, 0, -10.0)
    assert found[1, 1]["value_per_customer"] == 10.0


def test_older_cohorts_are_left_out_on_request(world, call):
    table = call(world, "customers.cohorts", cohort_months=3).table
    assert min(table["cohort_date"].to_pylist()) >= date(2024, 11, 1)
