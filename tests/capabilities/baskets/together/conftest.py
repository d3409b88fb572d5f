"""Simulated worlds as complements read them: material, and what the truth says of each pair of products."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from shopkeeper.simulator import simulate


@dataclass(frozen=True)
class World:
    """``material`` up to the end; ``relations`` of pairs of codes; the baskets of all, in order of time."""

    material: Any
    relations: dict[tuple[int, int], set[str]]
    products: list[str]
    group: np.ndarray


class Tables:
    """Simulated tables where a task has a view."""

    def __init__(self, tables):
        self._tables = tables

    def table(self, name, columns):
        table = self._tables[name]
        nothing = pa.nulls(table.num_rows, pa.string())
        return pa.table({
            column: table[column] if column in table.column_names else nothing.cast(pa.float64()) if "price" in column else nothing
            for column in columns
        })  # fmt: skip


def _coded(values: list[str], known: list[str]) -> np.ndarray:
    place = {value: code for code, value in enumerate(known)}
    return np.array([place[value] for value in values], np.int64)


@pytest.fixture(scope="session")
def make_world() -> Callable[..., World]:
    """A world from a seed and knobs; ``views=False``: nobody tells what is looked at."""
    from shopkeeper.capabilities.baskets.together.facts import read_facts
    from shopkeeper.capabilities.baskets.together.material import material
    from shopkeeper.numerics.itemsets.baskets import baskets_of

    def make(seed: int, *, views: bool = True, **knobs) -> World:
        world = simulate(seed, **knobs)
        tables = world.tables
        products = sorted(tables["products"]["product_id"].to_pylist())
        lines = tables["order_lines"].filter(pc.greater(tables["order_lines"]["quantity"], 0))
        first = (
            lines.group_by("order_id").aggregate([("at", "min")]).sort_by([("at_min", "ascending"), ("order_id", "ascending")])
        )
        orders = first["order_id"].to_pylist()
        baskets = baskets_of(
            _coded(lines["order_id"].to_pylist(), orders),
            _coded(lines["product_id"].to_pylist(), products),
            len(orders),
            len(products),
        )
        events = tables["events"].filter(pc.equal(tables["events"]["event"], "view_item"))
        events = events if views else events.slice(0, 0)
        visit = events["session_id"].to_pylist()
        visits = sorted(set(visit))
        looked = baskets_of(_coded(visit, visits), _coded(events["product_id"].to_pylist(), products), len(visits), len(products))
        at = np.asarray(first["at_min"].cast(pa.int64()))
        facts = read_facts(Tables(tables), pa.array(products, pa.large_string()))
        relations: dict[tuple[int, int], set[str]] = {}
        code = {product: place for place, product in enumerate(products)}
        for row in world.truth["truth_pairs"].to_pylist():
            relations.setdefault((code[row["product_id"]], code[row["other_id"]]), set()).add(row["relation"])
        group = np.array([world.group_of[product] for product in products])
        return World(material(baskets, at, looked, facts, limit=100, seed=0), relations, products, group)

    return make


@pytest.fixture(scope="session")
def world(make_world) -> World:
    """A shop with complements, substitutes and sequels, and visits that tell them apart."""
    return make_world(3, n_customers=1_500, n_products=120)


@pytest.fixture(scope="session")
def unseen(make_world) -> World:
    """The same shop where only orders are known."""
    return make_world(3, views=False, n_customers=1_500, n_products=120)


def _relation_of(world: World, source: int, other: int) -> str:
    found = world.relations.get((source, other), set())
    return next((name for name in ("complement", "substitute", "sequel") if name in found), "nothing")


@pytest.fixture(scope="session")
def relation_of() -> Callable[[World, int, int], str]:
    """What the truth says of a pair; a complement of the same kind is a complement."""
    return _relation_of
