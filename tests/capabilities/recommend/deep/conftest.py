"""Small logs of which the order is known."""

from __future__ import annotations

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.method import Known
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.sparse_rows import Log, build_log

PURCHASE = EVENT_KINDS.index("purchase")


def log_of(rows: list[list[int]], n_products: int) -> Log:
    """The rows as purchases, each in order of time."""
    customer = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    product = np.array([code for row in rows for code in row], np.int64)
    at = np.concatenate([np.arange(len(row)) for row in rows]) if rows else np.empty(0, np.int64)
    return build_log(customer, product, np.full(len(product), PURCHASE, np.uint8), at, len(rows), n_products)


def known_of(rows: list[list[int]], n_products: int, seed: int = 0) -> Known:
    """What is known of them."""
    return Known(log_of(rows, n_products), 100, RecommendSettings(), seed=seed)


def walks(seed: int, n_customers: int, n_products: int, length: int, follows: float) -> list[list[int]]:
    """Each next product is two codes beyond the last one with the chance ``follows``, else any that was not there."""
    random = np.random.default_rng(seed)
    rows = []
    for _ in range(n_customers):
        row = [int(random.integers(n_products))]
        while len(row) < length:
            following = (row[-1] + 2) % n_products
            if random.random() >= follows or following in row:
                following = int(random.choice(np.setdiff1d(np.arange(n_products), row)))
            row.append(following)
        rows.append(row)
    return rows


@pytest.fixture(scope="session")
def known_from():
    """How a log is made of rows of products."""
    return known_of


@pytest.fixture(scope="session")
def walk():
    """How rows with an order are made."""
    return walks
