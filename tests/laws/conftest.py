"""What the laws stand on: one small simulated world, shops filled from it, and one of them that has learned everything."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from decided import decided

from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.schema import TABLES
from shopkeeper.simulator import SimulatedShop, simulate

REGISTRY.discover()

EVERYTHING = sorted(REGISTRY.tasks)
"""Every task by name: those on request are under the laws too."""

BRIEFLY = """
[recommend]
evaluated_methods = "item_graph"
evaluate_trials = 1
tune_trials = 3
test_share = 0.2
"""
"""Short searches, so that the laws stay quick (each method has tests of its own), on periods long enough for a part of the world."""

MEASURED = {column.name for task in REGISTRY.tasks.values() for column in task.writes.columns if column.measured}
"""Columns with what was measured on the machine, which may differ from run to run."""

SMALL = {
    "n_customers": 300,
    "n_products": 48,
    "n_days": 90,
    "n_groups": 4,
    "visits_per_customer": 7.0,
    "taste": 0.9,
    "leaving_share": 0.1,
}


@pytest.fixture(scope="session")
def world() -> SimulatedShop:
    """Three hundred customers and some five thousand events: enough for every task, little enough for every law."""
    shop = simulate(seed=11, **SMALL)
    products = sorted(shop.tables["products"]["product_id"].to_pylist())
    customers = sorted(shop.tables["customers"]["customer_id"].to_pylist())
    chosen = decided(products, customers, shop.start, shop.settings.n_days)
    return dataclasses.replace(shop, tables={**shop.tables, **chosen})


def fill(shop, tables: Mapping[str, pa.Table]) -> None:
    """Put the rows of every table into the shop, in their order."""
    for name, table in tables.items():
        if table.num_rows == 0:
            continue
        rows = _in_utc(table).to_pylist()
        appended = shop.append(name, rows) if TABLES[name].kind == "fact" else shop.upsert(name, rows)
        if appended.rejected:
            pytest.fail(f"{name}: {appended.rejected[:3]}")


def _in_utc(table: pa.Table) -> pa.Table:
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(pa.timestamp("us", "UTC")))
    return table


@pytest.fixture(scope="session")
def make_shop(tmp_path_factory) -> Iterator[Callable[[Mapping[str, pa.Table]], object]]:
    """A new shop with these tables in it; all are closed at the end."""
    from shopkeeper.shop import Shop

    opened = []

    def make(tables: Mapping[str, pa.Table]):
        folder = tmp_path_factory.mktemp("law") / "shop"
        Shop.create(folder, name="Law", currency="EUR").close()
        with (folder / "shop.toml").open("a") as file:
            file.write(BRIEFLY)
        shop = Shop.open(folder)
        opened.append(shop)
        fill(shop, tables)
        return shop

    yield make
    for shop in opened:
        shop.close()


@pytest.fixture(scope="session")
def with_group():
    """Completes a request: answers about a group of customers want to know which."""
    from shopkeeper.core.settings import knobs

    def complete(answer, request: Mapping[str, object]) -> dict[str, object]:
        names = ("segment", "expression")
        if not set(names) <= {knob.name for knob in knobs(answer.request)}:
            return dict(request)
        return {name: value for name, value in request.items() if name not in names} | {"expression": "everyone"}

    return complete


@pytest.fixture(scope="session")
def learned(world, make_shop):
    """A shop that has learned everything once. Laws may ask it and read it, not change it."""
    shop = make_shop(world.tables)
    runs = shop.learn(EVERYTHING)
    failed = [(run.task, run.problem) for run in runs if run.state == "failed"]
    assert not failed, failed
    return shop


@pytest.fixture(scope="session")
def call():
    """Run a task's function itself on a view of the shop: what it gives, before anything is kept."""

    def run(shop, task, *, as_of=None, **settings):
        values = shop.settings(task.capability, settings).values
        with closing(shop.view(as_of)) as view:
            return task.function(view, values)

    return run


def _sorted(table: pa.Table) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in table.column_names]) if table.num_rows else table


def _close(left: pa.ChunkedArray, right: pa.ChunkedArray) -> bool:
    if not pa.types.is_floating(left.type):
        return left.equals(right)
    a, b = (np.array(column.to_pylist(), dtype=float) for column in (left, right))
    return np.allclose(a, b, rtol=1e-5, atol=1e-9, equal_nan=True)


def lasting(table: pa.Table) -> pa.Table:
    """The table without what was measured on the machine."""
    return table.select([name for name in table.column_names if name not in MEASURED])


@pytest.fixture(scope="session")
def same_table():
    """Fail unless two tables are equal in all that is not measured on the machine."""

    def check(left: pa.Table, right: pa.Table) -> None:
        assert lasting(left).equals(lasting(right))

    return check


@pytest.fixture(scope="session")
def same_rows():
    """Fail unless two tables hold the same rows in whatever order; numbers may differ by rounding."""

    def check(left: pa.Table, right: pa.Table) -> None:
        assert left.schema == right.schema
        assert left.num_rows == right.num_rows
        left, right = _sorted(lasting(left)), _sorted(lasting(right))
        for name in left.column_names:
            if not _close(left[name], right[name]):
                rows = [pair for pair in zip(left.to_pylist(), right.to_pylist(), strict=True) if pair[0] != pair[1]]
                pytest.fail(f"{name} differs, for example {rows[:2]}")

    return check


@pytest.fixture(scope="session")
def same_scores():
    """Fail unless two results have the same scores."""

    def check(left, right) -> None:
        assert [score.name for score in left] == [score.name for score in right]
        for one, other in zip(left, right, strict=True):
            assert one.value == pytest.approx(other.value, rel=1e-6, nan_ok=True), one.name
            assert one.baseline == pytest.approx(other.baseline, rel=1e-6, nan_ok=True), one.name
            assert (one.n_cases, one.baseline_name, one.verdict) == (other.n_cases, other.baseline_name, other.verdict)

    return check


@pytest.fixture(scope="session")
def contents():
    """Every file of a shop that holds its data, with its size and bytes, and how many rows each table has."""

    def read(shop) -> str:
        root = Path(shop.folder)
        files = sorted(
            path for part in ("facts", "results", "models", "images") for path in (root / part).rglob("*") if path.is_file()
        )
        sizes = {str(path.relative_to(root)): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}
        counts = {name: shop.store.count(name) for name, table in TABLES.items() if table.kind in ("fact", "entity")}
        runs = [run.run_id for run in shop.runs(limit=1000)]
        toml = (root / "shop.toml").read_text()
        return json.dumps([sizes, counts, runs, toml], sort_keys=True)

    return read
