"""Views: what is derived from facts and entities, the same on every engine."""

from __future__ import annotations

from shopkeeper.core.columns import Table, date, integer, moment, number, text
from shopkeeper.core.schema.facts import EVENTS, ORDER_LINES
from shopkeeper.core.schema.words import MONEY

INTERACTIONS = Table(
    "interactions", "view",
    "Who did what with which product: events and order lines as one, each purchase counted once. Made for recommending: an order "
    "that was cancelled is still a sign of interest, and an event is its actor's as it was told, also before a login.",
    (
        text("actor_id", "the customer; a guest's order or an anonymous visit as 'order:…' or 'session:…'", required=True),
        text("customer_id", "the customer, where known"),
        text("session_id", "the visit, or the order where only orders are known"),
        text("product_id", "the product", required=True),
        text("event", "what was done, by GA4's name", required=True),
        moment("at", "when", required=True),
    ),
    moment="at", of=("events", "order_lines", "owned_lines"),
)  # fmt: skip

DAILY_SALES = Table(
    "daily_sales", "view", "The shop's trade, one row a day in the shop's time zone; cancelled orders are none.",
    (
        date("date", "the day", required=True),
        number("revenue", "order lines' worth, without returns", unit=MONEY),
        number("returned", "worth of returns, positive", unit=MONEY),
        integer("n_orders", "orders placed and not cancelled"),
        integer("n_customers", "known customers who bought"),
        number("units", "pieces sold", unit="pieces"),
    ),
    moment="date", of=("sold_lines", "order_lines"),
)  # fmt: skip

CANCELLED_ORDERS = Table(
    "cancelled_orders", "view",
    "Orders that are no purchases: the newest of their states, returned and refunded left aside, is cancelled.",
    (text("order_id", "the order", required=True),),
    of=("order_status",), is_held=True,
)  # fmt: skip
"""As of the view's moment: one cancelled later is none yet, one that went on after it was cancelled is none any more."""

ORDER_CUSTOMERS = Table(
    "order_customers", "view", "Whose lines without a customer are: the orders that name theirs where their lines do not.",
    (
        text("order_id", "the order", required=True),
        text("customer_id", "the customer", required=True),
    ),
    of=("orders", "order_lines"), is_held=True,
)  # fmt: skip
"""Empty where every line of a known customer's order names that customer: then nothing is joined."""

OWNED_LINES = Table(
    "owned_lines", "view",
    "Every order line with its customer: its own, or else its order's. This is where it is decided whose a line is.",
    ORDER_LINES.columns,
    moment="at", of=("order_lines", "order_customers"), differs_by="order_customers",
)  # fmt: skip

SOLD_LINES = Table(
    "sold_lines", "view", "The lines of orders that were not cancelled: what was bought and what came back.", ORDER_LINES.columns,
    moment="at", of=("owned_lines", "cancelled_orders"), differs_by="cancelled_orders",
)  # fmt: skip

SESSION_CUSTOMERS = Table(
    "session_customers", "view", "Whose each visit was, where its events or its order name exactly one customer.",
    (
        text("session_id", "the visit", required=True),
        text("customer_id", "the customer", required=True),
    ),
    of=("events", "orders"), is_held=True,
)  # fmt: skip
"""Empty where no event with a session lacks its customer: then there is nothing to find out."""

CUSTOMER_EVENTS = Table(
    "customer_events", "view", "What known customers did: their events, and those of the same visit before they logged in.",
    EVENTS.columns,
    moment="at", of=("events", "session_customers"),
)  # fmt: skip

CURRENT_PRICES = Table(
    "current_prices", "view", "What each product costs now: the last price of the history, else the catalog's.",
    (
        text("product_id", "the product", required=True),
        number("price", "regular price", unit=MONEY),
        number("sale_price", "reduced price", unit=MONEY),
    ),
    of=("prices", "products"),
)  # fmt: skip

LAST_STOCK = Table(
    "last_stock", "view", "The last count of each product, summed over locations.",
    (
        text("product_id", "the product", required=True),
        number("quantity", "pieces that can be sold", unit="pieces"),
        moment("at", "the newest count"),
    ),
    of=("stock_levels",),
)  # fmt: skip
