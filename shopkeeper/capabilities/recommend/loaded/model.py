"""The learned model in memory: arrays mapped from disk, the catalog beside them, live rows on top."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.exploring.explorer import Explorer
from shopkeeper.capabilities.recommend.loaded.arrivals import Arrivals
from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.loaded.factors import ServedFactors
from shopkeeper.capabilities.recommend.loaded.growing import Growing
from shopkeeper.capabilities.recommend.loaded.live import Live, Taken
from shopkeeper.capabilities.recommend.loaded.ordering import LearnedOrder
from shopkeeper.capabilities.recommend.loaded.past import (
    AS_IT_SPEAKS,
    COLUMNS,
    NOTHING,
    Hearing,
    LearnedRows,
    Past,
    Speaking,
    alone,
    learned_past,
    live_past,
)
from shopkeeper.capabilities.recommend.loaded.retrieving import (
    VISITS,
    FactorRetriever,
    GraphRetriever,
    LinearRetriever,
    OrderRetriever,
    Retriever,
    Scratch,
    VisitRetriever,
)
from shopkeeper.capabilities.recommend.methods.item_graph import Parameters, parameters_from, recency_table
from shopkeeper.capabilities.recommend.read import read_facts
from shopkeeper.capabilities.recommend.settings import kind_weights, settings_from
from shopkeeper.capabilities.recommend.steering.placements import Placement
from shopkeeper.capabilities.recommend.steering.steering import Steering
from shopkeeper.core.errors import StoreDamaged
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.growing.growing_graph import GrownRows, still
from shopkeeper.numerics.neighbors.visit_index import VisitIndex
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY
from shopkeeper.store.views.live_stock import last_counts

Steered = tuple[list[dict[str, Any]], list[dict[str, Any]]]  # rows of rules and of placements


class RecommendModel:
    """What answers ask. Thread-safe; `observe` makes new rows count in the next answer."""

    def __init__(self, arrays: dict[str, Array], card: dict[str, Any], catalog: Catalog, steered: Steered) -> None:
        self.catalog = catalog
        self.parameters: Parameters = parameters_from(card)
        self.settings = settings_from(card)
        self.history = int(card["history"])
        self.learned_at = int(card["now"])
        self.scratch = Scratch()
        graph = Graph(arrays["graph_starts"], arrays["graph_neighbor"], arrays["graph_weight"])
        self._growing = Growing(
            graph, arrays["degree"], arrays["trend"], self.parameters, self.learned_at, catalog.capacity,
            int(card["history_limit"]),
        )  # fmt: skip
        likeness = Graph(arrays["content_starts"], arrays["content_neighbor"], arrays["content_weight"])
        self.content: GrownRows = still(likeness)
        self.trending = arrays["trending"]
        strengths = dict(zip(EVENT_KINDS, kind_weights(self.settings, 1.0).tolist(), strict=False))
        self.live = Live(dict(card["kind_weights"]), self._growing.fade, strengths)
        self.rows = LearnedRows(arrays)
        self._visit_weight = float(card["visit_weight"])
        self._recency = recency_table(self.parameters, 2**15 + 1024)
        serving = card["serving"]
        self._hearing = {name: Hearing(name, **values) for name, values in serving.get("hearing", {}).items()}
        self.retrievers = retrievers(self, arrays, self._hearing)
        self.order = LearnedOrder.from_arrays(arrays, serving) if "ranker" in serving else None
        self.mix: dict[str, float] = {str(card["method"]) if self.order is None else "item_graph": 1.0}
        self.arrivals = Arrivals(arrays)
        self._n_learned = len(arrays["product_offsets"]) - 1
        for row in catalog.later_rows():
            self.arrivals.add(catalog.find(row["product_id"]), row)
        self.beside_content = GraphRetriever(lambda: self.content, self.scratch, speaks_for_own=False)
        self.steering = Steering.from_arrays(
            arrays, self.settings, *steered, catalog, likeness=likeness, retrievers=tuple(self.retrievers)
        )
        self.explorer = Explorer(arrays if "explore_rates" in arrays else None, self.settings)
        self._newest = self.learned_at
        self._places: dict[str, tuple[Placement, Placement]] = {}

    @property
    def now(self) -> int:
        """The shop's clock in microseconds: its newest event, so that a shop whose data end years ago works as it did then."""
        return self._newest

    def place(self, name: str) -> Placement:
        """The placement of that name with the settings in the place of what it leaves open."""
        base = self.steering.placements.get(name)
        kept = self._places.get(name)
        if kept is None or kept[0] is not base:
            if len(self._places) >= PLACES_KEPT:
                self._places.clear()
            kept = self._places[name] = (base, base.with_settings(self.settings))
        return kept[1]

    def watches(self) -> tuple[str, ...]:
        """The tables whose new rows count just now: decisions only where something is tried out."""
        shares = [self.settings.explore_share, *(place.explore_share or 0.0 for place in self.steering.placements.every())]
        return WATCHED if max(shares) > 0.0 else tuple(name for name in WATCHED if name != "decisions")

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
        """Take rows that arrived after learning of the tables in `WATCHED`; others are of no concern here."""
        if table == "products":
            self.catalog.change(rows)
            self._growing.grow(self.catalog.capacity)
            for row in rows:
                code = self.catalog.find(str(row["product_id"]))
                if code >= self._n_learned:
                    self.arrivals.add(code, row)
            self.steering.observe(table, rows)
        elif table in ("rules", "placements"):
            self.steering.observe(table, rows)
        elif table in ("decisions", "outcomes"):
            self.explorer.observe(table, rows, self.catalog.find)
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
        visits = self.retrievers.get("session_neighbors")
        for each in taken:
            self._newest = max(self._newest, each.at)
            if isinstance(visits, VisitRetriever):
                visits.index.add(each.session or each.actor, each.code, each.kind_weight, each.at)
            row = self.rows.of(each.actor if each.is_customer else "")
            self._growing.take(each, (row.product, row.step, row.weight))
        if taken:
            self._growing.settle(np.array([each.code for each in taken], np.int64))

    # -- whom it is for

    def past(self, customer_id: str, session_id: str, products: tuple[str, ...] = ()) -> Past:
        """What is known of this customer and this visit; unknown ones have an empty past."""
        visit = self.live.visit(session_id) if session_id else None
        recent = self.live.customer(customer_id) if customer_id else None
        whose = self.rows.code(customer_id)
        row = self.rows.at(whose)
        now = self.now
        later = max(0.0, (now - self.learned_at) / MICROSECONDS_A_DAY)
        speaking = Speaking(self._recency, self._growing.speech, self._visit_weight, self.history, later, self._hearing)
        if visit is None and recent is None and not products:
            past = learned_past(row, speaking)
        else:
            found = map(self.catalog.find, reversed(products))
            given = [code for code in found if 0 <= code < len(speaking.speech)]  # one may be arriving at this moment
            past = live_past(row, recent, visit, list(dict.fromkeys(given)), speaking, now)
        return replace(past, customer=whose, visit=session_id or customer_id)

    def beside(self, product_id: str) -> Past:
        """A past of this product alone, which is left out of the answer; empty for a product that nobody knows."""
        code = self.catalog.find(product_id)
        return alone(np.array([code], np.int32) if code >= 0 else NOTHING)


