"""Visits of which it is known what makes them end in an order."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

START = datetime(2024, 3, 1, tzinfo=UTC)


def visits(n: int = 1_200, strength: float = 1.0, seed: int = 0, begin_checkout: bool = True) -> list[dict]:
    """Visits with views and sometimes carts; with ``strength`` those from e-mail and with many views end in orders more often."""
    random = np.random.default_rng(seed)
    events = []
    for number in range(n):
        begun = START + timedelta(hours=number * 0.5)
        n_views, in_cart = 1 + int(random.poisson(3)), bool(random.random() < 0.4)
        channel = str(random.choice(["email", "organic", "cpc"]))
        score = -1.5 + strength * (1.5 * (channel == "email") + 0.6 * (n_views - 4) + 0.5 * in_cart)
        kinds = ["view_item"] * n_views + ["add_to_cart"] * in_cart
        if random.random() < 1 / (1 + np.exp(-score)):
            kinds += ["begin_checkout"] * begin_checkout + ["purchase"]
        for step, kind in enumerate(kinds):
            events.append({
                "event_id": f"e{number}-{step}", "at": begun + timedelta(seconds=20 * step), "event": kind,
                "session_id": f"s{number:05d}", "customer_id": f"c{number % 200}" if number % 3 else None,
                "product_id": f"p{step % 9}", "channel": channel, "device": "mobile",
            })  # fmt: skip
    return events


@pytest.fixture(scope="session")
def opened(tmp_path_factory) -> Iterator[Callable[[list[dict]], object]]:
    """A function that makes a shop of these events; all are closed at the end."""
    from shopkeeper.shop import Shop

    shops = []

    def make(events: list[dict]):
        shop = Shop.create(tmp_path_factory.mktemp("conversion") / "shop", name="Conversion", currency="EUR")
        shops.append(shop)
        assert not shop.append("events", events).rejected
        return shop

    yield make
    for shop in shops:
        shop.close()


@pytest.fixture(scope="session")
def made() -> Callable[..., list[dict]]:
    """The function that makes visits."""
    return visits
