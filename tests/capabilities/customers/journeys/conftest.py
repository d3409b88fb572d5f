"""A small shop filled from visits written by hand, and its tasks called as they are."""

from __future__ import annotations

import itertools
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from shopkeeper.core.registry import REGISTRY

WORDS = {
    "view": "view_item",
    "cart": "add_to_cart",
    "out": "remove_from_cart",
    "checkout": "begin_checkout",
    "purchase": "purchase",
}
START = datetime(2024, 6, 10, 10, tzinfo=UTC)
ENDS = datetime(2024, 6, 12, 10, tzinfo=UTC)


@pytest.fixture
def visited(shop):
    """Fill the shop with visits: ``[(session, customer, "view p1, cart p1, purchase")]``, an hour apart, a minute between events.

    A time in minutes after the start may follow the text, and columns of the events as a dict. The shop's newest moment is `ENDS`.
    """
    numbers = itertools.count()

    def fill(rows):
        events = []
        for place, (session, customer, text, *more) in enumerate(rows):
            begins = next((part for part in more if isinstance(part, int | float)), place * 60)
            extra = next((part for part in more if isinstance(part, dict)), {})
            for step, told in enumerate(text.split(", ")):
                word, _, product = told.partition(" ")
                at = START + timedelta(minutes=begins + step)
                events.append({
                    "event_id": f"e{next(numbers)}", "at": at, "event": WORDS.get(word, word), "session_id": session,
                    "customer_id": customer, "product_id": product or None, **extra,
                })  # fmt: skip
        events.append({"event_id": "last", "at": ENDS, "event": "page_view", "session_id": "last"})
        assert not shop.append("events", events).rejected
        return shop

    return fill


@pytest.fixture
def order():
    """Append one order of one product."""

    def append(shop, order_id, customer, product, minutes, session=None, events=()):
        at = START + timedelta(minutes=minutes)
        line = {"line_id": order_id, "order_id": order_id, "at": at, "customer_id": customer, "product_id": product, "quantity": 1,
                "price": 5.0}  # fmt: skip
        assert not shop.append("order_lines", [line]).rejected
        assert not shop.append(
            "orders", [{"order_id": order_id, "at": at, "customer_id": customer, "session_id": session}]
        ).rejected

    return append


@pytest.fixture
def call():
    """Run a task's function itself: what it gives, before anything is kept."""
    REGISTRY.discover()

    def run(shop, name, as_of=None, **settings):
        task = REGISTRY.tasks[name]
        with closing(shop.view(as_of)) as view:
            return task.function(view, shop.settings("customers", settings).values)

    return run
