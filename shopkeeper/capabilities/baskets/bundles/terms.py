"""On what terms each product is sold: its price, what it costs the shop, and whether it can be bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

NOT_SOLD = ("out_of_stock", "discontinued")
PAID = "SELECT product_id, median(price) AS price FROM order_lines WHERE quantity > 0 AND price > 0 GROUP BY product_id"


@dataclass(frozen=True)
class Terms:
    """By product code: ``price`` and ``cost`` float64 (NaN: unknown), ``cost_known`` and ``can_be_bought`` bool, ``title``.

    ``currency`` is the shop's: amounts are rounded to its minor unit.
    """

    price: Array
    cost: Array
    cost_known: Array
    can_be_bought: Array
    title: list[str | None]
    currency: str


def read_terms(view: ShopView, products: pa.LargeStringArray, margin_share: float) -> Terms:
    """The price that holds now, else the median of what was paid; a cost that is not known is 1 - ``margin_share`` of it."""
    now = view.table("current_prices", ("product_id", "price", "sale_price"))
    held = _by(products, now, pc.min_element_wise(now["price"], now["sale_price"]))
    paid_table = view.sql(PAID)
    paid = _by(products, paid_table, paid_table["price"])
    price = np.where(np.isnan(held), paid, held)
    catalog = view.table("products", ("product_id", "title", "cost", "availability"))
    cost = _by(products, catalog, catalog["cost"])
    known = ~np.isnan(cost)
    unsold = pc.is_in(catalog["availability"], value_set=pa.array(NOT_SOLD, catalog["availability"].type))
    stock = view.table("last_stock", ("product_id", "quantity"))
    left = _by(products, stock, stock["quantity"])
    can_be_bought = ~(_by(products, catalog, unsold.cast(pa.int8())) > 0) & ~(left <= 0)
    row = _rows(products, catalog)
    titles = catalog["title"].take(pa.array(row, mask=row < 0)).to_pylist() if len(catalog) else [None] * len(products)
    cost = np.where(known, cost, price * (1.0 - margin_share))
    return Terms(price, cost, known, can_be_bought, titles, view.currency)


def _rows(products: pa.LargeStringArray, table: pa.Table) -> Array:
    ids = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in table["product_id"].chunks] or [products[:0]])
    return np.asarray(pc.fill_null(pc.index_in(products, value_set=ids), -1)).astype(np.int64)


def _by(products: pa.LargeStringArray, table: pa.Table, values: Any) -> Array:
    """float64 by product code: the value of its row, NaN without one."""
    numbers = np.asarray(pc.fill_null(values.cast(pa.float64()), np.nan))
    return np.append(numbers, np.nan)[_rows(products, table)]  # a product without a row (-1) finds the spare last place
