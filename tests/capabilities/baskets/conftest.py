"""A small shop with goods that go together: planted pairs, their stock and prices, and noise around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

START = datetime(2025, 1, 1, tzinfo=UTC)
PAIRS = (("cup", "saucer"), ("lamp", "bulb"), ("pen", "ink"))
OTHERS = tuple(f"thing{number:02d}" for number in range(14))
PRICES = {"cup": 8.0, "saucer": 4.0, "lamp": 30.0, "bulb": 5.0, "pen": 12.5, "ink": 6.5}
CATEGORIES = {"cup": "Kitchen", "saucer": "Kitchen", "lamp": "Light", "bulb": "Bulbs", "pen": "Desk", "ink": "Refills"}


def products(with_costs: bool = True) -> list[dict[str, object]]:
    named = [name for pair in PAIRS for name in pair]
    rows: list[dict[str, object]] = []
    for name in (*named, *OTHERS):
        row: dict[str, object] = {
            "product_id": name, "title": name.title(), "price": PRICES.get(name, 10.0),
            "product_type": CATEGORIES.get(name, "Other"), "created_at": START,
        }  # fmt: skip
        if with_costs:
            row["cost"] = 0.5 * PRICES.get(name, 10.0)
        rows.append(row)
    return rows


def lines(seed: int = 0, n_orders: int = 900, together: float = 0.7) -> list[dict[str, object]]:
    """Orders of one to three products; who takes the first of a pair takes the second with it ``together`` of the time."""
    random = np.random.default_rng(seed)
    names = [row["product_id"] for row in products()]
    rows = []
    for number in range(n_orders):
        chosen = list(random.choice(names, 1 + int(random.random() < 0.4), replace=False))
        for first, second in PAIRS:
            if first in chosen and random.random() < together:
                chosen.append(second)
        for name in sorted(set(chosen)):
            rows.append({
                "line_id": f"l{len(rows):06d}", "order_id": f"o{number:05d}", "at": START + timedelta(hours=8 * number),
                "product_id": str(name), "quantity": 1.0, "price": PRICES.get(str(name), 10.0),
                "customer_id": None if number % 3 else f"c{number % 40}",
            })  # fmt: skip
    return rows


@pytest.fixture(scope="session")
def make_small(tmp_path_factory) -> Iterator[Callable[..., object]]:
    """A shop of these lines and products; all are closed at the end."""
    from shopkeeper.shop import Shop

    opened = []

    def make(rows=None, catalog=None):
        shop = Shop.create(tmp_path_factory.mktemp("small") / "shop", name="Small", currency="EUR")
        opened.append(shop)
        shop.upsert("products", products() if catalog is None else catalog)
        shop.append("order_lines", lines() if rows is None else rows)
        return shop

    yield make
    for shop in opened:
        shop.close()


@pytest.fixture(scope="module")
def small(make_small):
    """The shop with its complements learned; a test may change its stock."""
    shop = make_small()
    shop.run("baskets.together")
    return shop
