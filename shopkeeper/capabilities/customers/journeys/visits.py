"""Visits from events: by their session, or by silence where events name none; and which visit each order belongs to.

All of it is SQL text that funnels and abandonments continue: the only place in journeys/ that says what a visit is.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.tasks import ShopView

STEPS = ("view", "cart", "checkout", "purchase")
_DEPTH = """CASE WHEN event IN ('view_item', 'select_item', 'add_to_wishlist') THEN 1
         WHEN event = 'add_to_cart' THEN 2
         WHEN event IN ('begin_checkout', 'add_shipping_info', 'add_payment_info') THEN 3
         WHEN event = 'purchase' THEN 4 ELSE 0 END"""
MARGIN = timedelta(days=1)
"""Events are read from so long before the period, so that a visit that was under way when it began is not taken for a new one."""

# An event without a session belongs to the visit that the same customer was in, or begins one after a silence.
_BY_SILENCE = """
    SELECT *, last_value(anchor IGNORE NULLS) OVER (
        PARTITION BY customer_id ORDER BY "at", event_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS visit_id
    FROM (
        SELECT *, CASE
            WHEN session_id IS NOT NULL THEN session_id
            WHEN coalesce("at" - lag("at") OVER by_customer > to_minutes(CAST($silence AS INTEGER)), true)
            THEN 'visit:' || customer_id || ':' || epoch_us("at")
        END AS anchor
        FROM told WHERE customer_id IS NOT NULL
        WINDOW by_customer AS (PARTITION BY customer_id ORDER BY "at", event_id)
    )
    UNION ALL
    SELECT *, session_id AS anchor, session_id AS visit_id FROM told WHERE customer_id IS NULL
"""
_BY_SESSION = "SELECT *, session_id AS visit_id FROM told"

# A visit is the customer's whom one of its events names, also what came before the login, or else its order. What was ordered in
# a visit was its purchase, whatever became of the order: a cancelled one is no cart that was left.
# Each order belongs to one visit at most: the one whose purchase event names it, else the one in which it was placed, else the
# customer's newest one that had begun and was not long over.
_VISITS = """
told AS MATERIALIZED (
    SELECT event_id, "at", event, customer_id, session_id, product_id, order_id, quantity, channel, device, {depth} AS depth
    FROM events WHERE "at" >= $from AND (session_id IS NOT NULL OR customer_id IS NOT NULL)
), done AS MATERIALIZED ({how}
), buyers AS (
    SELECT session_id, min(customer_id) AS customer_id FROM orders
    WHERE "at" >= $from AND session_id IS NOT NULL AND customer_id IS NOT NULL
    GROUP BY session_id HAVING min(customer_id) = max(customer_id)
), visits AS MATERIALIZED (
    SELECT visit_id, coalesce(max(done.customer_id), max(buyers.customer_id)) AS customer_id,
           min("at") AS begins, max("at") AS ends, max(depth) AS depth,
           coalesce(bool_or(depth = 3 AND product_id IS NULL), false) AS has_bare_checkout,
           coalesce(bool_or(depth = 3), false) AS has_checkout,
           first(channel ORDER BY "at", event_id) FILTER (WHERE channel IS NOT NULL) AS channel,
           first(device ORDER BY "at", event_id) FILTER (WHERE device IS NOT NULL) AS device
    FROM done LEFT JOIN buyers ON done.visit_id = buyers.session_id
    GROUP BY visit_id HAVING min("at") >= $since AND max(depth) > 0
), placed AS (
    SELECT order_id, max(customer_id) AS customer_id, max(session_id) AS session_id, min("at") AS "at"
    FROM (
        SELECT order_id, customer_id, session_id, "at" FROM orders WHERE "at" >= $from
        UNION ALL
        SELECT order_id, customer_id, NULL, "at" FROM order_lines WHERE "at" >= $from AND quantity > 0
    ) GROUP BY order_id
), named AS (
    SELECT order_id, min(visit_id) AS visit_id FROM done WHERE depth = 4 AND order_id IS NOT NULL GROUP BY order_id
), near AS (
    SELECT placed.order_id, visits.visit_id, visits.ends, placed."at" FROM placed
    ASOF JOIN (SELECT customer_id, begins, max(ends) AS ends, max_by(visit_id, (ends, visit_id)) AS visit_id
               FROM visits WHERE customer_id IS NOT NULL GROUP BY customer_id, begins) AS visits
    ON placed.customer_id = visits.customer_id AND placed."at" >= visits.begins
), ordered AS MATERIALIZED (
    SELECT placed.order_id, placed.customer_id, placed."at", coalesce(
        named.visit_id, visits.visit_id,
        CASE WHEN near."at" <= near.ends + to_minutes(CAST($silence AS INTEGER)) THEN near.visit_id END) AS visit_id
    FROM placed
    LEFT JOIN named ON named.order_id = placed.order_id
    LEFT JOIN visits ON visits.visit_id = placed.session_id
    LEFT JOIN near ON near.order_id = placed.order_id
)"""


def visits_sql(view: ShopView, since: datetime, settings: CustomersSettings) -> tuple[str, dict[str, object]]:
    """(the beginning of a WITH, its parameters) that defines the tables ``done``, ``visits`` and ``ordered``.

    ``done`` has events with their ``visit_id`` and ``depth`` (1 view to 4 purchase, 0 for others), ``visits`` those that began
    from ``since`` on and came to a step, ``ordered`` the orders with the ``visit_id`` in which they were placed, if one is known.
    """
    parameters: dict[str, object] = {"from": since - MARGIN, "since": since, "silence": settings.visit_silence_minutes}
    without = 'SELECT count(*) AS n FROM events WHERE "at" >= $from AND session_id IS NULL AND customer_id IS NOT NULL'
    found = view.sql(without, {"from": since - MARGIN})
    how = _BY_SILENCE if found["n"][0].as_py() else _BY_SESSION
    return "WITH " + _VISITS.format(depth=_DEPTH, how=how), parameters


def no_visits(who: str, days: int) -> NotEnoughData:
    """The refusal of a shop whose events make no visit in the period."""
    return NotEnoughData(
        f"{who!r} needs visits.",
        got=f"no visit in the last {days:,} days in which a product was looked at, put in the cart or bought",
        wanted="events such as view_item, add_to_cart, begin_checkout with a session_id or a customer_id",
        next="send events to POST /api/events, or import them: `shopkeeper import FILE`",
        task=who,
        table="events",
    )
