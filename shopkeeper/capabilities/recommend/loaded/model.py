"""The learned model in memory: arrays mapped from disk, the catalog beside them, live rows on top."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.loaded.live import History, Live
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters, claims, parameters_from, recency_table
from shopkeeper.capabilities.recommend.read import read_facts, read_stock
from shopkeeper.core.errors import StoreDamaged
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array

NOTHING = np.empty(0, np.int32)


@dataclass(frozen=True)
class Past:
    """What is known of whom an answer is for.

    ``source`` int32 are the products that speak, newest first, with ``weight`` float32 and ``claim`` float32 (how much each asks
    to be shown again, where that is allowed); the first ``n_visit`` of them are of this
    visit. ``bought`` and ``seen`` are codes, for the filters.
    """

    source: Array
    weight: Array
    claim: Array
    n_visit: int
    bought: Array
    seen: Array


class Scratch(threading.local):
    """Each thread's own working memory, so that answers need no lock."""

    def __init__(self) -> None:
        self.total = np.zeros(0, np.float32)
        self.touched = np.zeros(0, np.int32)
        self.keys = np.zeros(0, np.uint64)

    def sized(self, capacity: int) -> tuple[Array, Array, Array]:
        """(total float32, touched int32, keys uint64) with room for ``capacity`` products; total is zero."""
        if len(self.total) < capacity:
            self.total = np.zeros(capacity, np.float32)
            self.touched = np.zeros(capacity, np.int32)
            self.keys = np.zeros(capacity, np.uint64)
        return self.total, self.touched, self.keys


class RecommendModel:
    """What answers ask. Thread-safe; `observe` makes new rows count in the next answer."""

    def __init__(self, arrays: dict[str, Array], card: dict[str, Any], catalog: Catalog) -> None:
        self.catalog = catalog
        self.graph = Graph(arrays["graph_starts"], arrays["graph_neighbor"], arrays["graph_weight"])
        self.content = Graph(arrays["content_starts"], arrays["content_neighbor"], arrays["content_weight"])
        self.trending = arrays["trending"]
        self.parameters: Parameters = parameters_from(card)
        self.history = int(card["history"])
        self._visit_weight = np.float32(card["visit_weight"])
        self.live = Live(card["kind_weights"])
        self.scratch = Scratch()
        self._customers = PackedTexts(arrays["customer_bytes"], arrays["customer_offsets"])
        self._starts = arrays["row_starts"]
        self._product, self._step = arrays["row_product"], arrays["row_step"]
        self._weight, self._bought = arrays["row_weight"], arrays["row_bought"]
        self._count = arrays["row_count"]
        self._factor = arrays["source_factor"]
        self._recency = recency_table(self.parameters, 2**15 + 1024)

    # -- live rows

    def observe(self, table: str, rows: list[dict[str, Any]]) -> None:
        """Take rows that arrived after learning: events, order_lines, products, stock_levels. Others are of no concern here."""
        if table == "products":
            self.catalog.change(rows)
        elif table == "stock_levels":
            self.catalog.count_stock(rows)
        elif table in ("events", "order_lines"):
            coded = [(self._code_or_new(str(row["product_id"])), row) for row in rows if row.get("product_id")]
            (self.live.add_events if table == "events" else self.live.add_order_lines)(coded)

    def _code_or_new(self, product_id: str) -> int:
        code = self.catalog.find(product_id)
        if code < 0:
            self.catalog.change([{"product_id": product_id}])
            code = self.catalog.find(product_id)
        return code

    # -- whom it is for

    def past(self, customer_id: str, session_id: str, products: tuple[str, ...] = ()) -> Past:
        """What is known of this customer and this visit; unknown ones have an empty past."""
        visit = self.live.visit(session_id) if session_id else None
        recent = self.live.customer(customer_id) if customer_id else None
        code = self._customers.find(customer_id) if customer_id else -1
        low, high = (int(self._starts[code]), int(self._starts[code + 1])) if code >= 0 else (0, 0)
        product = self._product[low:high]
        bought = product[self._bought[low:high] > 0]
        if visit is None and recent is None and not products:
            newest = product[: self.history]
            high = low + len(newest)
            step = self._step[low:high]
            weight = self._weight[low:high] * self._recency[step] * self._factor[newest]
            return Past(newest, weight, claims(self._count[low:high], step), 0, bought, product)
        return self._past_with_live(visit, recent, products, product, bought, low)

    def _past_with_live(
        self, visit: History | None, recent: History | None, products: tuple[str, ...], product: Array, bought: Array, low: int
    ) -> Past:
        given = [code for code in map(self.catalog.find, reversed(products)) if code >= 0]
        weights = dict.fromkeys(given, 1.0)
        visited = visit.weights if visit else {}
        weights.update((code, visited[code]) for code in reversed(visited) if code not in weights)
        n_visit = len(weights)
        later = recent.weights if recent else {}
        weights.update((code, later[code]) for code in reversed(later) if code not in weights)
        n_live = min(len(weights), self.history)
        codes = list(weights)[:n_live]
        strengths = [weights[code] for code in codes]
        old = [place for place, code in enumerate(product[: self.history].tolist()) if code not in weights]
        old = old[: self.history - n_live]
        source = np.array(codes + [int(product[place]) for place in old], np.int32)
        places = np.array(old, np.int64) + low
        weight = np.concatenate((np.array(strengths, np.float32), self._weight[places])).astype(np.float32)
        step = np.concatenate((np.arange(n_live), self._step[places].astype(np.int64) + n_live))
        weight *= self._recency[step] * self._speech(source)
        weight[:n_visit] *= self._visit_weight
        count = np.concatenate((np.ones(n_live), self._count[places]))
        new_bought = (visit.bought if visit else set()) | (recent.bought if recent else set())
        if new_bought:
            bought = np.concatenate((bought, np.fromiter(new_bought, np.int32)))
        seen = np.concatenate((product, np.fromiter(weights, np.int32)))
        return Past(source, weight, claims(count, step), min(n_visit, n_live), bought, seen)

    def beside(self, product_id: str) -> Past:
        """A past of this product alone, which is left out of the answer; empty for a product that nobody knows."""
        code = self.catalog.find(product_id)
        source = np.array([code], np.int32) if code >= 0 else NOTHING
        one = np.ones(len(source), np.float32)
        return Past(source, one, one, 0, NOTHING, NOTHING)

    def excluded(self, past: Past, products: tuple[str, ...], bought: bool, seen: bool) -> Array:
        """int32 codes of what must not be shown."""
        codes = past.seen if seen else past.bought if bought else NOTHING
        if products:
            given = [code for code in map(self.catalog.find, products) if code >= 0]
            codes = np.concatenate((codes, np.array(given, np.int32)))
        return codes

    def _speech(self, source: Array) -> Array:
        """How loudly each product speaks; products that came after learning not at all."""
        factor: Array = np.where(source < len(self._factor), self._factor[np.minimum(source, len(self._factor) - 1)], 1.0)
        return factor.astype(np.float32)


ARRAYS = (
    "product_bytes", "product_offsets", "customer_bytes", "customer_offsets", "graph_starts", "graph_neighbor", "graph_weight",
    "content_starts", "content_neighbor", "content_weight", "trending", "source_factor",
    "row_starts", "row_product", "row_step", "row_weight", "row_count", "row_bought",
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
