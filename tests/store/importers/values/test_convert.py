"""Numbers, words and yes or no in the ways that the world writes them."""

from __future__ import annotations

import pytest

from shopkeeper.core.columns import boolean, integer, number, text
from shopkeeper.core.schema import EVENTS, PRODUCTS
from shopkeeper.store.importers.reading.relation import SourceColumn
from shopkeeper.store.importers.values.convert import to_boolean, to_choice, to_integer, to_number, to_text


def convert(how, column, values, *extra):
    import duckdb

    source = SourceColumn("x", "x", "VARCHAR", tuple(value for value in values if value and value.strip()))
    sql = how(source, column, *extra).over("x")
    with duckdb.connect() as connection:
        return [connection.execute(f"SELECT {sql} FROM (SELECT ? AS x)", [value]).fetchone()[0] for value in values]


NUMBER = number("price", "a price")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2.5", " 3 ", "1e3", "", None], [1.0, -2.5, 3.0, 1000.0, None, None]),
        (["1,234.50", "99", "1,234,567"], [1234.5, 99.0, 1234567.0]),
        (["1.234,50", "99,5", "1.234.567,00"], [1234.5, 99.5, 1234567.0]),
        (["12,5", "3"], [12.5, 3.0]),
        (["1,234", "5"], [1234.0, 5.0]),
        (["$1,200.00", "£3", "€ 4.5"], [1200.0, 3.0, 4.5]),
        (["12.99 USD", "EUR 5.00"], [12.99, 5.0]),
        (["￥1200", "12元"], [1200.0, 12.0]),
        (["(5.00)", "7.00-", "-3.00 kr"], [-5.0, -7.0, -3.0]),
        (["1 234,50", "2'000,10"], [1234.5, 2000.1]),
        (["5", "five", "nan", "inf", "1-2", "12.34.56x"], [5.0, None, None, None, None, None]),
        (["5", "NULL", "N/A"], [5.0, None, None]),
    ],
)
def test_numbers(values, expected):
    assert convert(to_number, NUMBER, values) == expected


def test_numbers_of_other_types_are_finite():
    import duckdb

    source = SourceColumn("x", "x", "DOUBLE")
    with duckdb.connect() as connection:
        assert connection.sql(
            f"SELECT {to_number(source, NUMBER).over('x')} FROM (VALUES (1.5), ('nan'::DOUBLE)) t(x)"
        ).fetchall() == [(1.5,), (None,)]


def test_whole_numbers():
    assert convert(to_integer, integer("position", ""), ["3", "3.0", "3.5", "x"]) == [3, 3, None, None]


def test_yes_and_no():
    assert convert(to_boolean, boolean("b", ""), ["yes", "TRUE", "1", "是", "no", "0", "maybe", ""]) == [
        True, True, True, True, False, False, None, None,
    ]  # fmt: skip


def test_text_is_trimmed_and_numbers_of_a_dataframe_are_numbers_of_customers():
    assert convert(to_text, text("customer_id", ""), ["17850.0", "13047.0", "nan"]) == ["17850", "13047", None]
    assert convert(to_text, text("customer_id", ""), ["17850.0", "a"]) == ["17850.0", "a"]
    assert convert(to_text, text("title", ""), [" Cup ", "None", ""]) == ["Cup", "None", None]


def test_categories_and_pictures():
    tree = '["Home >> Curtains >> Door..."]'
    assert convert(to_text, PRODUCTS.column("product_type"), [tree]) == ["Home > Curtains > Door..."]
    assert convert(to_text, PRODUCTS.column("image_link"), ['["https://x/1.jpg", "https://x/2.jpg"]', "https://y/3.jpg"]) == [
        "https://x/1.jpg",
        "https://y/3.jpg",
    ]


def test_events_by_other_names():
    found = convert(to_choice, EVENTS.column("event"), ["pv", "Cart", "fav", "BUY", "收藏", "view_item", "dance"], {})
    assert found == ["view_item", "add_to_cart", "add_to_wishlist", "purchase", "add_to_wishlist", "view_item", "dance"]
    assert convert(to_choice, EVENTS.column("event"), ["1", "2", "3", "4"], {}) == [
        "view_item",
        "add_to_wishlist",
        "add_to_cart",
        "purchase",
    ]
    assert convert(to_choice, EVENTS.column("event"), ["1", "7"], {}) == ["1", "7"]  # no column of Alibaba's numbers
    assert convert(to_choice, EVENTS.column("event"), ["open"], {"open": "view_item"}) == ["view_item"]


def test_availability_by_other_names():
    assert convert(to_choice, PRODUCTS.column("availability"), ["in stock", "Out of Stock", "缺货"], {}) == [
        "in_stock",
        "out_of_stock",
        "out_of_stock",
    ]
