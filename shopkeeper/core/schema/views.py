"""Views: what is derived from facts and entities, the same on every engine."""

from __future__ import annotations

from shopkeeper.core.columns import Table, date, integer, moment, number, text
from shopkeeper.core.schema.words import MONEY

INTERACTIONS = Table(
    "interactions", "view", "Who did what with which product: events and order lines as one, each purchase counted once.",
    (
        text("actor_id", "the customer; a guest's order or an anonymous visit as 'order:…' or 'session:…'", required=True),
        text("customer_id", "the customer, where known"),
        text("session_id", "the visit, or the order where only orders are known"),
        text("product_id", "the product", required=True),
        text("event", "what was done, by GA4's name", required=True),
        moment("at", "when", required=True),
    ),
    moment="at", of=("events", "order_lines"),
)  # fmt: skip

DAILY_SALES = Table(
    "daily_sales", "view", "The shop's trade, one row a day in the shop's time zone.",
    (
        date("date", "the day", required=True),
        number("revenue", "order lines' worth, without returns", unit=MONEY),
        number("returned", "worth of returns, positive", unit=MONEY),
        integer("n_orders", "orders placed"),
        integer("n_customers", "known customers who bought"),
        number("units", "pieces sold", unit="pieces"),
    ),
    moment="date", of=("order_lines",),
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
