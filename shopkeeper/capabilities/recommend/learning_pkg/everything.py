"""From the shop's tables to the learned model and the table of recommendations, step by step."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.recommend.judging import scores as judge
from shopkeeper.capabilities.recommend.judging.exam import exam
from shopkeeper.capabilities.recommend.judging.periods import FOREVER, Periods, periods, sample
from shopkeeper.capabilities.recommend.methods.content import learn_content
from shopkeeper.capabilities.recommend.methods.item_graph import (
    Parameters,
    degrees,
    learn_graph,
    parameters_from,
    recency_table,
    shares,
    source_factor,
)
from shopkeeper.capabilities.recommend.methods.method import Known
from shopkeeper.capabilities.recommend.read import (
    Interactions,
    as_arrow,
    packed,
    read_interactions,
    read_texts,
    read_titles,
)
from shopkeeper.capabilities.recommend.settings import RecommendSettings, kind_weights
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.progress import Part, Progress
from shopkeeper.core.results import Result, Score
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array, Tell
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.recency import ranked
from shopkeeper.numerics.sparse_rows import Log, Rows, build_log

MINIMUM_CUSTOMERS = 20
N_REASONS = 3
PURCHASE_BIT = 1 << EVENT_KINDS.index("purchase")


@dataclass(frozen=True)
class Model:
    """All that is learned from everything, as arrays."""

    rows: Rows
    graph: Graph
    content: Graph
    trend: Array
    source_factor: Array
    parameters: Parameters


def learn_everything(view: ShopView, settings: RecommendSettings) -> Result:
    """The result of `recommend.learn`."""
    progress = view.progress
    progress.step(0.0, "reading interactions")
    data = read_interactions(view)
    progress.step(0.1, "putting each customer's events in order")
    log = build_log(data.customer, data.product, data.kind, data.at, len(data.customers), len(data.products))
    _refuse_too_little(log, settings)
    tuned, cuts, scores, sampled = _chosen_and_judged(log, data, view, settings)
    now = int(log.at.max()) + 1
    model = _learn_model(log, now, tuned.parameters, settings, view, data.products)
    progress.step(0.9, "listing recommendations")
    table = recommendations(model, data, settings, view)
    progress.step(0.98, "packing what was learned")
    card = _card(data, log, tuned, cuts, sampled, settings)
    return Result(table, scores, _arrays(model, data), card, _headline(scores, data))


def _refuse_too_little(log: Log, settings: RecommendSettings) -> None:
    rows = Known(log, 0, settings).rows()
    n_with_two = int((rows.sizes >= 2).sum())
    if n_with_two < MINIMUM_CUSTOMERS:
        raise NotEnoughData(
            "There is too little history to learn recommendations from.",
            got=f"{n_with_two} customers with two or more products, {len(log.product)} interactions in all",
            wanted=f"at least {MINIMUM_CUSTOMERS} customers with two or more products",
            next="import orders or events with customer and product: `shopkeeper import orders.csv`",
            n_customers=n_with_two,
        )


def _chosen_and_judged(
    log: Log, data: Interactions, view: ShopView, settings: RecommendSettings
) -> tuple[judge.Tuned, Periods | None, tuple[Score, ...], bool]:
    """Parameters from the validation period, scores from the last one, and whether a sample was enough for the former."""
    progress = view.progress
    cuts = periods(log, data.is_known, settings)
    if cuts is None:
        return judge.Tuned(Parameters(), 0, 0, 0.0, 0.0), None, (), False
    progress.step(0.12, "choosing parameters on the validation period")
    some, chosen = sample(log, settings, view.seed)
    known = data.is_known[chosen]
    validation = exam(some, known, cuts.validation_at, cuts.test_at, settings, view.seed)
    tuned = judge.tune(validation, settings.tuning_trials, _teller(Part(progress, 0.12, 0.5), "choosing parameters"))
    del validation
    progress.step(0.5, "scoring the last period once")
    card = view.in_service()
    old = parameters_from(card) if card and card.get("parameters") else None
    # As many interactions as for tuning, twice over: enough for the intervals, and not a second full learn on a large shop.
    more = dataclasses.replace(settings, tuning_interactions=2 * settings.tuning_interactions)
    some, chosen = sample(log, more, view.seed)
    test = exam(some, data.is_known[chosen], cuts.test_at, FOREVER, settings, view.seed)
    return tuned, cuts, judge.scores(test, tuned.parameters, old, view.seed), len(some.product) < len(log.product)


def _learn_model(
    log: Log, now: int, parameters: Parameters, settings: RecommendSettings, view: ShopView, products: PackedTexts
) -> Model:
    progress = view.progress
    progress.step(0.55, "learning from everything")
    known = Known(log, now, settings)
    rows = known.rows(parameters.kind_exponent, parameters.half_life_days)
    trend_of = known.trend(parameters.kind_exponent, parameters.popularity_half_life_days)
    graph = learn_graph(rows, parameters, settings, trend_of, _teller(Part(progress, 0.55, 0.8), "learning the item graph"))
    progress.step(0.8, "comparing product texts")
    texts = read_texts(view, products)
    tell = _teller(Part(progress, 0.8, 0.9), "comparing product texts")
    content = learn_content(texts, len(products), settings.content_neighbors, tell)
    return Model(rows, graph, content, trend_of, source_factor(degrees(rows), parameters), parameters)


def _teller(progress: Progress, doing: str) -> Tell:
    return lambda share: progress.step(share, doing)


def recommendations(model: Model, data: Interactions, settings: RecommendSettings, view: ShopView) -> pa.Table:
    """The `recommendations` table: the best new products of each known customer (the most recent ones, if they are many)."""
    chosen = _listed_customers(model.rows, data, settings)
    own_shares = shares(model.rows, model.source_factor, recency_table(model.parameters))
    tell = _teller(Part(view.progress, 0.9, 0.98), "listing recommendations")
    product, score, reason, added = best_of_rows(
        model.rows, own_shares, model.graph, chosen=chosen, n=settings.listed, history=settings.history,
        fallback=ranked(model.trend), n_reasons=N_REASONS, tell=tell,
    )  # fmt: skip
    there = product.ravel() >= 0
    code = product.ravel()[there]
    points = score.ravel()[there].astype(np.float64)
    reasons = reason.reshape(-1, N_REASONS)[there]
    part = added.reshape(-1, N_REASONS)[there] / np.maximum(points, 1e-30)[:, None]
    ids = as_arrow(data.products).cast(pa.string())
    rank = np.tile(np.arange(1, settings.listed + 1), len(chosen))[there]
    customers = as_arrow(data.customers).cast(pa.string())
    return pa.table({
        "customer_id": customers.take(pa.array(np.repeat(chosen, settings.listed)[there])),
        "rank": pa.array(rank, pa.int64()),
        "product_id": ids.take(pa.array(code)),
        "title": read_titles(view, data.products).take(pa.array(code)),
        "score": pa.array(points, pa.float64()),
        "rung": pa.array(np.array(["trending", "customer"])[(points > 0).astype(int)], pa.string()),
        "reason_product_ids": _json_lists(_quoted(ids), reasons),
        "reason_shares": _json_lists(_percents(), np.where(reasons >= 0, np.floor(part * 1000).astype(np.int64), -1)),
    })  # fmt: skip


def _listed_customers(rows: Rows, data: Interactions, settings: RecommendSettings) -> Array:
    eligible = np.flatnonzero(data.is_known & (rows.sizes > 0))
    if len(eligible) <= settings.listed_customers:
        return eligible
    newest = np.zeros(rows.n_rows, np.int64)
    np.maximum.at(newest, data.customer, data.at)
    order = np.lexsort((eligible, -newest[eligible]))
    return np.sort(eligible[order[: settings.listed_customers]])


def _quoted(ids: pa.Array) -> pa.Array:
    return pa.array([json.dumps(text, ensure_ascii=False) for text in ids.to_pylist()], pa.string())


def _percents() -> pa.Array:
    return pa.array([json.dumps(value / 1000) for value in range(1001)], pa.string())


def _json_lists(words: pa.Array, codes: Array) -> pa.Array:
    """JSON lists of ``words`` by ``codes`` int [rows, n]; -1 ends a list."""
    nothing = pa.array([""], pa.string())
    first = pa.concat_arrays([words, nothing])
    later = pa.concat_arrays([pc.binary_join_element_wise(", ", words, ""), nothing])
    places = np.where(codes < 0, len(words), codes)
    parts = [(later if column else first).take(pa.array(places[:, column])) for column in range(codes.shape[1])]
    return pc.binary_join_element_wise("[", *parts, "]", "")


def _arrays(model: Model, data: Interactions) -> dict[str, Array]:
    """What is saved: rows of known customers only; guests' orders have spoken through the graph."""
    rows = model.rows.only(data.is_known)
    names = packed(as_arrow(data.customers).take(pa.array(np.flatnonzero(data.is_known))))
    return {
        "product_bytes": data.products.data, "product_offsets": data.products.offsets,
        "customer_bytes": names.data, "customer_offsets": names.offsets,
        "graph_starts": model.graph.starts, "graph_neighbor": model.graph.neighbor, "graph_weight": model.graph.weight,
        "content_starts": model.content.starts, "content_neighbor": model.content.neighbor,
        "content_weight": model.content.weight,
        "trending": ranked(model.trend), "trend": model.trend.astype(np.float32),
        "degree": degrees(model.rows).astype(np.int32),
        "row_starts": rows.starts, "row_product": rows.product, "row_weight": rows.weight,
        "row_step": np.minimum(rows.step, 32_000).astype(np.int16),
        "row_count": np.minimum(rows.count, 32_000).astype(np.int16),
        "row_bought": ((rows.kinds & np.uint32(PURCHASE_BIT)) > 0).astype(np.uint8),
    }  # fmt: skip


