"""The rows of `customer_state`, by kernels instead of SQL: for a million customers seconds instead of a minute.

`store/views/customer_state*.sql` say what every feature is; here is the same arithmetic in the same order, on whole numbers until
the last step, so that both agree (a test proves it). Visits, reviews, messages and returns are still the views' own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.customers.state.favorites import favorite_names, shares_as_json
from shopkeeper.capabilities.customers.state.reading import (
    Customers,
    Worths,
    read_comings,
    read_customers,
    read_lines,
    read_orders,
    read_part,
)
from shopkeeper.core.schema import CUSTOMER_STATE
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.purchases.baskets import baskets
from shopkeeper.numerics.purchases.frequent import most_frequent
from shopkeeper.numerics.purchases.habits import Habits, Orders, habits
from shopkeeper.numerics.purchases.sums import sums
from shopkeeper.store.arrow_types import conform

PER_UNIT = 10_000.0  # money and pieces are added as whole ten-thousandths
LEVELS = 1_000_000.0  # ranks of prices as whole millionths
DAY = 86_400_000_000.0
Columns = dict[str, Any]


def customer_state(view: ShopView) -> pa.Table:
    """What is known of every customer: the rows and columns of the view `customer_state`, in its order."""
    view.progress.step(0.0, "known customers and their orders")
    customers = read_customers(view)
    if customers is None or len(customers.key) == 0:
        return view.table("customer_state")
    found: Columns = {"customer_id": customers.customer_id}
    with ThreadPoolExecutor(1) as pool:  # while one asks the store, the other counts
        of_lines = pool.submit(_baskets, view, customers)
        view.progress.step(0.3, "visits, orders, baskets")
        found |= _contacts(view, customers) | _comings(view, customers) | _orders(view, customers)
        found |= _money(found, read_part(view, "customer_state_returns", customers))
        view.progress.step(0.6, "baskets")
        found |= of_lines.result()
    found["basket_size_mean"] = _mean(found.pop("n_bought"), found.pop("n_baskets"))
    found |= _since(view, found)
    return conform(pa.table({name: found[name] for name in CUSTOMER_STATE.names}), CUSTOMER_STATE)


def _orders(view: ShopView, customers: Customers) -> Columns:
    orders, worths, methods = read_orders(view, customers)
    n = len(customers.key)
    found = habits(orders, n)
    has = found.n_orders > 0
    n_orders = np.where(has, found.n_orders, np.nan)
    return {
        "n_orders": found.n_orders,
        "first_order_at": pa.array(found.first_at, pa.int64(), mask=~has).cast(pa.timestamp("us")),
        "last_order_at": pa.array(found.last_at, pa.int64(), mask=~has).cast(pa.timestamp("us")),
        "hour": pa.array(found.hour, mask=~has),
        "hour_share": _known(found.n_hour / n_orders),
        "weekday": pa.array(found.weekday, mask=~has),
        "weekday_share": _known(found.n_weekday / n_orders),
        "weekend_share": _known(found.n_weekend / n_orders),
        "payment_method": methods.take(pa.array(found.method, mask=found.method < 0)),
        **_rhythm(found),
        **_worths(view, orders, worths, n),
    }


def _rhythm(found: Habits) -> Columns:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = found.gaps / found.n_gaps
        spread = found.gap_squares - found.gaps.astype(np.float64) * found.gaps / found.n_gaps
        deviation = np.sqrt(spread / np.where(found.n_gaps > 1, found.n_gaps - 1, np.nan))
        return {
            "gap_mean_days": _known(mean),
            "gap_median_days": _known(found.gap_median),
            "gap_std_days": _known(deviation),
            "regularity": _known(1 / (1 + deviation / mean)),
        }


def _worths(view: ShopView, orders: Orders, worths: Worths, n: int) -> Columns:
    recent = {days: orders.at > _micros(view) - days * int(DAY) for days in (365, 90)}
    added = {
        "revenue": worths.worth, "revenue_12m": worths.worth * recent[365], "revenue_90d": worths.worth * recent[90],
        "n_worth": worths.has_worth, "units": worths.units, "n_baskets": worths.has_units, "n_orders_12m": recent[365],
        "n_orders_90d": recent[90],
    }  # fmt: skip
    values = np.stack([value.astype(np.int64) for value in added.values()])
    total = dict(zip(added, sums(orders.customer, values, n), strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            **{name: total[name] / PER_UNIT for name in ("revenue", "revenue_12m", "revenue_90d")},
            **{name: total[name] for name in ("n_orders_12m", "n_orders_90d", "n_baskets")},
            "order_value_mean": _known(total["revenue"] / PER_UNIT / total["n_worth"]),
            "basket_units_mean": _known(total["units"] / PER_UNIT / total["n_baskets"]),
        }


def _baskets(view: ShopView, customers: Customers) -> Columns:
    bought, kinds, names = read_lines(view, customers)
    found = baskets(bought, kinds, len(customers.key))
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {
            "n_products": found.n_products,
            "n_bought": found.n_bought,
            "price_level": _known(found.level / found.n_level / LEVELS),
            "discount_share": _known(found.n_reduced / found.n_lines),
            "repeat_share": _known((found.n_bought - found.n_products) / found.n_bought),
        }
    kinds_of = zip(names, found.top, found.top_worth, found.worth, strict=True)
    categories, brands = ((*favorite_names(*of), shares_as_json(*of)) for of in kinds_of)
    columns |= {"n_categories": found.n_groups[0], "n_brands": found.n_groups[1]}
    columns |= zip(("category", "category_share", "categories"), categories, strict=True)
    columns |= zip(("brand", "brand_share", "brands"), brands, strict=True)
    return columns


def _comings(view: ShopView, customers: Customers) -> Columns:
    whose, names, codes = read_comings(view, customers)
    columns: Columns = {}
    for kind, name, code in zip(("channel", "device"), names, codes, strict=True):
        top, n_top, n = most_frequent(whose, code, len(customers.key))
        columns[kind] = name.take(pa.array(top, mask=top < 0))
        columns[f"{kind}_share"] = _known(n_top / np.where(n > 0, n, np.nan))
    return columns


def _contacts(view: ShopView, customers: Customers) -> Columns:
    part = read_part(view, "customer_state_contacts", customers)
    return {name: pc.fill_null(part[name], 0) if name.startswith("n_") else part[name] for name in part.column_names[1:-1]}


def _money(found: Columns, returns: pa.Table) -> Columns:
    back = {name: np.asarray(pc.fill_null(returns[name], 0)) for name in returns.column_names[1:-1]}
    spans = {f"value{span}": np.round(found[f"revenue{span}"] - back[f"returned{span}"], 4) for span in ("", "_12m", "_90d")}
    with np.errstate(divide="ignore", invalid="ignore"):
        share = back["returned"] / np.where(found["revenue"] > 0, found["revenue"], np.nan)
    return {"n_returns": back["n_returns"], "returned": back["returned"], "return_share": _known(share), **spans}


def _since(view: ShopView, found: Columns) -> Columns:
    seen = pc.max_element_wise(found["last_order_at"], found["last_contact_at"].cast(pa.timestamp("us")))
    recency = _days_until(view, found["last_order_at"])
    with np.errstate(invalid="ignore"):
        overdue = recency / found["gap_mean_days"].to_numpy(zero_copy_only=False)
    return {
        "recency_days": _known(recency),
        "tenure_days": _known(_days_until(view, found["first_order_at"])),
        "overdue": _known(overdue),
        "last_seen_at": seen,
        "seen_days": _known(_days_until(view, seen)),
    }


def _days_until(view: ShopView, moments: pa.Array) -> Array:
    micros: Array = moments.cast(pa.int64()).to_numpy(zero_copy_only=False)  # float with NaN where there are nulls
    return (np.maximum(_micros(view), micros) - micros) / DAY


def _micros(view: ShopView) -> int:
    return (view.as_of - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _mean(n_bought: Array, n_baskets: Array) -> pa.Array:
    """Products an order, where any are known."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return _known(np.where(n_bought > 0, n_bought, np.nan) / n_baskets)


def _known(values: Array) -> pa.Array:
    return pa.array(values, pa.float64(), mask=np.isnan(values))
