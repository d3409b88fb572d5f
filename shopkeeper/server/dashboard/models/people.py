"""Finding a customer or a product by typing, and what is known of them: the history that recommendations come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from datetime import datetime

    from shopkeeper.core.tasks import ShopView

N_FOUND = 8
N_HISTORY_LINES = 400
N_TIMELINE = 12


@dataclass(frozen=True)
class Found:
    """A customer or a product that fits what was typed; ``detail`` is the country or the price."""

    kind: Literal["customer", "product"]
    id: str
    title: str
    n_orders: int


@dataclass(frozen=True)
class Line:
    """A product in an order or an event."""

    product_id: str
    title: str
    quantity: float


@dataclass(frozen=True)
class Moment:
    """One entry of a timeline: an order, a return, or what somebody did on the site at one time."""

    kind: Literal["order", "return", "event"]
    at: datetime
    name: str
    value: float
    lines: tuple[Line, ...] = field(default=())


@dataclass(frozen=True)
class History:
    """What is known of a customer; ``n_*`` and ``value`` count everything, ``moments`` the newest only."""

    customer_id: str
    country: str
    n_orders: int
    value: float
    first_at: datetime | None
    moments: tuple[Moment, ...]
    n_older: int

    @property
    def is_known(self) -> bool:
        """Whether anything of this customer has been seen."""
        return bool(self.moments)


@dataclass(frozen=True)
class Product:
    """A product as its page shows it; what is not known is None or empty."""

    product_id: str
    title: str
    brand: str
    product_type: str
    price: float | None
    units: float
    n_customers: int
    is_known: bool


def find(view: ShopView, typed: str) -> tuple[Found, ...]:
    """Customers by the beginning of their number and products by number or part of the title; the best sold first.

    Nothing typed finds some of each that are worth a look: those with the most orders.
    """
    words = [word for word in typed.lower().split() if word]
    return (*_customers(view, " ".join(words)), *_products(view, words))


def _customers(view: ShopView, typed: str) -> tuple[Found, ...]:
    condition = "AND starts_with(lower(customer_id), $typed)" if typed else ""
    found = view.sql(
        f"""
        SELECT customer_id, count(DISTINCT order_id) AS n_orders FROM order_lines
        WHERE customer_id IS NOT NULL AND quantity > 0 {condition}
        GROUP BY customer_id ORDER BY customer_id = $typed DESC, n_orders DESC, customer_id LIMIT {N_FOUND}
        """,
        {"typed": typed},
    ).to_pylist()
    return tuple(Found("customer", row["customer_id"], row["customer_id"], row["n_orders"]) for row in found)


def _products(view: ShopView, words: list[str]) -> tuple[Found, ...]:
    texts = "lower(coalesce(title, '') || ' ' || product_id || ' ' || coalesce(brand, ''))"
    condition = " AND ".join(f"contains({texts}, $word{index})" for index in range(len(words))) or "true"
    found = view.sql(
        f"""
        WITH matching AS (SELECT product_id, coalesce(title, product_id) AS title FROM products WHERE {condition}),
             sold AS (SELECT product_id, count(DISTINCT order_id) AS n_orders FROM order_lines
                      WHERE quantity > 0 AND product_id IN (SELECT product_id FROM matching) GROUP BY product_id)
        SELECT product_id, title, coalesce(n_orders, 0) AS n_orders FROM matching LEFT JOIN sold USING (product_id)
        ORDER BY lower(product_id) = $whole DESC, n_orders DESC, product_id LIMIT {N_FOUND}
        """,
        {**{f"word{index}": word for index, word in enumerate(words)}, "whole": " ".join(words)},
    ).to_pylist()
    return tuple(Found("product", row["product_id"], row["title"], row["n_orders"]) for row in found)


def history(view: ShopView, customer_id: str) -> History:
    """The customer's orders, returns and events, newest first; an empty history for a customer never seen."""
    totals = view.sql(
        """
        SELECT count(DISTINCT order_id) FILTER (quantity > 0) AS n_orders, coalesce(sum(quantity * price), 0) AS value,
               min(at) AS first_at FROM order_lines WHERE customer_id = $customer
        """,
        {"customer": customer_id},
    ).to_pylist()[0]
    country = view.sql("SELECT country FROM customers WHERE customer_id = $customer", {"customer": customer_id}).to_pylist()
    moments = sorted(_orders(view, customer_id) + _events(view, customer_id), key=lambda entry: entry.at, reverse=True)
    return History(
        customer_id,
        (country[0]["country"] or "") if country else "",
        totals["n_orders"] or 0,
        float(totals["value"]),
        totals["first_at"],
        tuple(moments[:N_TIMELINE]),
        max(0, len(moments) - N_TIMELINE),
    )


def _orders(view: ShopView, customer_id: str) -> list[Moment]:
    rows = view.sql(
        f"""
        SELECT order_id, max(at) AS at, quantity < 0 AS is_return, sum(quantity * price) AS value,
               list({{'product_id': product_id, 'title': coalesce(title, product_id), 'quantity': quantity}}
                    ORDER BY abs(quantity * price) DESC) AS lines
        FROM (SELECT order_id, product_id, quantity, price, at FROM order_lines WHERE customer_id = $customer
              ORDER BY at DESC LIMIT {N_HISTORY_LINES}) AS own
        LEFT JOIN (SELECT product_id, title FROM products) AS known USING (product_id)
        GROUP BY order_id, is_return
        """,
        {"customer": customer_id},
    ).to_pylist()
    return [
        Moment("return" if row["is_return"] else "order", row["at"], row["order_id"], float(row["value"]), _lines(row["lines"]))
        for row in rows
    ]


def _events(view: ShopView, customer_id: str) -> list[Moment]:
    if not view.count("events"):
        return []
    rows = view.sql(
        f"""
        SELECT event, at, coalesce(product_id, '') AS product_id, coalesce(title, product_id, search_term, '') AS title
        FROM (SELECT event, at, product_id, search_term FROM events
              WHERE customer_id = $customer AND event <> 'purchase' ORDER BY at DESC LIMIT {N_TIMELINE}) AS own
        LEFT JOIN (SELECT product_id, title FROM products) AS known USING (product_id)
        """,
        {"customer": customer_id},
    ).to_pylist()
    return [
        Moment("event", row["at"], row["event"], 0.0, (Line(row["product_id"], row["title"], 1.0),) if row["title"] else ())
        for row in rows
    ]


def _lines(rows: list[dict[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(row["product_id"], row["title"], float(row["quantity"])) for row in rows)


def product(view: ShopView, product_id: str) -> Product:
    """The product with how many pieces were sold to how many customers."""
    known = view.sql(
        "SELECT title, brand, product_type, coalesce(sale_price, price) AS price FROM products WHERE product_id = $product",
        {"product": product_id},
    ).to_pylist()
    sold = view.sql(
        """
        SELECT coalesce(sum(quantity), 0) AS units, count(DISTINCT customer_id) AS n_customers, max_by(price, at) AS price
        FROM order_lines WHERE product_id = $product AND quantity > 0
        """,
        {"product": product_id},
    ).to_pylist()[0]
    row = known[0] if known else {}
    price = row.get("price") if row.get("price") is not None else sold["price"]
    return Product(
        product_id,
        row.get("title") or product_id,
        row.get("brand") or "",
        row.get("product_type") or "",
        price,
        float(sold["units"]),
        sold["n_customers"],
        bool(known) or sold["units"] > 0,
    )
