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
