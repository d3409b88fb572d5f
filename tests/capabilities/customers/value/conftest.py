"""Shops in numbers: customers drawn from BG/NBD and Gamma-Gamma, as days with orders and what they were worth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.capabilities.customers.life_cycle.read import UNITS, Trade
from shopkeeper.numerics.rhythm.histories import OrderDays


def trade_of(rows) -> Trade:
    """Rows (customer, day, worth); a day on which something only came back has a worth below 0."""
    ids = sorted({row[0] for row in rows})
    place = {name: number for number, name in enumerate(ids)}
    days: dict[tuple[int, int], list[float]] = {}
    for name, day, worth in rows:
        found = days.setdefault((place[name], int(day)), [0, 0.0])
        found[0] += worth > 0
        found[1] += worth
    keys = sorted(days)
    customer, day = np.array([key[0] for key in keys]), np.array([key[1] for key in keys], np.int32)
    n_orders = np.array([days[key][0] for key in keys])
    units = np.round(np.array([days[key][1] for key in keys]) * UNITS)
    ordered = n_orders > 0
    starts = np.concatenate(([0], np.cumsum(np.bincount(customer[ordered], minlength=len(ids)))))
    history = OrderDays(starts, day[ordered], day[ordered].astype(np.int64) * 86_400_000_000)
    return Trade(pa.array(ids, pa.string()), customer, day, n_orders, units, history)


def drawn_rows(n, n_days=540, r=0.9, alpha=25.0, a=0.7, b=3.0, seed=0, start=15_000):
    """Orders of ``n`` customers who came in the first half of the time; they leave after any order (never, if ``a`` is 0)."""
    random = np.random.default_rng(seed)
    rate = random.gamma(r, 1.0 / alpha, n) + 1e-9
    leaves = random.beta(a, b, n) if a else np.zeros(n)
    price = random.gamma(4.0, 1.0, n)
    rows = []
    for who in range(n):
        at = float(random.integers(0, n_days // 2))
        while at < n_days:
            rows.append((f"c{who:05d}", start + int(at), round(5.0 + 100.0 * random.gamma(6.0) / 6.0 / price[who], 2)))
            if len(rows) > 1 and rows[-2][0] == rows[-1][0] and random.random() < leaves[who]:
                break
            at += max(1.0, random.exponential(1.0 / rate[who]))
    return rows


@pytest.fixture(scope="session")
def make_trade():
    """`trade_of`."""
    return trade_of


@pytest.fixture(scope="session")
def make_rows():
    """`drawn_rows`."""
    return drawn_rows


@pytest.fixture(scope="session")
def trade():
    """Eight hundred customers over eighteen months, of whom some leave."""
    return trade_of(drawn_rows(800))


END = 15_539


@pytest.fixture(scope="session")
def end() -> int:
    """Its last day."""
    return END
