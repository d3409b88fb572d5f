"""A made shop: what is chosen depends on the customer's price level, on a category and on what goes together; or on nothing."""

from dataclasses import dataclass

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.method import Known, Products
from shopkeeper.capabilities.recommend.ranking.lambda_rank import why_not
from shopkeeper.capabilities.recommend.ranking.window import part
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.sparse_rows import build_log

DAY = 86_400_000_000
N_CUSTOMERS, N_PRODUCTS, N_CATEGORIES, N_EVENTS = 600, 120, 6, 10
PURCHASE = EVENT_KINDS.index("purchase")


@dataclass
class World:
    """What was known at the cut, and what each customer chose after it."""

    known: Known
    target: np.ndarray
    whole: Known


def catalog(random):
    category = np.arange(N_PRODUCTS) % N_CATEGORIES
    price = np.exp(random.normal(3.0, 1.0, N_PRODUCTS)).astype(np.float32)
    nothing = np.empty(0, np.int64)
    return Products(
        category.astype(np.int32), random.integers(0, 9, N_PRODUCTS).astype(np.int32), price, (price / 2).astype(np.float32),
        np.full(N_PRODUCTS, np.iinfo(np.int64).min), nothing, nothing, nothing.astype(float), 0,
    )  # fmt: skip


def next_product(random, products, level, likes, last, is_noise):
    """A product of a liked category near the customer's price level, more often the partner of the last one."""
    if is_noise:
        return random.integers(N_PRODUCTS)
    fit = -3.0 * (np.log(products.price) - level) ** 2 + 2.5 * np.isin(products.category, likes)
    if last >= 0:
        fit[(last * 7 + 3) % N_PRODUCTS] += 3.0
        fit[last] = -np.inf
    chance = np.exp(fit - fit.max())
    return random.choice(N_PRODUCTS, p=chance / chance.sum())


def make(is_noise, seed=0):
    random = np.random.default_rng(seed)
    products = catalog(random)
    customer, product, at = [], [], []
    for row in range(N_CUSTOMERS):
        level, likes, last = random.normal(3.0, 1.0), random.choice(N_CATEGORIES, 1), -1
        days = np.sort(random.uniform(0, 100, N_EVENTS))
        days[-1] = 101 + row / N_CUSTOMERS
        for day in days:
            last = next_product(random, products, level, likes, last, is_noise)
            customer.append(row), product.append(last), at.append(int(day * DAY))
    kind = np.full(len(at), PURCHASE, np.uint8)
    log = build_log(np.array(customer), np.array(product), kind, np.array(at), N_CUSTOMERS, N_PRODUCTS)
    settings = RecommendSettings()
    known = Known(part(log, log.at < 101 * DAY), 101 * DAY, settings, products)
    target = log.product[log.starts[1:] - 1].astype(np.int64)
    return World(known, target, Known(log, 102 * DAY, settings, products))


@pytest.fixture(scope="session")
def world():
    return make(is_noise=False)


@pytest.fixture(scope="session")
def noise():
    return make(is_noise=True)


@pytest.fixture(autouse=True, scope="session")
def needs_lightgbm():
    """LightGBM's wheel needs the system's OpenMP library: skipped by name where that is missing."""
    if why_not():
        pytest.skip(why_not())
