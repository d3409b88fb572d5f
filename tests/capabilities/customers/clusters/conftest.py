"""Customers of known kinds, and a view that holds nothing but their features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.core.columns import Table
from shopkeeper.core.progress import Silent
from shopkeeper.core.registry import REGISTRY
from shopkeeper.store.arrow_types import arrow_schema

AS_OF = datetime(2025, 6, 1, tzinfo=UTC)


class FeaturesView:
    """A `ShopView` over tables of features (columns that are not given are empty)."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], *, seed: int = 0, in_service: Any = None) -> None:
        self.as_of, self.seed, self.progress = AS_OF, seed, Silent()
        self.tables = {name: _filled(REGISTRY.discover().table(name), columns) for name, columns in tables.items()}
        self._card = in_service

    def table(self, name: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        found = self.tables.get(name, arrow_schema(REGISTRY.discover().table(name)).empty_table())
        return found.select(list(columns)) if columns else found

    def count(self, name: str) -> int:
        return self.table(name).num_rows

    def in_service(self) -> Any:
        return self._card


def _filled(table: Table, columns: Mapping[str, Any]) -> pa.Table:
    schema = arrow_schema(table)
    n = len(next(iter(columns.values())))
    return pa.table(
        {name: pa.array(columns[name]).cast(schema.field(name).type) if name in columns else pa.nulls(n, schema.field(name).type)
         for name in schema.names}
    )  # fmt: skip


@pytest.fixture(scope="session")
def view_of() -> Callable[..., FeaturesView]:
    """Makes a view of customers with these features."""

    def make(columns: Mapping[str, Any], **more: Any) -> FeaturesView:
        return FeaturesView({"customer_state": columns}, **more)

    return make


@pytest.fixture(scope="session")
def full_view() -> type[FeaturesView]:
    """A view with whatever tables are given."""
    return FeaturesView


@pytest.fixture(scope="session")
def kinds() -> dict[str, np.ndarray]:
    """900 customers of three kinds: a regular who buys much (0), a bargain hunter gone long ago (1), a big new order (2)."""
    random = np.random.default_rng(4)
    kind = np.arange(900) % 3

    def around(*middles: float, spread: float = 0.25) -> np.ndarray:
        return np.array(middles)[kind] * np.exp(spread * random.standard_normal(900))

    orders = np.maximum(1, np.round(around(12, 1, 1, spread=0.2)))
    order_value = around(60, 20, 200)
    return {
        "customer_id": np.array([f"c{n:04d}" for n in range(900)]), "kind": kind, "n_orders": orders.astype(np.int64),
        "order_value_mean": order_value, "value": orders * order_value, "recency_days": around(10, 300, 15),
        "tenure_days": around(400, 310, 20), "basket_size_mean": 1 + around(4, 2, 25), "basket_units_mean": 1 + around(6, 3, 50),
        "discount_share": np.clip(around(0.05, 0.8, 0.05), 0, 1), "price_level": random.uniform(size=900),
        "n_categories": np.zeros(900, np.int64), "weekend_share": np.where(random.random(900) < 0.01, 1.0, 0.0),
    }  # fmt: skip


@pytest.fixture(scope="session")
def blob() -> dict[str, np.ndarray]:
    """900 customers of no kind: every feature one bell, and all go along a little."""
    random = np.random.default_rng(5)
    features = random.standard_normal((900, 8)) @ (np.eye(8) + 0.3)
    names = ("value", "order_value_mean", "recency_days", "tenure_days", "basket_size_mean", "basket_units_mean")
    columns = {name: np.exp(4 + 0.5 * features[:, n]) for n, name in enumerate(names)}
    shares = {"price_level": features[:, 6], "discount_share": features[:, 7]}
    return {
        "customer_id": np.array([f"c{n:04d}" for n in range(900)]), "n_orders": np.full(900, 3),
        **columns, **{name: np.clip(0.5 + 0.1 * values, 0, 1) for name, values in shares.items()},
    }  # fmt: skip


@pytest.fixture(scope="session")
def shuffled() -> Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]:
    """The same customers in another order."""

    def shuffle(columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        order = np.random.default_rng(9).permutation(len(columns["customer_id"]))
        return {name: values[order] for name, values in columns.items()}

    return shuffle
