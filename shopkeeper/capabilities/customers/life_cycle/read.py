"""From order lines to order days and what they were worth: the only place in life_cycle/ that reads the shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.customers.life_cycle.calendar import local_sql
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.rhythm.histories import OrderDays

UNITS = 10_000
"""Money is added up in ten-thousandths of the shop's currency: sums of whole numbers do not depend on the order of rows."""

# An order is placed with its first line; a return counts on the day on which it came back. The day is the shop's own.
_DAYS = """
WITH lines AS (
    SELECT customer_id, order_id, "at", quantity > 0 AS is_bought,
           TRY_CAST(round(quantity * price * {units}) AS BIGINT) AS units
    FROM sold_lines
    WHERE customer_id IS NOT NULL AND quantity <> 0
), placed AS (
    SELECT customer_id, min("at") AS "at", 1 AS n_orders, sum(units) AS units
    FROM lines WHERE is_bought GROUP BY customer_id, order_id
    UNION ALL
    SELECT customer_id, "at", 0, sum(units) FROM lines WHERE NOT is_bought GROUP BY customer_id, "at"
)
SELECT customer_id, CAST({local} AS DATE) AS day, sum(n_orders)::BIGINT AS n_orders,
       max("at") FILTER (WHERE n_orders > 0) AS last_at, coalesce(sum(units), 0)::DOUBLE AS units
FROM placed GROUP BY customer_id, day ORDER BY customer_id, day
"""


@dataclass(frozen=True)
class Trade:
    """What each customer bought on each day; rows by customer and day, of customers who have ordered.

    ``customers`` are their ids, sorted. A row: ``customer`` int64 (place in them), ``day`` int32 (local days since 1970),
    ``n_orders`` int64 (0 where something only came back), ``units`` float64 (whole ten-thousandths of the shop's currency: bought
    less what came back). ``history`` has the days with orders.
    """

    customers: pa.Array
    customer: Array
    day: Array
    n_orders: Array
    units: Array
    history: OrderDays


def read_trade(view: ShopView, who: str) -> Trade:
    """All days on which customers ordered or sent back; `NotEnoughData`, in the name of the task ``who``, if nobody ordered."""
    span = view.sql('SELECT min("at") AS first, max("at") AS last FROM order_lines').to_pylist()[0]
    if span["first"] is None:
        raise _nobody(who, 0)
    local = local_sql('"at"', _aware(span["first"]), _aware(span["last"]), view.time_zone)
    found = view.sql(_DAYS.format(units=UNITS, local=local)).combine_chunks()
    ids = found["customer_id"].combine_chunks() if found.num_rows else pa.array([], pa.string())
    is_first = np.ones(len(ids), np.bool_)
    if len(ids):
        is_first[1:] = np.asarray(pc.not_equal(ids[1:], ids[:-1]))
    customer = np.cumsum(is_first) - 1
    n_orders = np.asarray(found["n_orders"])
    has_ordered = np.zeros(int(is_first.sum()), np.bool_)
    has_ordered[customer[n_orders > 0]] = True
    if not has_ordered.any():
        raise _nobody(who, len(has_ordered))
    rows = has_ordered[customer]
    place = np.cumsum(has_ordered) - 1
    customers = ids.filter(pa.array(is_first)).filter(pa.array(has_ordered))
    days = np.asarray(found["day"].cast(pa.int32()))[rows]
    last_at = np.asarray(pc.fill_null(found["last_at"].cast(pa.int64()), 0))[rows]
    customer, n_orders = place[customer[rows]], n_orders[rows]
    ordered = n_orders > 0
    starts = np.zeros(len(customers) + 1, np.int64)
    np.cumsum(np.bincount(customer[ordered], minlength=len(customers)), out=starts[1:])
    history = OrderDays(starts, days[ordered], last_at[ordered])
    return Trade(customers, customer, days, n_orders, np.asarray(found["units"])[rows], history)


def _nobody(who: str, n_returning: int) -> NotEnoughData:
    return NotEnoughData(
        f"{who!r} needs orders of known customers.",
        got=f"{n_returning:,} customers who only sent back" if n_returning else "no order line with a customer",
        wanted="order lines with a customer_id and a quantity above 0",
        next="import orders with the store's customer numbers: `shopkeeper import FILE`",
        task=who,
        table="order_lines",
    )


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
