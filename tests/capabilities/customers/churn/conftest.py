"""Shops made of order lines only, in which it is known who leaves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

START = datetime(2024, 1, 1, tzinfo=UTC)


def line(customer: int, day: float, number: int, quantity: float = 1.0, price: float = 10.0) -> dict:
    """One order of one line, ``day`` days after the start."""
    return {
        "line_id": f"l{customer}-{number}", "order_id": f"o{customer}-{number}", "at": START + timedelta(days=day),
        "customer_id": f"c{customer:05d}", "product_id": f"p{number % 7}", "quantity": quantity, "price": price,
    }  # fmt: skip


def memoryless(n_customers: int = 300, n_days: float = 300.0, gap_days: float = 40.0, seed: int = 0) -> list[dict]:
    """Everybody orders at the same rate from the first day on, whatever was before: there is nothing to learn."""
    random = np.random.default_rng(seed)
    lines = []
    for customer in range(n_customers):
        day, number = random.uniform(0.0, 20.0), 0
        while day < n_days:
            lines.append(line(customer, day, number, price=float(random.integers(5, 50))))
            day, number = day + random.exponential(gap_days), number + 1
    return lines


def leaving_after_a_return(n_customers: int = 450, n_days: float = 300.0, gap_days: float = 25.0, seed: int = 0) -> list[dict]:
    """As `memoryless`, but one order in six is sent back two days later, and who sends one back never comes again."""
    random = np.random.default_rng(seed)
    lines = []
    for customer in range(n_customers):
        day, number = random.uniform(0.0, n_days - 60.0), 0
        while day < n_days:
            lines.append(line(customer, day, number))
            if random.random() < 1 / 6:
                if day + 2.0 < n_days:
                    lines.append({**line(customer, day + 2.0, number, quantity=-1.0), "line_id": f"r{customer}-{number}"})
                break
            day, number = day + random.exponential(gap_days), number + 1
    return lines


@pytest.fixture(scope="session")
def opened(tmp_path_factory) -> Iterator[Callable[[list[dict]], object]]:
    """A function that makes a shop of these lines; all are closed at the end."""
    from shopkeeper.shop import Shop

    shops = []

    def make(lines: list[dict]):
        shop = Shop.create(tmp_path_factory.mktemp("churn") / "shop", name="Churn", currency="EUR")
        shops.append(shop)
        assert not shop.append("order_lines", lines).rejected
        return shop

    yield make
    for shop in shops:
        shop.close()


@pytest.fixture(scope="session")
def leaving(opened):
    """A shop whose customers leave after a return, its methods compared, and its customers told."""
    shop = opened(leaving_after_a_return())
    shop.run("customers.churn_methods", {"buys_within_days": 40})
    shop.run("customers.churn", {"buys_within_days": 40})
    return shop


@pytest.fixture(scope="session")
def nothing(opened):
    """A shop of memoryless customers, its methods compared, and its customers told."""
    shop = opened(memoryless())
    shop.run("customers.churn_methods", {"buys_within_days": 30})
    shop.run("customers.churn", {"buys_within_days": 30})
    return shop


@pytest.fixture(scope="session")
def worlds() -> dict[str, Callable[..., list[dict]]]:
    """The worlds by name."""
    return {"memoryless": memoryless, "leaving": leaving_after_a_return}
