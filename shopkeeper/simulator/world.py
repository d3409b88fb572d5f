"""The whole simulated shop: its raw tables, its truth, and both as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from shopkeeper.core.settings import resolve
from shopkeeper.simulator.catalog import products_table
from shopkeeper.simulator.people import customers_table
from shopkeeper.simulator.scene import Scene, make_scene, stream
from shopkeeper.simulator.settings import SimulatorSettings
from shopkeeper.simulator.trade import make_trade, order_lines_table, orders_table, reviews_table, stock_levels_table
from shopkeeper.simulator.truth import product_probability, truth_tables
from shopkeeper.simulator.visits import events_table, make_visits


@dataclass(frozen=True)
class SimulatedShop:
    """``tables`` is what a shop has (names and types of `core.schema`), ``truth`` the `truth_*` tables beside it."""

    scene: Scene
    tables: Mapping[str, pa.Table]
    truth: Mapping[str, pa.Table]

    @property
    def settings(self) -> SimulatorSettings:
        """The knobs that it was made with."""
        return self.scene.settings

    @property
    def start(self) -> datetime:
        """The first midnight."""
        return datetime.fromtimestamp(self.scene.calendar.start / 1e6, UTC)

    @property
    def end(self) -> datetime:
        """The midnight after the last day; a last visit may reach a few minutes beyond."""
        return datetime.fromtimestamp(self.scene.calendar.end / 1e6, UTC)

    @property
    def group_of(self) -> Mapping[str, int]:
        """The latent group of each product, by its number."""
        truth = self.truth["truth_products"]
        return dict(zip(truth["product_id"].to_pylist(), truth["group"].to_pylist(), strict=True))

    def probability(self, customer_ids: Sequence[str]) -> np.ndarray[Any, Any]:
        """The true probability of each customer's next view after the end, float64 (customers, products in table order)."""
        known = self.truth["truth_customers"]["customer_id"]
        place = {customer: row for row, customer in enumerate(known.to_pylist())}
        return product_probability(self.scene, np.array([place[name] for name in customer_ids]), self.settings.n_days)

    def write(self, folder: Path, *, form: Literal["csv", "parquet"] = "csv", truth: bool = False) -> dict[str, Path]:
        """Write every table as ``folder/<table>.csv`` or ``.parquet`` and give the path of each; ``truth`` adds those tables."""
        import pyarrow.csv
        import pyarrow.parquet

        folder.mkdir(parents=True, exist_ok=True)
        written = {}
        for name, table in {**self.tables, **(self.truth if truth else {})}.items():
            written[name] = folder / f"{name}.{form}"
            if form == "csv":
                pyarrow.csv.write_csv(table, written[name])
            else:
                pyarrow.parquet.write_table(table, written[name], compression="zstd")
        return written


def simulate(seed: int = 0, **knobs: Any) -> SimulatedShop:
    """A shop made from ``seed`` and the knobs of `SimulatorSettings`: the same seed and knobs give the same tables.

    Raises `SettingError` for a knob that does not exist or a value out of its range. 100,000 customers take seconds.
    """
    settings = resolve("simulator", SimulatorSettings, [("call", knobs)]).values
    scene = make_scene(settings, seed)
    visits = make_visits(scene, stream(seed, "visits"), stream(seed, "habits"))
    trade = make_trade(scene, visits, stream(seed, "trade"), stream(seed, "discounts"))
    tables = {
        "products": products_table(scene.catalog, scene.calendar.start),
        "customers": customers_table(scene.people, scene.calendar.start),
        "events": events_table(scene, visits),
        "orders": orders_table(scene, visits, trade),
        "order_lines": order_lines_table(visits, trade),
        "stock_levels": stock_levels_table(scene, trade),
        "reviews": reviews_table(scene, visits, trade, stream(seed, "reviews")),
    }
    return SimulatedShop(scene, tables, truth_tables(scene, visits))
