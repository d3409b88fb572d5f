"""From tables to codes: lines, orders and products as arrays. Texts stay in the store, hashes of them come out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.purchases.baskets import Bought, Kinds
from shopkeeper.numerics.purchases.habits import Orders
from shopkeeper.numerics.purchases.places import places

REDUCED_BELOW = 0.95  # of the usual price, as in customer_state_baskets.sql

_CUSTOMERS = """
SELECT customer_id, hash(customer_id) AS key
FROM (
    SELECT customer_id FROM customers
    UNION ALL
    SELECT DISTINCT seen.customer_id
    FROM (
        SELECT customer_id FROM customer_orders
        UNION ALL SELECT customer_id FROM customer_state_returns
        UNION ALL SELECT customer_id FROM customer_visits
        UNION ALL SELECT customer_id FROM reviews WHERE customer_id IS NOT NULL
        UNION ALL SELECT customer_id FROM messages WHERE sender = 'customer' AND customer_id IS NOT NULL
    ) AS seen
    LEFT JOIN customers ON seen.customer_id = customers.customer_id
    WHERE customers.customer_id IS NULL
)
ORDER BY customer_id
"""
_COMINGS = """
SELECT hash(customer_id) AS customer, nullif(channel, '') AS channel, nullif(device, '') AS device FROM customer_comings
"""
_LINES = """
SELECT
    hash(customer_id) AS customer,
    hash(order_id) AS "order",
    hash(product_id) AS product,
    CAST(round(quantity * price * 10000) AS BIGINT) AS worth,
    price,
    coalesce(discount, 0.0) > 0 AS is_reduced
FROM customer_lines
WHERE quantity > 0 AND product_id IS NOT NULL
"""
_COUPONS = 'SELECT hash(customer_id) AS customer, hash(order_id) AS "order" FROM customer_orders WHERE discount > 0'
_ORDERS = """
SELECT
    hash(customer_id) AS customer,
    "at",
    CAST(round(value * 10000) AS BIGINT) AS worth,
    CAST(round(units * 10000) AS BIGINT) AS units,
    local_times.date - DATE '1970-01-01' AS day,
    hour,
    weekday,
    payment_method
FROM customer_orders
JOIN local_times ON local_times.quarter_at = time_bucket(INTERVAL 15 MINUTE, customer_orders."at")
"""
_PRODUCTS = """
SELECT
    hash(coalesce(usual_prices.product_id, products.product_id)) AS key,
    usual_price,
    CAST(round(price_level * 1000000) AS BIGINT) AS level,
    nullif(product_type, '') AS category,
    nullif(brand, '') AS brand
