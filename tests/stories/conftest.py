"""One simulated shop, written as files, imported, learned: the stories look at it from several sides."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shopkeeper.shop import Shop
from shopkeeper.simulator import SimulatedShop, simulate

IMPORTED = ("products", "customers", "events", "orders", "order_lines", "stock_levels")


@dataclass(frozen=True)
class Told:
    """A simulated world, the shop that was made from its files, and what the import said."""

    world: SimulatedShop
    shop: Shop
    reports: dict[str, Any]


def _bring_in(world: SimulatedShop, folder: Path) -> Told:
    files = world.write(folder / "files")
    shop = Shop.create(folder / "shop", name="Simulated", currency="EUR")
    return Told(world, shop, {name: shop.import_file(files[name], table=name) for name in IMPORTED})


@pytest.fixture(scope="session")
def bring_in():
    """Write a world's tables as CSV files and import them into a new shop, as its owner would."""
    return _bring_in


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """A shop in which taste is strong; it has learned, and stories may add rows to it at the end of its time."""
    world = simulate(seed=21, n_customers=800, n_products=160, taste=0.9, n_days=150)
    told = _bring_in(world, tmp_path_factory.mktemp("story"))
    told.shop.learn()
    yield told
    told.shop.close()
