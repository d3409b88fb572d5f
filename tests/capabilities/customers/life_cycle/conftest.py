"""A small shop filled from orders written by hand, and its tasks called as they are."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

import pytest

from shopkeeper.core.registry import REGISTRY


def line(number, customer, at, *, worth=10.0, quantity=1, order=None):
    """One order line at a moment in UTC, as text or datetime."""
    return {
        "line_id": f"l{number}", "order_id": order or f"o{number}", "at": at, "customer_id": customer, "product_id": "p",
        "quantity": quantity, "price": worth,
    }  # fmt: skip


@pytest.fixture
def ordered(shop):
    """Fill the shop with orders: ``[(customer, moment, worth)]``."""

    def fill(rows):
        lines = [line(number, customer, at, worth=worth) for number, (customer, at, worth) in enumerate(rows)]
        assert not shop.append("order_lines", lines).rejected
        return shop

    return fill


@pytest.fixture
def call():
    """Run a task's function itself: what it gives, before anything is kept."""
    REGISTRY.discover()

    def run(shop, name, as_of=None, **settings):
        task = REGISTRY.tasks[name]
        with closing(shop.view(as_of)) as view:
            return task.function(view, shop.settings("customers", settings).values)

    return run


def orders_of(customer, first, gaps):
    """Orders of one customer from ``first`` on, with these days between them, worth 10 each."""
    moments = [first]
    for days in gaps:
        moments.append(moments[-1] + timedelta(days=days))
    return [(customer, moment, 10.0) for moment in moments]


@pytest.fixture
def world(ordered):
    """Sixty customers over two years: weekly, monthly and yearly ones, and some who never come back. Ends on 2025-01-15."""
    import numpy as np

    random = np.random.default_rng(0)
    rows, end = [], datetime(2025, 1, 15, 12)
    for number in range(60):
        usual = (7, 30, 120)[number % 3]
        first = datetime(2023, 1, 10, 9) + timedelta(days=int(random.integers(0, 300)))
        gaps = np.maximum(1, (usual * np.exp(random.normal(0, 0.4, 150)))).astype(int).tolist()
        own = [row for row in orders_of(f"c{number:02d}", first, gaps) if row[1] <= end]
        rows += own[: 1 + number // 6] if number % 4 == 0 else own
    rows.append(("late", end, 5.0))
    return ordered(rows)