FROM usual_prices FULL JOIN products ON usual_prices.product_id = products.product_id
"""


@dataclass(frozen=True)
class Customers:
    """Every known customer in the order of their numbers, and the hash of each (int64), by which rows name them."""

    customer_id: pa.ChunkedArray
    key: Array


@dataclass(frozen=True)
class Worths:
    """Of each order, beside `Orders`: worth and pieces, int64 ten-thousandths, and whether they are known."""

    worth: Array
    units: Array
    has_worth: Array
    has_units: Array


def read_customers(view: ShopView) -> Customers | None:
    """Every known customer; None where two have the same hash (one shop in thirty million with a million customers)."""
    table = view.sql(_CUSTOMERS)
    key = _keys(table["key"])
    is_distinct = (places(key, key) == np.arange(len(key))).all()
    return Customers(table["customer_id"], key) if is_distinct else None


def read_lines(view: ShopView, customers: Customers) -> tuple[Bought, Kinds, tuple[pa.Array, pa.Array]]:
    """Lines of purchases, what is known of their products, and the names of categories and brands by code."""
    products = view.sql(_PRODUCTS)
    names, codes = zip(_coded(products["category"]), _coded(products["brand"]), strict=True)
    level = _owned(pc.fill_null(products["level"], -1))
    lines = view.sql(_LINES)
    order, usual = _keys(lines["order"]), _floats(products["usual_price"])
    product, n_more = _places(_keys(lines["product"]), _keys(products["key"]))
    is_reduced = np.asarray(lines["is_reduced"]) | (
        _floats(lines["price"]) < REDUCED_BELOW * np.append(usual, np.full(n_more, np.nan))[product]
    )
    customer = places(_keys(lines["customer"]), customers.key)
    coupons = view.sql(_COUPONS)
    if len(coupons):
        of_order = places(order, _keys(coupons["order"]))
        whose = np.append(places(_keys(coupons["customer"]), customers.key), -1)
        is_reduced |= (of_order >= 0) & (whose[of_order] == customer)
    nowhere = np.full(n_more, -1, np.int32)
    kinds = Kinds(np.stack([np.append(of, nowhere) for of in codes]), np.append(level, nowhere.astype(np.int64)))
    return Bought(customer, product, order, _owned(lines["worth"]), is_reduced), kinds, names


def _places(keys: Array, known: Array) -> tuple[Array, int]:
    """(the place of each key in ``known`` or after it, int32; how many keys are not among those that are known)."""
    found = places(keys, known)
    missing = found < 0
    if not missing.any():
        return found, 0
    more, rank = np.unique(keys[missing], return_inverse=True)
    found[missing] = len(known) + rank
    return found, len(more)


def read_orders(view: ShopView, customers: Customers) -> tuple[Orders, Worths, pa.Array]:
    """Orders, their worth, and the names of the ways to pay by code."""
    table = view.sql(_ORDERS)
    names, method = _coded(table["payment_method"])
    day, hour, weekday = (np.asarray(table[name]).astype(np.int64) for name in ("day", "hour", "weekday"))
    at = _owned(table["at"].cast(pa.int64()))
    orders = Orders(places(_keys(table["customer"]), customers.key), at, day, hour, weekday, method.astype(np.int64))
    worth, units = (np.asarray(pc.fill_null(table[name], 0)) for name in ("worth", "units"))
    known = (np.asarray(pc.is_valid(table[name])) for name in ("worth", "units"))
    return orders, Worths(worth, units, *known), names


def read_comings(view: ShopView, customers: Customers) -> tuple[Array, tuple[pa.Array, ...], tuple[Array, ...]]:
    """Whose each visit and order outside of visits was; names and codes of the channels and devices that they came by."""
    table = view.sql(_COMINGS)
    names, codes = zip(_coded(table["channel"]), _coded(table["device"]), strict=True)
    return places(_keys(table["customer"]), customers.key), names, codes


def read_part(view: ShopView, name: str, customers: Customers) -> pa.Table:
    """A part of `customer_state` that is a view of its own, one row a customer of ``customers``, nulls where it has none."""
    part = view.sql(f"SELECT *, hash(customer_id) AS key FROM {name}")
    found = places(customers.key, _keys(part["key"]))
    return part.take(pa.array(found, mask=found < 0))


def _keys(column: pa.ChunkedArray) -> Array:
    return _owned(column).view(np.int64)


def _owned(column: pa.ChunkedArray) -> Array:
    """The column as an array that may be written to: kernels are compiled once more for arrays that may not."""
    found: Array = np.asarray(column)
    return found if found.flags.writeable else found.copy()


def _floats(column: pa.ChunkedArray) -> Array:
    found: Array = column.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    return found


def _coded(column: pa.ChunkedArray) -> tuple[pa.Array, Array]:
    """(names in the order of their bytes, the code of each row's name as int32, -1 where it has none)."""
    encoded = column.combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    order = np.asarray(pc.sort_indices(encoded.dictionary))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    codes = np.asarray(pc.fill_null(encoded.indices, -1))
    return encoded.dictionary.take(pa.array(order)), np.where(codes < 0, np.int32(-1), np.append(rank, np.int32(-1))[codes])
