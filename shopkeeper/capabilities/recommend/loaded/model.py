"""The learned model in memory: arrays mapped from disk, the catalog beside them, live rows on top."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.loaded.growing import Growing
from shopkeeper.capabilities.recommend.loaded.live import Live, Taken
from shopkeeper.capabilities.recommend.loaded.past import (
    COLUMNS,
    NOTHING,
    LearnedRows,
    Past,
    Speaking,
    alone,
    learned_past,
    live_past,
)
from shopkeeper.capabilities.recommend.loaded.retrieving import GraphRetriever, Retriever, Scratch
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters, parameters_from, recency_table
from shopkeeper.capabilities.recommend.read import read_facts, read_stock
from shopkeeper.core.errors import StoreDamaged
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.growing.growing_graph import GrownRows, still
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY


class RecommendModel:
    """What answers ask. Thread-safe; `observe` makes new rows count in the next answer."""

    def __init__(self, arrays: dict[str, Array], card: dict[str, Any], catalog: Catalog) -> None:
        self.catalog = catalog
        self.parameters: Parameters = parameters_from(card)
        self.history = int(card["history"])
        graph = Graph(arrays["graph_starts"], arrays["graph_neighbor"], arrays["graph_weight"])
        self._growing = Growing(
            graph, arrays["degree"], arrays["trend"], self.parameters, int(card["now"]), catalog.capacity,
            int(card["history_limit"]),
        )  # fmt: skip
        self.content: GrownRows = still(Graph(arrays["content_starts"], arrays["content_neighbor"], arrays["content_weight"]))
        self.trending = arrays["trending"]
        self.learned_at = int(card["now"])
        self._kind_weights = dict(card["kind_weights"])
        self.live = Live(self._kind_weights, self._growing.fade)
        self.rows = LearnedRows(arrays)
        self.scratch = Scratch()
        self._visit_weight = float(card["visit_weight"])
        self.retrievers: dict[str, Retriever] = {"item_graph": GraphRetriever(lambda: self.graph, self.scratch)}
        self.mix: dict[str, float] = {"item_graph": 1.0}
        self.each = 100
        self.beside_content = GraphRetriever(lambda: self.content, self.scratch, speaks_for_own=False)
        self._recency = recency_table(self.parameters, 2**15 + 1024)

    @property
    def graph(self) -> GrownRows:
        """The item graph with all that came since learning."""
        return self._growing.graph.rows

    @property
    def trending_now(self) -> Array:
        """int32: what is bought most now, the strongest first; `trending` goes on as it was learned."""
        return self._growing.order()

    # -- live rows

    def observe(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Take rows that arrived after learning: events, order_lines, products, stock_levels. Others are of no concern here."""
        if table == "products":
            self.catalog.change(rows)
            self._growing.grow(self.catalog.capacity)
        elif table == "stock_levels":
            self.catalog.count_stock(rows)
        elif table in ("events", "order_lines"):
            coded = [(self._code_or_new(str(row["product_id"])), row) for row in rows if row.get("product_id")]
            taken = self.live.add_events(coded) if table == "events" else self.live.add_order_lines(coded)
            self._learn_from(taken)

    def _code_or_new(self, product_id: str) -> int:
        code = self.catalog.find(product_id)
        if code < 0:
            self.catalog.change([{"product_id": product_id}])
            self._growing.grow(self.catalog.capacity)
            code = self.catalog.find(product_id)
        return code

    def _learn_from(self, taken: list[Taken]) -> None:
        """Let events change the graph and what is trending."""
        for each in taken:
            row = self.rows.of(each.actor if each.is_customer else "")
            self._growing.take(each, (row.product, row.step, row.weight))
        if taken:
            self._growing.settle(np.array([each.code for each in taken], np.int64))

    # -- whom it is for

    def past(self, customer_id: str, session_id: str, products: tuple[str, ...] = ()) -> Past:
        """What is known of this customer and this visit; unknown ones have an empty past."""
        visit = self.live.visit(session_id) if session_id else None
        recent = self.live.customer(customer_id) if customer_id else None
        row = self.rows.of(customer_id)
        now = time.time_ns() // 1000
        later = max(0.0, (now - self.learned_at) / MICROSECONDS_A_DAY)
        speaking = Speaking(self._recency, self._growing.speech, self._visit_weight, self.history, later)
        if visit is None and recent is None and not products:
            return learned_past(row, speaking)
        given = [code for code in map(self.catalog.find, reversed(products)) if code >= 0]
        return live_past(row, recent, visit, list(dict.fromkeys(given)), speaking, now)

    def beside(self, product_id: str) -> Past:
        """A past of this product alone, which is left out of the answer; empty for a product that nobody knows."""
        code = self.catalog.find(product_id)
        return alone(np.array([code], np.int32) if code >= 0 else NOTHING)

    def excluded(self, past: Past, products: tuple[str, ...], bought: bool, seen: bool) -> Array:
        """int32 codes of what must not be shown."""
        codes = past.seen if seen else past.bought if bought else NOTHING
        if products:
            given = [code for code in map(self.catalog.find, products) if code >= 0]
            codes = np.concatenate((codes, np.array(given, np.int32)))
        return codes


ARRAYS = (
    "product_bytes", "product_offsets", "customer_bytes", "customer_offsets", "graph_starts", "graph_neighbor", "graph_weight",
    "content_starts", "content_neighbor", "content_weight", "trending", "trend", "degree",
    "row_starts", *(f"row_{name}" for name in COLUMNS),
)  # fmt: skip


def load_model(folder: Path, view: ShopView) -> RecommendModel:
    """The model saved in ``folder`` with the catalog as ``view`` knows it; arrays stay on disk until they are touched.

    Raises `StoreDamaged` when a file is missing or not what was saved.
    """
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        arrays = {name: _mapped(folder / f"{name}.npy") for name in ARRAYS}
        catalog = Catalog(PackedTexts(arrays["product_bytes"], arrays["product_offsets"]), read_facts(view), read_stock(view))
        return RecommendModel(arrays, card, catalog)
    except (OSError, ValueError, KeyError) as error:
        raise StoreDamaged(
            "The learned recommendations cannot be read.",
            got=f"{folder.name}: {error}",
            wanted="the arrays and the card as they were saved",
            next="learn them again: `shopkeeper learn recommend.learn --force`",
        ) from error


def _mapped(path: Path) -> Array:
    # Copy-on-write maps share their pages like read-only ones, and kernels are compiled for one kind of array only.
    found: Array = np.load(path, mmap_mode="c", allow_pickle=False).view(np.ndarray)
    return found
