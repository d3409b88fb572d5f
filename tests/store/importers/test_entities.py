"""Products and customers gathered from rows of trade."""

from __future__ import annotations

from datetime import datetime


def test_the_last_word_on_a_customer_counts_and_the_first_order_is_its_beginning(bring, rows):
    bring("order_id,customer_id,country,product_id,price,at\n"
          "1,c,DE,p,1,2024-01-01\n3,c,AT,p,1,2024-03-01\n2,c,,p,1,2024-04-01\n")  # fmt: skip
    assert rows("SELECT customer_id, country, created_at FROM customers") == [("c", "AT", datetime(2024, 1, 1))]


def test_a_later_export_does_not_move_the_beginning(bring, rows):
    head = "order_id,customer_id,product_id,price,at\n"
    bring(head + "1,c,p,1,2024-01-01\n")
    bring(head + "2,c,p,1,2024-02-01\n", "b.csv")
    assert rows("SELECT created_at FROM customers") == [(datetime(2024, 1, 1),)]
    assert rows("SELECT created_at FROM products") == [(datetime(2024, 1, 1),)]


def test_a_later_file_without_a_title_does_not_erase_it(bring, rows):
    bring("product_id,title,price\np,Cup,1\nq,Pan,2\n")
    bring("product_id,title,price\np,,3\nq,Pot,2\n", "b.csv")
    assert rows("SELECT product_id, title, price FROM products ORDER BY 1") == [("p", "Cup", 3.0), ("q", "Pot", 2.0)]


def test_what_comes_along_and_does_not_fit_is_left_empty(bring, rows):
    report = bring("order_id,product_id,quantity,price,at,availability,product name\n1,p,1,2,2024-01-01,perhaps,Cup\n")
    assert report.rejected == {} and rows("SELECT title, availability FROM products") == [("Cup", None)]


def test_the_most_frequent_title_and_price_where_the_preset_says_so(bring, rows):
    head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    lines = [
        f"{n},10002,{'INFLATABLE' if n % 3 else 'damaged?'},1,12/{n}/2010 8:26,{0.85 if n % 3 else 1.66},17850.0,France\n"
        for n in range(1, 20)
    ]
    report = bring(head + "".join(lines), time_zone="Europe/London")
    assert report.recognition.preset.name == "online_retail" and report.kept == {"order_lines": 19}
    assert rows("SELECT title, price FROM products") == [("INFLATABLE", 0.85)]
    assert rows("SELECT customer_id, country FROM customers") == [("17850", "France")]
