"""When known customers ordered, and what was known of them at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.customers.read import Features, read_features
from shopkeeper.core.progress import Progress, Silent
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

DAY = 86_400_000_000
SAME_DAYS = 1e-6

FEATURES = (
    "recency_days", "tenure_days", "n_orders", "n_orders_12m", "n_orders_90d", "gap_mean_days", "gap_median_days", "gap_std_days",
    "regularity", "overdue", "value", "value_12m", "value_90d", "order_value_mean", "return_share", "n_returns", "price_level",
    "discount_share", "basket_size_mean", "basket_units_mean", "n_products", "repeat_share", "n_categories", "category_share",
    "hour_share", "weekday_share", "weekend_share", "channel_share", "device_share", "seen_days", "n_visits", "n_visits_30d",
    "n_views", "n_views_30d", "n_carts", "n_carts_30d", "n_checkouts", "n_searches", "funnel_depth", "conversion", "n_reviews",
    "rating_mean", "n_messages",
)  # fmt: skip
"""What a classifier looks at: numbers of `customer_state`; words, and what only repeats another feature, are left out."""

DAYS_OF_ORDERS = """
SELECT customer_id, epoch_us(date_trunc('day', at)) AS day, epoch_us(min(at)) AS first_at, epoch_us(max(at)) AS last_at
FROM customer_orders GROUP BY ALL ORDER BY customer_id, day
"""


@dataclass(frozen=True)
class OrderDays:
    """The days on which each customer ordered, in order: customer i has the places ``start[i]`` to ``start[i + 1]``.

    ``first`` and ``last`` int64: the first and the last order of the day, microseconds since 1970.
    """

    customers: pa.Array
    start: Array
    first: Array
    last: Array

    @property
    def customer(self) -> Array:
        """int64 [days]: whose day it is, as a place in ``customers``."""
        return np.repeat(np.arange(len(self.customers)), np.diff(self.start))


def read_order_days(view: ShopView) -> OrderDays:
    """The days with a purchase of all known customers, customers in order of their numbers; returns are no orders."""
    found = view.sql(DAYS_OF_ORDERS).combine_chunks()
    ids = found["customer_id"].combine_chunks() if found.num_rows else pa.array([], pa.string())
    new = np.ones(len(ids), np.bool_)
    if len(ids) > 1:
        new[1:] = np.asarray(pc.not_equal(ids.slice(1), ids.slice(0, len(ids) - 1)))
    start = np.concatenate((np.flatnonzero(new), [len(ids)]))
    first, last = (np.asarray(found[name], np.int64) for name in ("first_at", "last_at"))
    return OrderDays(ids.take(pa.array(start[:-1])), start, first, last)


def read_states(view: ShopView) -> Features:
    """What is known at the view's moment of every customer: `FEATURES`."""
    return read_features(cast(ShopView, Unwatched(view)), "customer_state", FEATURES)


class Unwatched:
    """A view that tells nobody how far reading is: many moments are read, and who reads them says how many are done."""

    def __init__(self, view: ShopView) -> None:
        self._view = view

    @property
    def progress(self) -> Progress:
        """Nobody watches."""
        return Silent()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)


def read_kept_states(view: ShopView, customers: pa.Array, recency_days: Array) -> Features | None:
    """The same of today, as the task `customers.features` kept it, which costs nothing; None where that is not of today.

    ``customers`` who have ordered, and how long ago (float64 days): what was kept at another moment, or of other orders, says
    something else of one of them.
    """
    kept = read_features(view, "customer_features", FEATURES)
    place = pc.index_in(customers, value_set=pa.array(kept.customer_id, pa.string()))
    if place.null_count or not len(place):
        return None
    is_same = np.abs(kept.column("recency_days")[np.asarray(place)] - recency_days) < SAME_DAYS
    return kept if bool(is_same.all()) else None
