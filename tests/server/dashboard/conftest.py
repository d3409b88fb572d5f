"""A small shop with a season of trade, the same each time, to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from shopkeeper.server.dashboard.models.memory import Memory
from shopkeeper.shop import Shop

N_CUSTOMERS, N_PRODUCTS, N_DAYS = 120, 40, 70
NEWEST = datetime(2026, 3, 12, 15, 0, tzinfo=UTC)
THEMES = ("lamp", "cup", "garden", "paper")


def products() -> list[dict]:
    """Forty products of four themes; every tenth without a category, one with a name that is awkward in HTML."""
    rows = []
    for number in range(N_PRODUCTS):
        theme = THEMES[number % 4]
        row = {
            "product_id": f"P{number:03}", "title": f"{theme} no. {number}", "brand": f"Brand {number % 3}",
            "product_type": f"Home > {theme}", "price": 2.0 + number,
        }  # fmt: skip
        if number % 10 == 9:
            row.pop("product_type")
        rows.append(row)
    rows[5]["title"] = "cup <b>no. 5</b> & 'saucer'"
    return rows


def order_lines() -> list[dict]:
    """Each customer buys within one or two themes, about every ten days; a few pieces come back."""
    rng = np.random.default_rng(7)
    rows = []
    for customer in range(N_CUSTOMERS):
        own = [number for number in range(N_PRODUCTS) if number % 4 in (customer % 4, (customer // 4) % 4)]
        for order in range(int(rng.integers(2, 9))):
            day = int(rng.integers(0, N_DAYS))
            at = NEWEST - timedelta(days=day, minutes=int(rng.integers(0, 300)))
            for line, number in enumerate(rng.choice(own, size=int(rng.integers(2, 5)), replace=False).tolist()):
                rows.append(
                    {
                        "line_id": f"L{customer}-{order}-{line}", "order_id": f"O{customer}-{order}", "at": at,
                        "customer_id": f"C{customer:03}", "product_id": f"P{number:03}",
                        "quantity": float(rng.integers(1, 6)), "price": 2.0 + number,
                    }
                )  # fmt: skip
    newest = {**rows[0], "line_id": "L-newest", "order_id": "O-newest", "at": NEWEST, "quantity": 2.0}
    back = {**rows[0], "line_id": "L-back", "order_id": "O-back", "at": NEWEST - timedelta(days=2), "quantity": -1.0}
    return [*rows, newest, back]


def fill(shop: Shop) -> Shop:
    """The shop with products, customers, lines, a few events and two rows that break rules."""
    shop.upsert("products", products())
    shop.upsert("customers", [{"customer_id": f"C{number:03}", "country": "France"} for number in range(N_CUSTOMERS)])
    shop.append("order_lines", order_lines())
    shop.append(
        "events",
        [
            {"event_id": "E1", "at": NEWEST, "event": "view_item", "customer_id": "C001", "product_id": "P005"},
            {"event_id": "E2", "at": NEWEST, "event": "search", "customer_id": "C001", "search_term": "blue cups"},
        ],
    )
    shop.append("order_lines", [{"line_id": "bad-1", "order_id": "x", "product_id": "P001", "quantity": "many", "price": 1.0}])
    shop.append("order_lines", [{"line_id": "bad-2", "order_id": "x", "product_id": "P001", "quantity": 1.0, "price": -1.0}])
    return shop


@pytest.fixture(scope="module")
def trading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The small shop, shared by a module's tests: they only look."""
    with Shop.create(tmp_path_factory.mktemp("trading") / "shop", name="Corner shop", currency="GBP") as shop:
        yield fill(shop)


@pytest.fixture
def memory(trading: Shop) -> Iterator[Memory]:
    """What pages read through."""
    kept = Memory(trading, fresh_seconds=0.0)
    yield kept
    kept.close()


@pytest.fixture
def empty_memory(shop: Shop) -> Iterator[Memory]:
    """The same for a shop in which nothing happened yet."""
    kept = Memory(shop, fresh_seconds=0.0)
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def a_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of order lines to import, with one broken row and a column that nobody knows."""
    path = tmp_path_factory.mktemp("files") / "my orders.csv"
    rows = [f"N{n},{n // 2},2026-03-0{1 + n % 9}T10:00:00,C00{n % 5},P00{n % 9},{n % 3 + 1},4.5,x" for n in range(40)]
    rows.append("N99,99,2026-03-01T10:00:00,C001,P001,many,4.5,x")
    path.write_text("line_id,order_id,at,customer_id,product_id,quantity,price,weather\n" + "\n".join(rows) + "\n")
    return path
