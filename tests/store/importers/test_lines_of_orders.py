"""Lines without a moment take theirs, and their customer, from the shop's orders."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shopkeeper.core.errors import ImportProblem
from shopkeeper.store.importers import import_file, inspect

LINES = "order_id,product_id,quantity,unit_price\n1,a,2,5\n1,b,1,3\n2,a,1,5\n3,b,1,3\n"
FIRST = "order_id,customer_id,order_date\n1,c,2024-01-01 10:00\n2,,2024-01-02 12:00\n"
LAST = "order_id,customer_id,order_date\n3,d,2024-01-03\n"
SHOWN = 'SELECT line_id, order_id, "at", customer_id FROM order_lines ORDER BY line_id'


def moment(day: int, hour: int = 0) -> datetime:
    return datetime(2024, 1, day, hour)


def test_each_line_has_its_orders_moment_and_customer(bring, rows):
    bring(FIRST + LAST.split("\n", 1)[1], "orders.csv")
    report = bring(LINES, "order_items.csv")
    assert not report.rejected
    assert report.kept == {"order_lines": 4}
    assert rows(SHOWN) == [
        ("1-1", "1", moment(1, 10), "c"),
        ("1-2", "1", moment(1, 10), "c"),
        ("2-1", "2", moment(2, 12), None),
        ("3-1", "3", moment(3), "d"),
    ]
    assert rows("SELECT order_id, customer_id FROM orders ORDER BY 1") == [("1", "c"), ("2", None), ("3", "d")]
    assert report.tables["orders"].n_new == 0
    assert bring(LINES, "order_items.csv").already_imported


def test_orders_that_came_by_the_api_are_known_at_once(store, bring, rows):
    store.append("orders", [{"order_id": "1", "at": "2024-01-01T10:00:00Z", "customer_id": "c"}])
    bring("order_id,product_id,quantity,price\n1,a,2,5\n", "order_items.csv")
    assert rows(SHOWN) == [("1-1", "1", moment(1, 10), "c")]


def test_files_with_numbers_of_lines_too(bring, rows):
    bring(FIRST, "orders.csv")
    report = bring("line_id,order_id,product_id,quantity,price\nx,1,a,2,5\ny,9,a,2,5\n", "order_items.csv")
    assert report.rejected == {"unknown_order": 1}
    assert rows(SHOWN) == [("x", "1", moment(1, 10), "c")]


def test_lines_of_unknown_orders_wait_and_the_same_file_brings_exactly_them(bring, rows):
    bring(FIRST, "orders.csv")
    report = bring(LINES, "order_items.csv")
    assert (report.kept, report.rejected) == ({"order_lines": 3}, {"unknown_order": 1})
    said = rows("SELECT line, rule, message FROM rejected")
    assert said == [
        (5, "unknown_order", "the shop does not have this line's order: import the orders first, then this file again")
    ]
    assert bring(LINES, "order_items.csv").already_imported  # nothing has come since
    bring(LAST, "more_orders.csv")
    again = bring(LINES, "order_items.csv")
    assert (again.kept, again.rejected) == ({"order_lines": 1, "already in the shop": 3}, {})
    assert rows(SHOWN)[3] == ("3-1", "3", moment(3), "d")
    assert len(rows(SHOWN)) == 4
    assert bring(LINES, "order_items.csv").already_imported


def test_a_broken_line_is_broken_whether_its_order_is_known_or_not(bring):
    bring(FIRST, "orders.csv")
    report = bring("order_id,product_id,quantity,price\n1,a,2,5\n9,a,two,5\n", "order_items.csv")
    assert report.rejected == {"type": 1}


def test_a_shop_without_orders_refuses_before_anything_is_written(store, write):
    with pytest.raises(ImportProblem) as refused:
        import_file(store, write(LINES, "order_items.csv"))
    assert refused.value.next.startswith("import the file of orders first, then this one")
    assert "'2024-01-31'=order_lines.at" in refused.value.next
    assert store.count("order_lines") == 0
    assert not store.imports.list()


def test_a_column_that_reads_as_a_moment_is_the_second_way(store, write):
    path = write("order_id,product_id,quantity,price,Fecha\n1,a,2,5,2024-01-05\n", "order_items.csv")
    with pytest.raises(ImportProblem) as refused:
        import_file(store, path)
    assert refused.value.next.endswith("or type --map Fecha=order_lines.at")


def test_not_one_known_order_refuses_too(store, bring, write):
    bring(LAST, "orders.csv")
    with pytest.raises(ImportProblem) as refused:
        import_file(store, write(LINES.replace("3,b", "4,b"), "order_items.csv"))
    assert refused.value.next.startswith("import the orders of these lines first")
    assert store.count("rejected") == 0


def test_what_is_taken_from_orders_is_shown_beforehand(write):
    shown = inspect(write(LINES, "order_items.csv"))
    assert shown.problem() is None
    assert "      at          ← its order, which must be in the shop" in shown.lines()


def test_dated_lines_without_a_customer_take_only_that(bring, rows):
    bring(FIRST, "orders.csv")
    bring("order_id,product_id,quantity,price,at\n1,a,1,5,2024-02-01\n9,a,1,5,2024-02-01\n", "lines.csv")
    assert rows(SHOWN) == [("1-1", "1", moment(1 + 0).replace(month=2), "c"), ("9-1", "9", moment(1).replace(month=2), None)]


def test_the_orders_moments_are_in_utc_once(store, write):
    berlin = {"time_zone": "Europe/Berlin"}
    import_file(store, write(FIRST, "orders.csv"), **berlin)
    import_file(store, write(LINES, "order_items.csv"), **berlin)
    assert store.last("order_lines", "order_id", "1")[0]["at"] == datetime(2024, 1, 1, 9, tzinfo=UTC)
