"""Visits as they began: what is known of each before its checkout, and whether it ended in an order.

A visit is looked at after its first events, before anything of its checkout: begin_checkout, shipping, payment, purchase, and
the order's own moment end what may be read. So nothing of an outcome is ever among the features; a visit that begins with its
checkout is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

COUNTED = (
    "n_events", "n_views", "n_products", "n_categories", "n_carts", "n_removed", "n_searches", "n_lists", "n_wishes",
    "n_promotions", "seconds", "seconds_a_step", "views_a_product", "price_level", "hour", "weekday", "is_known",
    "n_orders_before", "days_since_order", "n_visits_before", "days_since_visit",
)  # fmt: skip
MOST_WORDS = 6  # channels and devices that are told apart: the most frequent ones
FEWEST_OF_WORD = 20

SESSIONS = """
WITH visits AS (
    SELECT
        session_id,
        min("at") AS started_at,
        max("at") AS ended_at,
        max(customer_id) AS customer_id,
        min("at") FILTER (WHERE event IN ('begin_checkout', 'add_shipping_info', 'add_payment_info', 'purchase')) AS checkout_at,
        coalesce(bool_or(event = 'purchase'), false) AS bought
    FROM events
    WHERE session_id IS NOT NULL AND event <> 'refund'
    GROUP BY session_id
),
ordered AS (
    SELECT session_id, min("at") AS ordered_at FROM orders
    WHERE session_id IS NOT NULL AND coalesce(value, 0) >= 0 GROUP BY session_id
),
newest AS (
    SELECT visits.*, least(checkout_at, ordered_at) AS border, bought OR ordered_at IS NOT NULL AS has_bought
    FROM visits LEFT JOIN ordered ON visits.session_id = ordered.session_id
    ORDER BY started_at DESC, visits.session_id
    LIMIT $n_sessions
),
begun AS (
    SELECT
        events.session_id, events."at", events.event, events.product_id, events.customer_id, events.channel, events.device,
        row_number() OVER (PARTITION BY events.session_id ORDER BY events."at", events.event_id) AS step
    FROM events JOIN newest ON events.session_id = newest.session_id
    WHERE event <> 'refund' AND (border IS NULL OR events."at" < border)
    QUALIFY step <= $n_events
),
levels AS (SELECT product_id, product_type, percent_rank() OVER (ORDER BY price) AS level FROM products WHERE price IS NOT NULL),
types AS (SELECT product_id, product_type FROM products),
facts AS (
    SELECT
        session_id,
        min("at") AS first_at,
        count(*) AS n_events,
        count(*) FILTER (WHERE event = 'view_item') AS n_views,
        count(DISTINCT begun.product_id) FILTER (WHERE event = 'view_item') AS n_products,
        count(DISTINCT types.product_type) AS n_categories,
        count(*) FILTER (WHERE event = 'add_to_cart') AS n_carts,
        count(*) FILTER (WHERE event = 'remove_from_cart') AS n_removed,
        count(*) FILTER (WHERE event IN ('search', 'view_search_results')) AS n_searches,
        count(*) FILTER (WHERE event IN ('view_item_list', 'select_item')) AS n_lists,
        count(*) FILTER (WHERE event = 'add_to_wishlist') AS n_wishes,
        count(*) FILTER (WHERE event IN ('view_promotion', 'select_promotion')) AS n_promotions,
        (epoch_us(max("at")) - epoch_us(min("at"))) / 1000000.0 AS seconds,
        sum(CAST(round(level * 1000000) AS BIGINT)) FILTER (WHERE event = 'view_item')
            / nullif(count(level) FILTER (WHERE event = 'view_item'), 0) / 1000000.0 AS price_level,
        max(begun.customer_id) AS known_id,
        arg_min(channel, step) FILTER (WHERE channel IS NOT NULL) AS channel,
        arg_min(device, step) FILTER (WHERE device IS NOT NULL) AS device
    FROM begun
    LEFT JOIN levels ON begun.product_id = levels.product_id
    LEFT JOIN types ON begun.product_id = types.product_id
    GROUP BY session_id
),
past_orders AS (
    SELECT customer_id, "at", row_number() OVER (PARTITION BY customer_id ORDER BY "at", order_id) AS n FROM customer_orders
),
past_visits AS (
    SELECT customer_id, ended_at AS "at", row_number() OVER (PARTITION BY customer_id ORDER BY ended_at, session_id) AS n
    FROM visits WHERE customer_id IS NOT NULL
),
with_orders AS (
    SELECT facts.*, coalesce(past_orders.n, 0) AS n_orders_before,
        (epoch_us(first_at) - epoch_us(past_orders."at")) / 86400000000.0 AS days_since_order
    FROM facts ASOF LEFT JOIN past_orders ON facts.known_id = past_orders.customer_id AND facts.first_at > past_orders."at"
),
with_visits AS (
    SELECT with_orders.*, coalesce(past_visits.n, 0) AS n_visits_before,
        (epoch_us(first_at) - epoch_us(past_visits."at")) / 86400000000.0 AS days_since_visit
    FROM with_orders ASOF LEFT JOIN past_visits
        ON with_orders.known_id = past_visits.customer_id AND with_orders.first_at > past_visits."at"
)
SELECT
    with_visits.* EXCLUDE (first_at, known_id),
    seconds / greatest(n_events - 1, 1) AS seconds_a_step,
    n_views / nullif(n_products, 0) AS views_a_product,
    hour(started_at AT TIME ZONE 'UTC' AT TIME ZONE $time_zone) AS hour,
    isodow(started_at AT TIME ZONE 'UTC' AT TIME ZONE $time_zone) AS weekday,
    CAST(known_id IS NOT NULL AS INTEGER) AS is_known,
    newest.customer_id, newest.started_at, newest.ended_at, newest.has_bought
