"""A shop view made from Arrow tables: what the room needs of the store, without the store."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shopkeeper.capabilities.recommend.loaded.model import RecommendModel, load_model
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.tasks import learn
from shopkeeper.core.columns import Table
from shopkeeper.core.progress import Progress, Silent
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.results import Result
from shopkeeper.core.schema import TABLES

ARROW = {
    "text": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_(), "moment": pa.timestamp("us"),
    "date": pa.date32(), "json": pa.string(),
}  # fmt: skip


def empty(table: Table) -> pa.Table:
    """The table without rows."""
    return pa.table({column.name: pa.array([], ARROW[column.type]) for column in table.columns})


def filled(table: Table, rows: pa.Table | list[dict[str, Any]]) -> pa.Table:
    """``rows`` with every column of ``table``, missing ones empty."""
    schema = pa.schema([(column.name, ARROW[column.type]) for column in table.columns])
    if isinstance(rows, list):
        return pa.Table.from_pylist(rows, schema=schema)
    columns = [rows[n].cast(schema.field(n).type) if n in rows.column_names else pa.nulls(len(rows), schema.field(n).type)
               for n in schema.names]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=schema)


class FakeView:
    """A `ShopView` over Arrow tables in memory, cut at ``as_of``."""

    def __init__(
        self,
        tables: Mapping[str, pa.Table | list[dict[str, Any]]],
        *,
        as_of: datetime = datetime(2100, 1, 1, tzinfo=UTC),
        seed: int = 0,
        progress: Progress | None = None,
        in_service: Mapping[str, Any] | None = None,
    ) -> None:
        self._tables = {name: filled(REGISTRY.discover().table(name), rows) for name, rows in tables.items()}
        self._as_of, self._seed, self._progress, self._card = as_of, seed, progress or Silent(), in_service

    @property
    def as_of(self) -> datetime:
        return self._as_of

    @property
    def seed(self) -> int:
        return self._seed

    @property
    def progress(self) -> Progress:
        return self._progress

    def table(self, name: str, columns: tuple[str, ...] | None = None) -> pa.Table:
        declared = REGISTRY.discover().table(name)
        found = self._tables.get(name, empty(declared))
        if declared.kind in ("fact", "view") and declared.moment:
            limit = pa.scalar(self._as_of.replace(tzinfo=None), pa.timestamp("us"))
            found = found.filter(pc.less_equal(found[declared.moment], limit))
        return found.select(list(columns)) if columns else found

    def sql(self, query: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        with duckdb.connect() as connection:
            for name in TABLES:
                if name in query:
                    connection.register(name, self.table(name))
            plain = {n: v.replace(tzinfo=None) if isinstance(v, datetime) else v for n, v in (parameters or {}).items()}
            return connection.sql(query, params=plain).to_arrow_table() if plain else connection.sql(query).to_arrow_table()

    def count(self, name: str) -> int:
        return len(self.table(name))

    def before(self, moment: datetime) -> FakeView:
        return FakeView(self._tables, as_of=min(moment, self._as_of), seed=self._seed, in_service=self._card)

    def in_service(self) -> Mapping[str, Any] | None:
        return self._card


START = datetime(2024, 1, 1)
N_CUSTOMERS, N_PRODUCTS, N_TASTES, N_DAYS = 300, 60, 6, 200


def purchases(seed: int, taste_share: float) -> list[dict[str, Any]]:
    """What customers bought: with ``taste_share`` from the ten products of their taste, else from anywhere."""
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(N_CUSTOMERS):
        taste = customer % N_TASTES
        for day in np.sort(random.choice(N_DAYS, 9, replace=False)):
            in_taste = random.random() < taste_share
            product = random.integers(0, 10) * N_TASTES + taste if in_taste else random.integers(0, N_PRODUCTS)
            rows.append(
                {
                    "actor_id": f"c{customer:03}", "customer_id": f"c{customer:03}", "product_id": f"p{product:02}",
                    "event": "purchase", "at": START + timedelta(days=int(day), seconds=int(random.integers(86_400))),
                }
            )  # fmt: skip
    return rows


def catalog() -> list[dict[str, Any]]:
    """The products, the first of each ten named alike; taste 0 is of the brand Alder and below Home, p59 cannot be bought."""
    return [
        {
            "product_id": f"p{number:02}", "title": f"{('mug', 'lamp', 'bowl', 'rug', 'vase', 'clock')[number % 6]} number {number}",
            "brand": "Alder" if number % N_TASTES == 0 else "Birch",
            "product_type": "Home > Kitchen" if number % N_TASTES == 0 else "Garden", "price": float(number) + 0.5,
            "availability": "out_of_stock" if number == 59 else "in_stock", "created_at": START + timedelta(days=number),
        }
        for number in range(N_PRODUCTS)
    ] + [{"product_id": "new", "title": "mug of a new kind", "created_at": START + timedelta(days=400)}]  # fmt: skip


@pytest.fixture(scope="session")
def view_of() -> type[FakeView]:
    """The class of views over given tables."""
    return FakeView


@pytest.fixture(scope="session")
def tastes() -> dict[str, list[dict[str, Any]]]:
    """Tables of a shop whose customers have tastes."""
    return {"interactions": purchases(1, 0.85), "products": catalog()}


@pytest.fixture(scope="session")
def noise() -> dict[str, list[dict[str, Any]]]:
    """Tables of a shop where everybody buys anything."""
    return {"interactions": purchases(2, 0.0), "products": catalog()}


@pytest.fixture(scope="session")
def learned(tastes: dict[str, list[dict[str, Any]]]) -> Result:
    """What is learned from the shop with tastes."""
    return learn(FakeView(tastes), RecommendSettings())


def saved(result: Result, folder: Path) -> Path:
    """The learned arrays and the card as the store keeps them."""
    for name, array in result.learned.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=False)
    (folder / "card.json").write_text(json.dumps(result.card))
    return folder


@pytest.fixture(scope="session")
def folder(learned: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The saved model."""
    return saved(learned, tmp_path_factory.mktemp("model"))


@pytest.fixture
def model(folder: Path, tastes: dict[str, list[dict[str, Any]]]) -> RecommendModel:
    """The loaded model of the shop with tastes, fresh for each test."""
    return load_model(folder, FakeView(tastes))


@pytest.fixture(scope="session")
def save() -> Callable[[Result, Path], Path]:
    """How a result is saved as a model."""
    return saved
