"""What is saved: arrays that answers map from disk, and a card that says what was chosen and why."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.recommend.learning.choosing import GRAPH, Choice
from shopkeeper.capabilities.recommend.learning.model import Model
from shopkeeper.capabilities.recommend.loaded.factors import ServedFactors
from shopkeeper.capabilities.recommend.loaded.ordering import AGAIN, LEARNED_ROW
from shopkeeper.capabilities.recommend.loaded.past import HEARD
from shopkeeper.capabilities.recommend.loaded.retrieving import VISITS
from shopkeeper.capabilities.recommend.methods.als import LearnedALS
from shopkeeper.capabilities.recommend.methods.content import LearnedContent
from shopkeeper.capabilities.recommend.methods.ease import LearnedEase
from shopkeeper.capabilities.recommend.methods.method import Learned
from shopkeeper.capabilities.recommend.methods.popularity import Popular
from shopkeeper.capabilities.recommend.methods.session_neighbors import LearnedVisits
from shopkeeper.capabilities.recommend.ranking.hybrid import LearnedHybrid
from shopkeeper.capabilities.recommend.read import Interactions
from shopkeeper.capabilities.recommend.settings import RecommendSettings, kind_weights
from shopkeeper.core.results import Score
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.candidates.moments import ages_days
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.growing.last_events import days_since
from shopkeeper.numerics.recency import ranked

PURCHASE = EVENT_KINDS.index("purchase")
LISTED_IN_ORDER = 5000  # of what is popular: as many as filters may leave out before the ladder's next rung follows
AGELESS_DAYS = 1e6  # the half-life of methods for which events do not age
STEPS = 32_000  # moments back and times bought beyond this count as this: they are kept in two bytes


def arrays(model: Model, data: Interactions, choice: Choice) -> dict[str, Array]:
    """What is saved: rows of known customers only; guests' orders have spoken through the graph."""
    known, log = data.is_known, model.known.log
    entry = np.repeat(known, model.rows.sizes)
    rows = model.rows.only(known)
    names = PackedTexts.from_arrow(data.customers.as_arrow().take(pa.array(np.flatnonzero(data.is_known))))
    weights = kind_weights(model.known.settings, model.parameters.kind_exponent)
    return {
        "product_bytes": data.products.data, "product_offsets": data.products.offsets,
        "customer_bytes": names.data, "customer_offsets": names.offsets,
        "graph_starts": model.graph.starts, "graph_neighbor": model.graph.neighbor, "graph_weight": model.graph.weight,
        "content_starts": model.content.graph.starts, "content_neighbor": model.content.graph.neighbor,
        "content_weight": model.content.graph.weight, **model.content.arrays(),
        "trending": ranked(model.trend), "trend": model.trend.astype(np.float32), "degree": model.degree.astype(np.int32),
        "row_starts": rows.starts, "row_product": rows.product, "row_weight": rows.weight,
        "row_step": np.minimum(rows.step, STEPS).astype(np.int16),
        "row_count": np.minimum(rows.count, STEPS).astype(np.int16),
        "row_bought_days": days_since(log, model.rows, PURCHASE, model.known.now)[entry],
        "row_strength": model.known.rows().weight[entry],
        "row_age": ages_days(log, model.rows, weights, model.known.now)[entry],
        **arrays_of_other(choice.method, model.other, data.is_known),
        **_heard(choice.method, model, entry),
    }  # fmt: skip


def arrays_of_other(method: str, other: Learned | None, is_known: Array) -> dict[str, Array]:
    """What is saved of what orders lists in the item graph's place; nothing where it does so itself.

    ``is_known`` bool [rows of the log]: whose rows are saved.
    """
    found: dict[str, Array] = {}
    if isinstance(other, LearnedHybrid):
        found = {**other.tables.arrays(), **other.ranker.arrays()}
        if other.again is not None:
            found.update(other.again.arrays(AGAIN))
        if any(ranker is not None and ranker.network is not None for ranker in (other.ranker, other.again)):
            found[LEARNED_ROW] = np.flatnonzero(is_known).astype(np.int32)
    for name, learned in _retrievers(method, other).items():
        found.update(_of_retriever(name, learned, is_known))
    return found


def card_of_other(method: str, other: Learned | None) -> dict[str, Any]:
    """What answers must know beside `arrays_of_other`."""
    found: dict[str, Any] = {"hearing": {name: _hearing(learned) for name, learned in _retrievers(method, other).items()}}
    if isinstance(other, LearnedHybrid):
        found["ranker"] = other.ranker.card()
        if other.again is not None:
            found["again"] = other.again.card()
        found["n_listed"], found["n_candidates"] = other.parameters.n_listed, other.parameters.n_candidates
    return found


