"""Columns by name, in English and Chinese."""

from __future__ import annotations

import pytest

from shopkeeper.core import schema
from shopkeeper.store.importers.words.synonyms import find, matches, nearest_columns, plain, table_for, words


@pytest.mark.parametrize("name", ["Order ID", "order_id", "OrderId", "ORDER-ID", "order id:token"])
def test_case_spaces_and_marks_do_not_matter(name):
    assert plain(name) == "orderid"
    assert find("orders", "order_id", [name]).columns == (name,)


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (["订单号", "商品编号", "数量", "单价", "客户编号", "下单时间"], "order_lines"),
        (["用户id", "商品id", "行为类型", "时间戳"], "events"),
        (["商品编号", "商品名称", "品牌", "类目", "价格", "库存"], "products"),
        (["商品编号", "库存"], "stock_levels"),
        (["InvoiceNo", "StockCode", "Quantity", "UnitPrice"], "order_lines"),
        (["order_id", "customer_id", "order_purchase_timestamp"], "orders"),
        (["order_id", "status", "updated_at"], "order_status"),
        (["review_id", "product_id", "stars", "review_text", "review_date"], "reviews"),
        (["user_id:token", "item_id:token", "rating:float", "timestamp:float"], "reviews"),
        (["event_time", "event_type", "product_id", "category_code", "brand", "price", "user_id", "user_session"], "events"),
        (["product_id", "competitor", "price", "seen_at"], "competitor_prices"),
        (["product_id", "price", "valid_from"], "prices"),
        (["customer_id", "country"], "customers"),
        (["name", "e-mail"], "customers"),
        (["conversation_id", "sender", "text", "at"], "messages"),
        (["faq_id", "question", "answer"], "articles"),
        (["campaign", "budget"], "campaigns"),
        (["rule_id", "action", "product_id", "brand", "place", "position"], "rules"),
        (["placement_id", "n_products", "explore_share"], "placements"),
        (["supplier", "lead time"], "suppliers"),
        (["id", "name", "description", "price"], "products"),
        (["Store", "Type", "Size"], None),
        ([], None),
    ],
)
def test_the_table_is_told_by_the_columns(names, table):
    assert table_for(names) == table


def test_the_first_synonym_wins_and_guesses_are_marked():
    assert find("products", "price", ["price", "list price"]).columns == ("list price",)
    assert find("products", "product_id", ["id"]).weak and not find("products", "product_id", ["sku"]).weak
    assert set(matches("products", ["id", "brand"], weak=False)) == {"brand"}


def test_nearest_columns_for_what_is_missing():
    assert nearest_columns("order_lines", "at", ["shipping_limit_date", "freight"]) == ["shipping_limit_date"]
    assert nearest_columns("order_lines", "price", ["unt_price"]) == ["unt_price"]
    assert nearest_columns("orders", "at", ["zzz"]) == []


def test_every_word_of_the_table_belongs_to_a_column_that_exists():
    for section, given in words().items():
        if section in schema.TABLES:
            assert set(given) <= set(schema.table(section).names), section
        if section == "weak":
            for table, columns in given.items():
                assert set(columns) <= set(schema.table(table).names), table
    known = {name for table in schema.TABLES.values() for name in table.names}
    assert set(words()["shared"]) <= known
    for column, theirs in words()["values"].items():
        [choices] = {c.choices for t in schema.TABLES.values() for c in t.columns if c.name == column and c.choices}
        assert set(theirs) <= set(choices)