def _card(
    data: Interactions, log: Log, tuned: judge.Tuned, cuts: Periods | None, sampled: bool, settings: RecommendSettings
) -> dict[str, Any]:
    return {
        "method": "item graph",
        "parameters": dataclasses.asdict(tuned.parameters),
        "tuning": {
            "n_trials": tuned.n_trials, "n_cases": tuned.n_cases, "on_a_sample": sampled,
            "ndcg_of_defaults": tuned.before, "ndcg_of_chosen": tuned.after,
        },
        "periods": None if cuts is None else {name: _iso(getattr(cuts, name)) for name in ("validation_at", "test_at", "end_at")},
        "newest_at": _iso(int(log.at.max())),
        "n_interactions": len(log.product), "n_products": len(data.products), "n_actors": len(data.customers),
        "n_customers": int(data.is_known.sum()),
        "now": int(log.at.max()) + 1, "history_limit": settings.history_limit,
        "history": settings.history, "visit_weight": settings.visit_weight,
        "kind_weights": {
            name: float(weight)
            for name, weight in zip(EVENT_KINDS, kind_weights(settings, tuned.parameters.kind_exponent), strict=False)
        },
    }  # fmt: skip


def _iso(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat()


def _headline(scores: tuple[Score, ...], data: Interactions) -> str:
    n_customers = int(data.is_known.sum())
    listed = f"{n_customers:,} customers and {len(data.products):,} products"
    if not scores:
        return f"Learned from {listed}; there is too little history after the cut to say how good it is."
    first = scores[0]
    ratio = f", {first.value / first.baseline:.1f} times popularity's" if first.baseline > 0 and first.verdict == "better" else ""
    return f"Learned from {listed}; {first.name} is {first.value:.3f}{ratio} ({first.verdict})."