FROM with_visits JOIN newest ON with_visits.session_id = newest.session_id
ORDER BY newest.started_at, with_visits.session_id
"""


@dataclass(frozen=True)
class Visits:
    """Visits in order of time, with ``features`` float64 [visits, names] as they began.

    ``table`` has session_id, customer_id, started_at, ended_at, has_bought. ``is_open`` bool: so recent that it may go on.
    """

    table: pa.Table
    names: tuple[str, ...]
    features: Array
    is_open: Array

    @property
    def has_bought(self) -> Array:
        """Whether each visit ended in an order so far: bool [visits]."""
        return np.asarray(self.table["has_bought"]).astype(np.bool_)


def read_visits(view: ShopView, n_sessions: int, n_events: int, silence_minutes: int) -> Visits:
    """The newest ``n_sessions`` visits after at most ``n_events`` events each; open ones had an event within the silence."""
    asked = {"n_sessions": n_sessions, "n_events": n_events, "time_zone": view.time_zone}
    found = view.sql(SESSIONS, asked)
    columns = [np.asarray(pc.fill_null(found[name].cast(pa.float64()), np.nan)) for name in COUNTED]
    names = list(COUNTED)
    for word in ("channel", "device"):
        for value, is_so in _words(found[word]):
            names.append(f"{word}={value}")
            columns.append(is_so)
    quiet = pa.scalar((view.as_of - timedelta(minutes=silence_minutes)).replace(tzinfo=None), pa.timestamp("us"))
    is_open = np.asarray(pc.greater(found["ended_at"].cast(pa.timestamp("us")), quiet)).astype(np.bool_)
    kept = found.select(["session_id", "customer_id", "started_at", "ended_at", "has_bought"])
    features = np.column_stack(columns).astype(np.float64) if found.num_rows else np.empty((0, len(names)))
    return Visits(kept, tuple(names), features, is_open)


def _words(column: pa.ChunkedArray) -> list[tuple[str, Array]]:
    """The most frequent values, each with which visits have it."""
    counts = {each["values"]: each["counts"] for each in pc.value_counts(column).to_pylist() if each["values"]}
    common = sorted(counts, key=lambda value: (-counts[value], value))[:MOST_WORDS]
    return [
        (value, np.asarray(pc.fill_null(pc.equal(column, value), False)).astype(np.float64))
        for value in common
        if counts[value] >= FEWEST_OF_WORD
    ]
