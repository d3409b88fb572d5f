"""Several columns that make one, constants, units, pseudonyms."""

from __future__ import annotations

from datetime import datetime

from shopkeeper.store.importers import pseudonym


def test_date_and_time_make_a_moment(bring, rows):
    bring("Date,Time,Transaction,Item,Price\n2016-10-30,9:58:11,1,Bread,2\n")
    assert rows("SELECT at, product_id, quantity FROM order_lines") == [(datetime(2016, 10, 30, 9, 58, 11), "Bread", 1.0)]


def test_constants_units_and_joined_columns(bring, rows):
    bring("session_id,item_id,ts\ns,p,1704448800\n", map={"'view_item'": "events.event"})
    assert rows("SELECT event, session_id FROM events") == [("view_item", "s")]
    bring("product_id,category,sub_category,product_weight_g\np,Home,Cups,250\nq,Home,,\n")
    assert rows("SELECT product_id, product_type, weight_kg FROM products ORDER BY 1") == [
        ("p", "Home > Cups", 0.25),
        ("q", "Home", None),
    ]


def test_an_email_as_customer_number_becomes_a_pseudonym(bring, rows):
    bring("order_id,customer,product_id,price,at\n1,Ada@x.test ,p,2,2024-01-01\n2,ada@X.test,p,2,2024-01-02\n")
    known = pseudonym("ada@x.test", bytes(range(32)))
    assert rows("SELECT DISTINCT customer_id FROM order_lines") == [(known,)]
    assert rows("SELECT customer_id FROM customers") == [(known,)]


def test_who_is_known_by_email_only_is_known_by_its_pseudonym(bring, rows):
    bring("order_no,email,product_id,qty,price,date,country\n1,ada@x.test,p,1,2,2024-01-01,GB\n")
    [(customer_id,)] = rows("SELECT customer_id FROM orders")
    assert customer_id == pseudonym("ada@x.test", bytes(range(32)))
    assert rows("SELECT customer_id, country FROM customers") == [(customer_id, "GB")]
    assert rows("SELECT customer_id, email FROM identities") == [(customer_id, "ada@x.test")]
