"""Which tables a query reads, also where DuckDB would have to know their columns to tell."""

from __future__ import annotations

import pytest

from shopkeeper.core.errors import QueryError
from shopkeeper.shop import Shop

JOINED = [
    "select count(*) n from decisions d join outcomes o using (decision_id)",
    "select count(*) n from orders natural join order_lines",
    "select count(*) n from events e asof join stock_levels s on e.product_id = s.product_id and e.at >= s.at",
    "select count(*) n from (select order_id from orders) o join order_lines using (order_id)",
    "select count(*) n from (select columns('.*_id') from events)",
    "select count(*) n from (from order_lines semi join orders using (order_id))",
]


@pytest.mark.parametrize("query", JOINED)
def test_columns_may_decide_how_tables_are_joined(shop: Shop, query: str):
    assert shop.sql(query)["n"].to_pylist() == [0]


def test_a_result_is_found_there_too(shop: Shop):
    shop.append("orders", [{"order_id": "o1", "at": "2026-01-01T00:00:00Z"}])
    shop.append("order_lines", [{"order_id": "o1", "at": "2026-01-01T00:00:00Z", "product_id": "p", "quantity": 1, "price": 2}])
    assert shop.sql("select order_id, price from orders join order_lines using (order_id)").to_pylist() == [
        {"order_id": "o1", "price": 2.0}
    ]


def test_a_table_that_is_none_is_still_named(shop: Shop):
    with pytest.raises(QueryError, match="ordersss"):
        shop.sql("select * from order_lines join ordersss using (order_id)")
