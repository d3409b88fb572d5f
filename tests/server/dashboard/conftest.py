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


def more_lines() -> list[dict]:
    """More kinds of customers: some who come each week with full baskets, some now and then for as long as they stay, and
    many who came once, long ago."""
    rng = np.random.default_rng(5)
    rows = []
    for customer in range(12):
        for week in range(20):
            at = NEWEST - timedelta(days=3 + customer % 4 + 7 * week, hours=2)
            for line in range(6):
                number = (4 * line + customer % 2 + 8 * (week % 2)) % N_PRODUCTS
                rows.append(_line(f"W{customer:02}", f"W{customer}-{week}", line, at, number, 8.0 + line))
    for customer in range(60):
        day, until = float(rng.uniform(60, 300)), float(rng.exponential(150))
        for order in range(30):
            at = NEWEST - timedelta(days=day, hours=customer % 7)
            for line in range(1 + customer % 2):
                rows.append(
                    _line(f"Y{customer:02}", f"Y{customer}-{order}", line, at, (customer + 7 * line + order) % N_PRODUCTS, 2.0)
                )
            gap = float(rng.exponential(10 + customer % 3 * 10)) + 1.0
            day, until = day - gap, until - gap
            if day < 1 or until < 0:
                break
    for customer in range(30):
        at = NEWEST - timedelta(days=150 + customer, hours=customer % 5)
        rows.append(_line(f"X{customer:02}", f"X{customer}", 0, at, customer % N_PRODUCTS, 1.0))
    return rows


def _line(customer: str, order: str, line: int, at: datetime, number: int, quantity: float) -> dict:
    return {
        "line_id": f"M{order}-{line}", "order_id": order, "at": at, "customer_id": customer, "product_id": f"P{number:03}",
        "quantity": quantity, "price": 2.0 + number,
    }  # fmt: skip


def visits(lines: list[dict]) -> tuple[list[dict], list[dict]]:
    """(events, orders): a visit before every third order, which names it, and as many visits that bought nothing."""
    rng = np.random.default_rng(11)
    events: list[dict] = []
    orders = []
    first = {row["order_id"]: row for row in reversed(lines) if row["quantity"] > 0 and row["order_id"] != "O-newest"}
    for place, row in enumerate(first.values()):
        if place % 3 or row["customer_id"] == "C001":
            continue
        session, ends = f"S{place:04}", row["at"] - timedelta(minutes=3)
        steps = ["view_item"] * int(rng.integers(1, 4)) + ["add_to_cart"] * int(rng.integers(1, 3)) + ["begin_checkout"]
        events += _visit(session, row["customer_id"], row["product_id"], ends, steps)
        orders.append({"order_id": row["order_id"], "at": row["at"], "customer_id": row["customer_id"], "session_id": session})
        looks = ["view_item"] * int(rng.integers(1, 6)) + (["add_to_cart"] if place % 9 == 0 else [])
        nobody = row["customer_id"] if place % 2 else None
        events += _visit(f"{session}-lost", nobody, "P039", ends - timedelta(hours=5), looks)
    for customer in ("C007", "C008"):
        events += _visit(f"S-open-{customer}", customer, "P011", NEWEST - timedelta(minutes=1), ["view_item", "add_to_cart"])
    return events, orders


def _visit(session: str, customer: str | None, product: str, ends: datetime, steps: list[str]) -> list[dict]:
    device = "mobile" if len(steps) % 2 else "desktop"
    return [
        {
            "event_id": f"{session}-{place}", "at": ends - timedelta(seconds=40 * (len(steps) - place)), "event": step,
            "session_id": session, "customer_id": customer, "product_id": product, "device": device,
        }
        for place, step in enumerate(steps)
    ]  # fmt: skip


def grow(shop: Shop) -> Shop:
    """The small shop with more kinds of customers, and with visits: every page has something to show."""
    fill(shop)
    rows = [*order_lines(), *more_lines()]
    shop.append("order_lines", more_lines())
    events, orders = visits(rows)
    shop.append("events", events)
    shop.append("orders", orders)
    return shop


def learn(shop: Shop, *rooms: str) -> Shop:
    """Every task of these rooms that runs of itself, in the order of the plan; who lacks data is refused by name."""
    names = [name for name, task in shop.registry.tasks.items() if not task.on_request and name.split(".")[0] in rooms]
    shop.learn(names)
    return shop


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


@pytest.fixture(scope="session")
def grown_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the grown shop after it has learned who its customers are and what is in their baskets."""
    root = tmp_path_factory.mktemp("grown") / "shop"
    with Shop.create(root, name="Corner shop", currency="GBP", time_zone="Europe/London") as shop:
        learn(grow(shop), "customers", "baskets")
    return root


@pytest.fixture(scope="session")
def grown(grown_folder: Path) -> Iterator[Shop]:
    """That shop, shared by all tests: they only look."""
    with Shop.open(grown_folder) as shop:
        yield shop


@pytest.fixture
def grown_memory(grown: Shop) -> Iterator[Memory]:
    """What pages of the grown shop read through."""
    kept = Memory(grown, fresh_seconds=0.0)
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with little to find: no events, one product an order, one kind of customer; value and churn were not learned."""
    with Shop.create(tmp_path_factory.mktemp("plain") / "shop", name="Plain shop", currency="GBP") as shop:
        first = {row["order_id"]: row for row in reversed(order_lines()) if row["quantity"] > 0}
        shop.upsert("products", products())
        shop.append("order_lines", list(first.values()))
        for name in ("features", "rfm", "clusters", "cluster_profiles", "life_cycle", "cohorts", "profiles", "segments"):
            shop.run(f"customers.{name}")
        shop.run("baskets.rules")
        yield shop


@pytest.fixture
def plain_memory(plain: Shop) -> Iterator[Memory]:
    """What pages of the plain shop read through."""
    kept = Memory(plain, fresh_seconds=0.0)
    yield kept
    kept.close()


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
