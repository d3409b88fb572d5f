"""Ids that are made, orders that are summed."""

from __future__ import annotations


def test_ids_of_lines_do_not_shift_with_what_is_rejected(bring, rows):
    head = "order_id,product_id,quantity,price,at\n"
    bring(head + "1,a,x,1,2024-01-01\n1,b,1,1,2024-01-01\n")
    assert rows("SELECT line_id FROM order_lines") == [("1-2",)]


def test_equal_rows_have_ids_of_their_own_and_the_same_each_time(store, bring, rows):
    content = "at,product_id,stock\n" + "2024-01-01,p,5\n" * 3
    bring(content)
    first = rows("SELECT stock_id FROM stock_levels ORDER BY 1")
    assert len(set(first)) == 3 and {len(value[0].split("-")[0]) for value in first} == {32}
    assert bring(content + "2024-01-02,p,4\n", "b.csv").kept == {"stock_levels": 1, "already in the shop": 3}


def test_what_an_order_says_itself_holds_and_its_first_filled_cell_counts(bring, rows):
    bring("order_id,product_id,quantity,price,at,order total,shipping,payment method\n"
          "1,a,1,5,2024-01-01 10:00,11.5,,\n1,b,1,5,2024-01-01 09:59,,1.5,card\n")  # fmt: skip
    assert rows("SELECT value, shipping, payment_method, hour(at), minute(at) FROM orders") == [(11.5, 1.5, "card", 9, 59)]


def test_an_order_of_rejected_lines_only_is_none(bring, rows):
    bring("order_id,product_id,quantity,price,at\n1,a,1,-5,2024-01-01\n2,a,1,5,2024-01-01\n")
    assert rows("SELECT order_id FROM orders") == [("2",)]


OLIST = (
    "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_customer_date\n"
    "1,a,delivered,2018-01-01 10:00:00,2018-01-01 10:05:00,2018-01-09 10:00:00\n2,b,canceled,2018-01-02 10:00:00,,\n"
    "3,c,unavailable,2018-01-03 10:00:00,,\n4,d,shipped,2018-01-04 10:00:00,2018-01-04 10:05:00,\n5,e,,2018-01-05 10:00:00,,\n"
)
"""As Olist's table of orders is written."""


def test_the_state_of_orders_goes_to_order_status(bring, rows):
    report = bring(OLIST)
    assert report.kept == {"orders": 5}
    assert "order_status" in report.recognition.tables
    assert rows("SELECT order_id, status, day(at) FROM order_status ORDER BY 1") == [
        ("1", "delivered", 1), ("2", "cancelled", 2), ("3", "cancelled", 3), ("4", "shipped", 4),
    ]  # fmt: skip
    assert rows("SELECT order_id FROM cancelled_orders ORDER BY 1") == [("2",), ("3",)]
    later = bring(OLIST.replace("4,d,shipped", "4,d,canceled"), "later.csv")  # a newer export
    assert (later.tables["order_status"].n_new, later.tables["order_status"].n_known) == (1, 3)
    assert rows("SELECT order_id FROM cancelled_orders ORDER BY 1") == [("2",), ("3",), ("4",)]


def test_states_of_single_lines_say_nothing_of_their_order(bring, rows):
    head = "order_id,product_id,quantity,price,order_date,updated_at,status\n"
    bring(
        head + "1,a,1,5,2024-01-01,2024-01-03,Cancelled\n1,b,1,5,2024-01-01,2024-01-04,cancelled\n"
        "2,a,1,5,2024-01-01,2024-01-03,delivered\n2,b,1,5,2024-01-01,2024-01-04,cancelled\n"
    )
    assert rows("SELECT order_id, day(at), status FROM order_status") == [("1", 3, "cancelled")]
    assert rows("SELECT count(*), count(DISTINCT order_id) FROM order_lines") == [(4, 2)]


def test_a_state_of_the_union_is_no_state_of_an_order(bring, rows):
    report = bring("order_id,product_id,quantity,price,order_date,customer_id,State\n1,a,1,5,2024-01-01,c,CA\n")
    assert "order_status" not in report.recognition.tables
    assert rows("SELECT region FROM customers") == [("CA",)]
