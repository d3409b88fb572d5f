"""Customers by the month of their first order: how many order again in each month after it, and what they are worth by then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.life_cycle.calendar import first_days, micros, month_begins, month_of, months_of
from shopkeeper.capabilities.customers.life_cycle.read import UNITS, Trade, read_trade
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.shares.intervals import wilson


@dataclass(frozen=True)
class Cohorts:
    """Sums [cohorts, months since]: customers who ordered, orders, worth (whole ten-thousandths); and each cohort's size.

    ``first`` is the first cohort's month, ``newest`` the month of now, both since January 1970.
    """

    first: int
    newest: int
    size: Array
    n_active: Array
    orders: Array
    units: Array


def cohort_sums(trade: Trade, newest: int, n_months: int) -> Cohorts:
    """The sums of the cohorts of the last ``n_months`` months up to ``newest``; earlier customers are left out."""
    began = months_of(trade.history.day[trade.history.starts[:-1]])
    first = int(max(began.min(), newest - n_months + 1))
    k = newest - first + 1
    month = months_of(trade.day)
    cohort = began[trade.customer] - first
    since = month - began[trade.customer]
    rows = (cohort >= 0) & (since >= 0) & (since < k) & (cohort < k)
    cell = cohort[rows] * k + since[rows]
    ordered = trade.n_orders[rows] > 0
    active = np.unique(trade.customer[rows][ordered] * (k * k) + cell[ordered]) % (k * k)

    def table(values: Array) -> Array:
        return values.reshape(k, k)

    return Cohorts(
        first, newest, np.bincount(began[began >= first] - first, minlength=k),
        table(np.bincount(active, minlength=k * k)),
        table(np.bincount(cell, trade.n_orders[rows], k * k).astype(np.int64)),
        table(np.bincount(cell, trade.units[rows], k * k)),
    )  # fmt: skip


def cohort_table(view: ShopView, settings: CustomersSettings) -> Result:
    """The table `cohorts`: one row a cohort and month since its first one, up to now."""
    view.progress.step(0.0, "reading orders")
    trade = read_trade(view, "customers.cohorts")
    view.progress.step(0.7, "adding up cohorts")
    sums = cohort_sums(trade, month_of(view.as_of, view.time_zone), settings.cohort_months)
    k = len(sums.size)
    cohort, since = np.nonzero((np.arange(k)[:, None] + np.arange(k)[None, :] < k) & (sums.size > 0)[:, None])
    size, active = sums.size[cohort], sums.n_active[cohort, since]
    low, high = wilson(active, size)
    month = sums.first + cohort + since
    now = micros(view.as_of)
    is_over = np.array([month_begins(sums.first + place + 1, view.time_zone) - 1 <= now for place in range(k)])
    cumulated = np.cumsum(sums.units, axis=1)[cohort, since]
    table = pa.table(
        {
            "cohort_date": pa.array(first_days(sums.first + cohort), pa.date32()),
            "months_since": pa.array(since),
            "n_customers": pa.array(size),
            "n_active": pa.array(active),
            "retention": pa.array(active / size),
            "retention_low": pa.array(low),
            "retention_high": pa.array(high),
            "orders": pa.array(sums.orders[cohort, since]),
            "value": pa.array(sums.units[cohort, since] / UNITS),
            "value_per_customer": pa.array(cumulated / UNITS / size),
            "is_complete": pa.array(is_over[month - sums.first]),
        }
    )
    view.progress.step(1.0, "telling cohorts")
    return Result(table, headline=_headline(sums, is_over))


def _headline(sums: Cohorts, is_over: Array) -> str:
    """Retention after a month and after half a year, over the cohorts for which that month is over."""
    k = len(sums.size)
    told = []
    for since, words in ((1, "one month"), (6, "six months")):
        cohorts = np.array([c for c in range(k) if c + since < k and is_over[c + since] and sums.size[c]], np.int64)
        if len(cohorts):
            share = sums.n_active[cohorts, since].sum() / sums.size[cohorts].sum()
            told.append(f"{share:.0%} order {words} after the month of their first order")
    n = f"{int(sums.size.sum()):,} customers in {int((sums.size > 0).sum()):,} monthly cohorts"
    return f"{n}: " + ", ".join(told) + "." if told else f"{n}; no month after a first one is over yet."