ARRAYS = (
    "product_bytes", "product_offsets", "customer_bytes", "customer_offsets", "graph_starts", "graph_neighbor", "graph_weight",
    "content_starts", "content_neighbor", "content_weight", "trending", "trend", "degree",
    "row_starts", *(f"row_{name}" for name in COLUMNS),
)  # fmt: skip


WATCHED = ("events", "order_lines", "products", "stock_levels", "rules", "placements", "outcomes", "decisions")
PLACES_KEPT = 1000  # names that requests gave; anybody may send any


def retrievers(model: RecommendModel, arrays: dict[str, Array], hearing: dict[str, Hearing]) -> dict[str, Retriever]:
    """Everything that was learned to name candidates, by the name of its method; ``hearing`` is how each hears a past."""
    scratch = model.scratch
    found: dict[str, Retriever] = {"item_graph": GraphRetriever(lambda: model.graph, scratch)}
    if "ease_starts" in arrays:
        rows = still(Graph(arrays["ease_starts"], arrays["ease_neighbor"], arrays["ease_weight"]))
        found["ease"] = LinearRetriever(rows, arrays["ease_source_factor"], hearing.get("ease", AS_IT_SPEAKS), scratch)
    if "factors_product" in arrays:
        found["als"] = FactorRetriever(ServedFactors.from_arrays(arrays), hearing.get("als", AS_IT_SPEAKS))
    visits = {name.removeprefix(VISITS): array for name, array in arrays.items() if name.startswith(VISITS)}
    if visits:
        index, owner = VisitIndex.from_arrays(visits), arrays["visit_owner"]
        found["session_neighbors"] = VisitRetriever(index, owner, hearing.get("session_neighbors", AS_IT_SPEAKS))
    near = model.content
    if "near_starts" in arrays:
        near = still(Graph(arrays["near_starts"], arrays["near_neighbor"], arrays["near_weight"]))
    found["content"] = GraphRetriever(lambda: near, scratch, speaks_for_own=False, hearing=hearing.get("content"))
    for name in ("popularity", "trending"):
        if f"order_{name}" in arrays:
            found[name] = OrderRetriever(arrays[f"order_{name}"], scratch)
    return found


def load_model(folder: Path, view: ShopView) -> RecommendModel:
    """The model saved in ``folder`` with the catalog as ``view`` knows it; arrays stay on disk until they are touched.

    Raises `StoreDamaged` when a file is missing or not what was saved.
    """
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        arrays = {path.stem: _mapped(path) for path in sorted(folder.glob("*.npy"))}
        missing = [name for name in ARRAYS if name not in arrays]
        if missing:
            raise KeyError(f"{missing[0]}.npy is not there")
        catalog = Catalog(PackedTexts(arrays["product_bytes"], arrays["product_offsets"]), read_facts(view), last_counts(view))
        steered = (view.table("rules").to_pylist(), view.table("placements").to_pylist())
        return RecommendModel(arrays, card, catalog, steered)
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
