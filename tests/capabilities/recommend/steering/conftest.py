"""A small catalog whose products, categories and brands are known by heart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.read import read_facts
from shopkeeper.numerics.coding import pack
from shopkeeper.store.views.live_stock import last_counts

KINDS = ("Home > Kitchen > Mugs", "Home > Kitchen", "Home", "Garden", None)
N_PRODUCTS = 40


def products() -> list[dict[str, Any]]:
    """p00 … p39: five categories and four brands in turn, each two neighbors variants of one product."""
    return [
        {
            "product_id": f"p{number:02}", "title": f"Thing {number}", "product_type": KINDS[number % 5],
            "brand": ("Alder", "Birch", "Cedar", None)[number % 4], "item_group_id": f"g{number // 2}",
            "price": 10.0 + number,
        }
        for number in range(N_PRODUCTS)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def made_catalog(view_of: Any) -> Callable[[], Catalog]:
    """Makes the catalog, fresh."""

    def make() -> Catalog:
        view = view_of({"products": products()})
        return Catalog(pack([f"p{number:02}" for number in range(N_PRODUCTS)]), read_facts(view), last_counts(view))

    return make


@pytest.fixture
def catalog(made_catalog: Callable[[], Catalog]) -> Catalog:
    """The catalog; a product's code is its number."""
    return made_catalog()


@pytest.fixture(scope="session")
def untouched(made_catalog: Callable[[], Catalog]) -> Catalog:
    """The catalog for tests that change nothing in it."""
    return made_catalog()


def micros(*when: int) -> int:
    """Microseconds of a moment in UTC."""
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000


@pytest.fixture(scope="session")
def at() -> Callable[..., int]:
    """``at(2024, 5, 6, 12)``: microseconds of that moment in UTC."""
    return micros


@pytest.fixture(scope="session")
def pool_of() -> Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """``pool_of(3, 1, 2)``: these codes as a pool, best first, all on rung 1."""

    def make(*codes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        score = np.linspace(1.0, 0.1, len(codes)).astype(np.float32)
        return np.array(codes, np.int32), score, np.ones(len(codes), np.uint8)

    return make