def _heard(method: str, model: Model, entry: Array) -> dict[str, Array]:
    """How much each entry says to those methods that do not weigh events as they are."""
    found: dict[str, Array] = {}
    for name, learned in _retrievers(method, model.other).items():
        hearing = _hearing(learned)
        exponent, half_life = hearing.get("kind_exponent", 1.0), hearing.get("half_life_days", AGELESS_DAYS)
        if name != GRAPH and (exponent, half_life) != (1.0, AGELESS_DAYS):
            found[HEARD + name] = model.known.rows(exponent, half_life).weight[entry]
    return found


def _retrievers(method: str, other: Learned | None) -> dict[str, Learned]:
    if other is None:
        return {}
    return dict(other.retrievers) if isinstance(other, LearnedHybrid) else {method: other}


def _hearing(learned: Any) -> dict[str, float]:
    """The parameters that say how a method hears a past: fields of `loaded.retrieving.Hearing`."""
    parameters = getattr(learned, "parameters", None)
    names = ("kind_exponent", "half_life_days", "recency_decay")
    found = {name: float(getattr(parameters, name)) for name in names if hasattr(parameters, name)}
    if isinstance(learned, LearnedALS):
        found.pop("recency_decay", None)  # kept with the vectors
    if isinstance(learned, LearnedVisits):
        found.pop("half_life_days", None)  # that of visits, not of what they are found by
    return found


def _of_retriever(name: str, learned: Learned, is_known: Array) -> dict[str, Array]:
    if isinstance(learned, LearnedEase):
        return learned.arrays()
    if isinstance(learned, LearnedALS):
        return ServedFactors.of(learned.factors, unit=learned.unit, recency_decay=learned.parameters.recency_decay).arrays()
    if isinstance(learned, LearnedVisits):
        place = np.where(is_known, np.cumsum(is_known) - 1, -1).astype(np.int32)
        return {**{VISITS + part: array for part, array in learned.index.arrays().items()}, "visit_owner": place[learned.owner]}
    if isinstance(learned, LearnedContent):
        graph = learned.graph
        return {"near_starts": graph.starts, "near_neighbor": graph.neighbor, "near_weight": graph.weight}
    if isinstance(learned, Popular):
        return {f"order_{name}": learned.order[:LISTED_IN_ORDER]}
    return {}  # the item graph is there in any case


def card(model: Model, data: Interactions, choice: Choice, settings: RecommendSettings) -> dict[str, Any]:
    """What was chosen, on what, and what answers must know beside the arrays."""
    log, tuned, cuts = model.known.log, choice.tuned, choice.cuts
    return {
        "method": choice.method,
        "parameters": dataclasses.asdict(tuned.parameters),
        "given": {name: dataclasses.asdict(values) for name, values in choice.given.items()},
        "tuning": {
            "n_trials": tuned.n_trials, "n_cases": tuned.n_cases, "on_a_sample": choice.on_a_sample,
            "ndcg_of_defaults": tuned.before, "ndcg_of_chosen": tuned.after, "ndcg_of_methods": dict(choice.reached),
            "notes": list(choice.notes),
        },
        "periods": None if cuts is None else {name: _iso(getattr(cuts, name)) for name in ("validation_at", "test_at", "end_at")},
        "now": model.known.now, "newest_at": _iso(int(log.at.max())),
        "n_interactions": len(log.product), "n_products": len(data.products), "n_actors": len(data.customers),
        "n_customers": int(data.is_known.sum()),
        "history": settings.history, "history_limit": settings.history_limit, "visit_weight": settings.visit_weight,
        "settings": dataclasses.asdict(settings),
        "serving": card_of_other(choice.method, model.other),
        "kind_weights": {
            name: float(weight)
            for name, weight in zip(EVENT_KINDS, kind_weights(settings, tuned.parameters.kind_exponent), strict=False)
        },
    }  # fmt: skip


def _iso(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat()


def headline(scores: tuple[Score, ...], data: Interactions) -> str:
    """One sentence for the manager."""
    n_customers = int(data.is_known.sum())
    listed = f"{n_customers:,} customers and {len(data.products):,} products"
    if not scores:
        return f"Learned from {listed}; there is too little history after the cut to say how good it is."
    first = scores[0]
    ratio = f", {first.value / first.baseline:.1f} times popularity's" if first.baseline > 0 and first.verdict == "better" else ""
    return f"Learned from {listed}; {first.name} is {first.value:.3f}{ratio} ({first.verdict})."
