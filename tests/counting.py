"""A room for tests, in one file: it counts each product's events and answers how many there were."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.core.answers import answer, parameter
from shopkeeper.core.columns import Table, integer, text
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.results import Decision, Interval, Reply, Result, Score
from shopkeeper.core.settings import setting
from shopkeeper.core.tasks import ShopView, task

COUNTS = Table(
    "product_counts", "result", "How often each product was met.",
    (text("product_id", "the product", required=True), integer("n_events", "events with it")),
    key=("product_id",),
)  # fmt: skip
SUMMARY = Table("count_summary", "result", "All counts in one.", (integer("n_events", "events in all"),))


@dataclass(frozen=True)
class CountingSettings:
    """Knobs of the counting room."""

    least: int = setting(1, "smallest count that is kept", unit="events", low=1, high=100)
    value: float = setting(0.5, "what the score shall be", low=0, high=1)


class CountModel:
    """Counts by product, live."""

    def __init__(self, counts: dict[str, int]) -> None:
        self.counts = counts

    def observe(self, table: str, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            self.counts[row["product_id"]] = self.counts.get(row["product_id"], 0) + 1


def load(folder: Path, view: ShopView) -> CountModel:
    names = np.load(folder / "names.npy")
    counts = np.load(folder / "counts.npy")
    return CountModel(dict(zip(names.tolist(), counts.tolist(), strict=True)))


@dataclass(frozen=True)
class HowMany:
    """What to count."""

    product: str = parameter("", "the product to count")
    n: int = parameter(1, "a number in a range", low=1, high=10)


def count(shop: ShopView, settings: CountingSettings) -> Result:
    """How often was each product met?"""
    shop.progress.step(0.5, "counting")
    found = shop.sql(
        "select product_id, count(*)::bigint n_events from events where product_id is not null group by all order by all"
    )
    found = found.filter(pa.compute.greater_equal(found["n_events"], settings.least))
    if found.num_rows == 0:
        raise NotEnoughData("Nothing was met often enough.", got="0 products", wanted="one", next="wait")
    v = settings.value
    score = Score("share", v, Interval(v - 0.1, v + 0.1), 0.5, "a coin", Interval(v - 0.6, v - 0.4), 100, decides=True)
    learned = {"names": np.array(found["product_id"].to_pylist()), "counts": found["n_events"].to_numpy()}
    return Result(found, (score,), learned, {"least": settings.least}, f"{found.num_rows} products were met.")


def summarize(shop: ShopView, settings: CountingSettings) -> Result:
    """How often was anything met?"""
    return Result(shop.sql("select sum(n_events)::bigint n_events from product_counts"))


def how_many(model: CountModel, request: HowMany) -> Reply:
    """How often this product was met."""
    decision = Decision((request.product,), {"because": "counted"}, customer_id="anna") if request.product else None
    return Reply({"product_id": request.product, "n_events": model.counts.get(request.product, 0)}, decision)


NAMES = ["counting.count", "counting.summarize", "counting.how_many"]


def declare(names: list[str]) -> None:
    """Register the room and note its names, so that the fixture ``declared`` forgets them."""
    names.extend(NAMES)
    task("counting.count", reads=("events",), writes=COUNTS, load=load, observes=("events",))(count)
    task("counting.summarize", reads=("product_counts",), writes=SUMMARY)(summarize)
    answer("counting.how_many", uses="counting.count")(how_many)
