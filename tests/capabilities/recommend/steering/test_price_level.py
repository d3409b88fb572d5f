"""How dear customers buy: a world of thrifty and of generous ones, and one where prices say nothing."""

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.steering.categories import CategoryTree
from shopkeeper.capabilities.recommend.steering.price_level import PriceLevel
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.sparse_rows import build_log

TREE = CategoryTree({"a": 0, "b": 1, "b > c": 2})
N, CUSTOMERS = 300, 200


def world(seed, has_levels):
    random = np.random.default_rng(seed)
    category = np.arange(N, dtype=np.int32) % 3
    price = (np.array([10.0, 30.0, 30.0])[category] * np.exp(0.6 * random.standard_normal(N))).astype(np.float32)
    z = np.log(price) - np.log(np.array([10.0, 30.0, 30.0])[category])
    level = 0.5 * random.standard_normal(CUSTOMERS) if has_levels else np.zeros(CUSTOMERS)
    weight = np.exp(-0.5 * ((z[None, :] - level[:, None]) / 0.3) ** 2) if has_levels else np.ones((CUSTOMERS, N))
    product = np.array([random.choice(N, 10, p=row / row.sum()) for row in weight])
    customer = np.repeat(np.arange(CUSTOMERS), 10)
    kind = np.full(len(customer), EVENT_KINDS.index("purchase"), np.uint8)
    log = build_log(customer.astype(np.int32), product.ravel().astype(np.int32), kind, np.arange(len(customer)), CUSTOMERS, N)
    return log, price, category, level, z


def learned(log, price, category):
    return PriceLevel.from_arrays(PriceLevel.learn(log, price, category, TREE), np.arange(len(TREE) + 1))


def test_each_customer_is_offered_their_own_level():
    log, price, category, level, z = world(1, True)
    found = learned(log, price, category)
    assert found.within == pytest.approx(0.3, abs=0.1) and found.between > 0.2
    assert np.exp(found.median[:3]) == pytest.approx([10.0, 30.0, 30.0], rel=0.25)
    every = np.arange(N, dtype=np.int32)
    better = []
    for customer in range(CUSTOMERS):
        own = log.product[log.starts[customer] : log.starts[customer + 1]]
        factor = found.factor(own, every, price, category, 1.0)
        assert factor.min() > 0 and factor.max() <= 1 and factor.dtype == np.float32
        better.append(abs(z[factor.argmax()] - level[customer]) < abs(z[factor.argmin()] - level[customer]))
    assert np.mean(better) > 0.95


def test_nothing_is_found_where_prices_say_nothing():
    log, price, category, _, z = world(2, False)
    found = learned(log, price, category)
    assert found.between < 0.15 < found.within
    own = np.argsort(z)[:1].astype(np.int32)  # bought the cheapest once: that says little
    middle = np.array([np.argmin(abs(z))], np.int32)
    assert found.factor(own, middle, price, category, 1.0)[0] > 0.9


def test_no_history_no_price_no_strength():
    log, price, category, _, _ = world(1, True)
    found, own, every = learned(log, price, category), np.array([3, 4], np.int32), np.arange(9, dtype=np.int32)
    assert (found.factor(own[:0], every, price, category, 1.0) == 1).all()
    assert (found.factor(own, every, price, category, 0.0) == 1).all()
    unknown = price.copy()
    unknown[[3, 4]] = np.nan
    assert (found.factor(own, every, unknown, category, 1.0) == 1).all()
    assert found.factor(own, own, np.where(np.arange(N) == 3, 0, price), category, 1.0)[0] == 1


def test_too_few_customers_or_no_purchases_say_nothing():
    _, price, category, _, _ = world(1, True)
    few = build_log(
        np.zeros(3, np.int32),
        np.arange(3, dtype=np.int32),
        np.full(3, EVENT_KINDS.index("purchase"), np.uint8),
        np.arange(3),
        1,
        N,
    )
    for one in (few, build_log(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8), np.empty(0, np.int64), 0, N)):
        found = learned(one, price, category)
        assert (found.within, found.between) == (0, 0)
        assert (found.factor(np.arange(3, dtype=np.int32), np.arange(9, dtype=np.int32), price, category, 1.0) == 1).all()
