"""Visits that looked, filled a cart or began to check out and left it at that: what was left, whose it is, what it is worth."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from shopkeeper.capabilities.customers.journeys.visits import no_visits, visits_sql
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView

KINDS = ("browse", "cart", "checkout")
UNITS = 10_000
"""Money is added up in ten-thousandths of the shop's currency: sums of whole numbers do not depend on the order of rows."""
MOST_PRODUCTS = 20

# A product was left if neither the visit nor, from its beginning on, the customer bought it or a variant of it. What was taken
# out of the cart again counts as looked at. A visit that bought something else is not told for what it only looked at.
_LEFT = """, variants AS (
    SELECT product_id, coalesce(item_group_id, product_id) AS variant FROM products
), bought AS MATERIALIZED (
    SELECT lines.customer_id, ordered.visit_id, coalesce(variant, lines.product_id) AS variant, lines."at"
    FROM order_lines AS lines LEFT JOIN ordered ON ordered.order_id = lines.order_id LEFT JOIN variants USING (product_id)
    WHERE lines.quantity > 0 AND lines."at" >= $from
    UNION ALL
    SELECT customer_id, visit_id, coalesce(variant, done.product_id), "at"
    FROM done LEFT JOIN variants USING (product_id) WHERE depth = 4 AND product_id IS NOT NULL
), paid AS (
    SELECT visit_id FROM ordered WHERE visit_id IS NOT NULL UNION SELECT visit_id FROM visits WHERE depth = 4
), over AS (
    SELECT *, visit_id IN (FROM paid) AS has_paid,
           visit_id IN (SELECT visit_id FROM bought WHERE visit_id IS NOT NULL) AS is_itemized
    FROM visits WHERE ends <= $quiet_since
), touched AS (
    SELECT visit_id, product_id, max("at") AS last_at,
           max("at") FILTER (WHERE event = 'add_to_cart') AS added_at,
           max("at") FILTER (WHERE event = 'remove_from_cart') AS removed_at,
           sum(CAST(round(greatest(coalesce(quantity, 1), 0)) AS BIGINT)) FILTER (WHERE event = 'add_to_cart') AS n_added,
           coalesce(bool_or(depth = 3), false) AS is_checked_out
    FROM done WHERE product_id IS NOT NULL AND (depth BETWEEN 1 AND 3 OR event = 'remove_from_cart') GROUP BY visit_id, product_id
), levels AS (
    SELECT over.visit_id, over.customer_id, over.begins, over.ends, product_id, last_at, has_paid,
           has_paid AND NOT is_itemized AS is_paid,
           CASE WHEN removed_at > added_at THEN 0 ELSE coalesce(n_added, 0) END AS in_cart,
           CASE WHEN is_checked_out OR (in_cart > 0 AND has_checkout) THEN 3 WHEN in_cart > 0 THEN 2 ELSE 1 END AS level
    FROM touched JOIN over USING (visit_id)
), open AS (
    SELECT levels.*, coalesce(variant, levels.product_id) AS variant FROM levels LEFT JOIN variants USING (product_id)
    WHERE (level > 1 AND NOT is_paid) OR NOT has_paid
), left_over AS (
    SELECT * FROM open
    WHERE NOT EXISTS (FROM bought WHERE bought.visit_id = open.visit_id AND bought.variant = open.variant)
      AND NOT EXISTS (FROM bought WHERE bought.customer_id = open.customer_id AND bought.variant = open.variant
                      AND bought."at" >= open.begins)
    QUALIFY level = max(level) OVER (PARTITION BY visit_id)
)
SELECT visit_id AS session_id, any_value(customer_id) AS customer_id, any_value(ends) AS "at", any_value(level) AS level,
       list(product_id ORDER BY last_at DESC, product_id) AS products, count(*) AS n_products,
       CAST(sum(TRY_CAST(round(coalesce(sale_price, price) * greatest(in_cart, 1) * {units}) AS BIGINT)) AS DOUBLE) AS units
FROM left_over LEFT JOIN current_prices USING (product_id)
GROUP BY visit_id ORDER BY "at" DESC, session_id
"""


def abandonment_table(view: ShopView, settings: CustomersSettings) -> Result:
    """The table `abandonments`: one row a visit that left something, the newest first."""
    view.progress.step(0.0, "reading visits")
    quiet = timedelta(hours=settings.abandoned_after_hours)
    now = min(view.as_of, _newest(view) + quiet)
    begin, parameters = visits_sql(view, now - timedelta(days=settings.abandoned_days), settings)
    found = view.sql(begin + _LEFT.format(units=UNITS), {**parameters, "quiet_since": now - quiet})
    if found.num_rows == 0:
        n = view.sql(begin + " SELECT count(*) AS n FROM visits", parameters)["n"][0].as_py()
        if n == 0:
            raise no_visits("customers.abandonments", settings.abandoned_days)
    view.progress.step(0.9, "telling what was left")
    customers = found["customer_id"].to_pylist()
    seen: set[str] = set()
    is_newest = []
    for customer in customers:
        is_newest.append(customer is None or customer not in seen)
        seen.add(customer)
    units = found["units"].to_pylist()
    left = [json.dumps(products[:MOST_PRODUCTS]) for products in found["products"].to_pylist()]
    kinds = [KINDS[level - 1] for level in found["level"].to_pylist()]
    table = pa.table(
        {
            "session_id": found["session_id"].cast(pa.string()),
            "customer_id": found["customer_id"].cast(pa.string()),
            "at": found["at"].cast(pa.timestamp("us")),
            "kind": pa.array(kinds, pa.string()),
            "product_ids": pa.array(left, pa.string()),
            "n_products": found["n_products"].cast(pa.int64()),
            "value": pa.array([None if worth is None else worth / UNITS for worth in units], pa.float64()),
            "is_newest": pa.array(is_newest, pa.bool_()),
        }
    )
    view.progress.step(1.0, "telling what was left")
    return Result(table, headline=_headline(kinds, units, customers, settings.abandoned_days))


def _newest(view: ShopView) -> datetime:
    """The newest event or order: prices, which are read too, change when a catalog is brought in, long after what was sold."""
    newest = view.sql('SELECT max("at") AS "at" FROM (SELECT "at" FROM events UNION ALL SELECT "at" FROM order_lines)')["at"][0]
    return newest.as_py().replace(tzinfo=UTC) if newest.is_valid else view.as_of


def _headline(kinds: list[str], units: list[float | None], customers: list[str | None], days: int) -> str:
    n = {kind: kinds.count(kind) for kind in KINDS}
    if not kinds:
        return f"No visit of the last {days:,} days left anything behind."
    left = sum(worth or 0.0 for worth, kind in zip(units, kinds, strict=True) if kind != "browse") / UNITS
    known = len({customer for customer, kind in zip(customers, kinds, strict=True) if customer and kind != "browse"})
    return (
        f"In {days:,} days {n['cart']:,} visits left a cart, {n['checkout']:,} a checkout, worth {left:,.0f} today, "
        f"{known:,} known customers among them; {n['browse']:,} only looked."
    )
