"""What customers did, as arrays of codes: enough to answer any expression from memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shopkeeper.capabilities.customers.profiles.kept import keep
from shopkeeper.core.columns import Column, text
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

if TYPE_CHECKING:
    import pyarrow as pa

PRODUCT_COLUMNS: tuple[Column, ...] = (
    text("product_id", "the product", required=True), text("title", "its name"), text("brand", "its brand"),
    text("product_type", "its category"),
)  # fmt: skip
EVENT_CODES = ("view_item", "add_to_cart", "search", "view_search_results")
_PROFILES = (
    "(SELECT customer_id, CAST(row_number() OVER (ORDER BY customer_id) - 1 AS INTEGER) AS customer FROM customer_profiles)"
)
_LISTED = """
    SELECT product_id FROM products
    UNION SELECT product_id FROM customer_lines WHERE product_id IS NOT NULL
    UNION SELECT product_id FROM customer_events WHERE product_id IS NOT NULL
"""
_PRODUCTS = f"(SELECT product_id, CAST(row_number() OVER (ORDER BY product_id) - 1 AS INTEGER) AS product FROM ({_LISTED}))"


def read_facts(view: ShopView, n_events: int) -> dict[str, Array]:
    """Every line and order of the customers who have a profile, and their newest ``n_events`` looks, carts and searches.

    ``line_…`` and ``order_…`` and ``event_…`` arrays: customer and product int32 (places in the order of their numbers, -1
    unknown), order int64 (a number of its own for each order of a customer), at int64 microseconds, sign int8, kind uint8 (places
    in EVENT_CODES), words int32 (places in ``term_…``). ``product_…`` is the catalog as `keep` makes it. ``event_cut`` int64 [1]
    is the moment before which looks, carts and searches are left out.
    """
    found = keep(_products(view), PRODUCT_COLUMNS, "product")
    lines = view.sql(
        f"SELECT c.customer, coalesce(p.product, -1) AS product, CAST(hash(f.order_id) // 2 AS BIGINT) AS number, "
        f'epoch_us(f."at") AS moment, CAST(sign(f.quantity) AS TINYINT) AS sign '
        f"FROM customer_lines AS f JOIN {_PROFILES} AS c ON f.customer_id = c.customer_id "
        f"LEFT JOIN {_PRODUCTS} AS p ON f.product_id = p.product_id ORDER BY ALL"
    )
    found |= _arrays(lines, "line", (np.int32, np.int32, np.int64, np.int64, np.int8))
    orders = view.sql(
        f'SELECT c.customer, epoch_us(f."at") AS moment FROM customer_orders AS f '
        f"JOIN {_PROFILES} AS c ON f.customer_id = c.customer_id ORDER BY ALL"
    )
    return found | _arrays(orders, "order", (np.int32, np.int64)) | _read_events(view, n_events)


def _products(view: ShopView) -> pa.Table:
    return view.sql(
        f"SELECT l.product_id, p.title, p.brand, p.product_type FROM ({_LISTED}) AS l "
        "LEFT JOIN products AS p ON l.product_id = p.product_id ORDER BY 1"
    )


def _read_events(view: ShopView, n_events: int) -> dict[str, Array]:
    names = ", ".join(f"'{name}'" for name in EVENT_CODES)
    mine = (
        '(SELECT c.customer, f.product_id, f.event, lower(f.search_term) AS term, epoch_us(f."at") AS moment '
        f"FROM customer_events AS f JOIN {_PROFILES} AS c ON f.customer_id = c.customer_id WHERE f.event IN ({names}))"
    )
    cut = np.iinfo(np.int64).min
    if int(view.sql(f"SELECT count(*) AS n FROM {mine}")["n"][0].as_py()) > n_events:
        # The cut keeps whole moments, so that it does not depend on the order of rows.
        newest = view.sql(f"SELECT moment FROM {mine} ORDER BY 1 DESC LIMIT 1 OFFSET {int(n_events)}")
        cut = int(newest["moment"][0].as_py()) + 1
    since = {"cut": int(cut)}
    terms = view.sql(f"SELECT DISTINCT term FROM {mine} WHERE term IS NOT NULL AND moment >= $cut ORDER BY 1", since)
    numbered = "SELECT term, CAST(row_number() OVER (ORDER BY term) - 1 AS INTEGER) AS words"
    kind = " ".join(f"WHEN '{name}' THEN {code}" for code, name in enumerate(EVENT_CODES))
    events = view.sql(
        f"SELECT e.customer, coalesce(p.product, -1) AS product, e.moment, CASE e.event {kind} END AS kind, "
        f"coalesce(t.words, -1) AS words FROM {mine} AS e LEFT JOIN {_PRODUCTS} AS p ON e.product_id = p.product_id LEFT JOIN "
        f"({numbered} FROM (SELECT DISTINCT term FROM {mine} WHERE term IS NOT NULL AND moment >= $cut)) AS t ON e.term = t.term "
        f"WHERE e.moment >= $cut ORDER BY ALL",
        since,
    )
    found = _arrays(events, "event", (np.int32, np.int32, np.int64, np.uint8, np.int32))
    found |= keep(terms, (text("term", "the words searched for", required=True),), "term")
    return {**found, "event_cut": np.array([cut], np.int64)}


def _arrays(table: pa.Table, prefix: str, kinds: tuple[type, ...]) -> dict[str, Array]:
    names = {"number": "order", "moment": "at"}
    return {
        f"{prefix}_{names.get(name, name)}": np.asarray(table[name]).astype(kind, copy=False)
        for name, kind in zip(table.column_names, kinds, strict=True)
    }
