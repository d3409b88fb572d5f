"""The item graph: what was learned of who has what together, and how a customer's history speaks through it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Questions
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.numerics.co_occurrence import Graph, product_graph
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.sparse_rows import Rows, only_first

WINDOW = 64  # distances in moments beyond this count as this


@dataclass(frozen=True)
class Parameters:
    """What is tuned on the validation period."""

    customer_exponent: float = 0.5
    source_exponent: float = 0.5
    target_exponent: float = 0.5
    shrinkage: float = 10.0
    trend_exponent: float = 0.25
    backward_weight: float = 0.5
    step_decay: float = 0.25
    recency_decay: float = 0.5
    half_life_days: float = 365.0
    kind_exponent: float = 1.0
    popularity_half_life_days: float = 30.0
    own_weight: float = 1.0

    def changed(self, name: str, value: float) -> Parameters:
        """The same with one value changed."""
        return dataclasses.replace(self, **{name: value})


# Where the search begins: a mixture, a shop with seasons, a shop where order matters, and the cosine.
STARTS = (
    Parameters(),
    Parameters(
        customer_exponent=1.0, source_exponent=0.25, target_exponent=1.0, shrinkage=20.0, trend_exponent=0.5,
        step_decay=0.25, recency_decay=0.25, half_life_days=1e6,
    ),
    Parameters(
        customer_exponent=0.0, target_exponent=0.125, shrinkage=5.0, trend_exponent=0.0, backward_weight=0.25,
        step_decay=0.5, recency_decay=1.5, half_life_days=1e6,
    ),
    Parameters(
        customer_exponent=0.0, target_exponent=0.5, shrinkage=0.0, trend_exponent=0.0, backward_weight=1.0,
        step_decay=0.0, recency_decay=0.0, half_life_days=1e6,
    ),
)  # fmt: skip

# What each parameter may be, in the order in which the search goes through them.
CHOICES: Mapping[str, tuple[float, ...]] = {
    "trend_exponent": (0.0, 0.125, 0.25, 0.5, 0.75, 1.0),
    "target_exponent": (0.0, 0.125, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5),
    "recency_decay": (0.0, 0.25, 0.5, 1.0, 1.5, 2.0),
    "customer_exponent": (0.0, 0.25, 0.5, 1.0, 1.5),
    "backward_weight": (0.0, 0.25, 0.5, 1.0),
    "source_exponent": (0.0, 0.25, 0.5, 0.75, 1.0),
    "shrinkage": (0.0, 5.0, 10.0, 20.0, 50.0),
    "step_decay": (0.0, 0.25, 0.5, 1.0),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
    "half_life_days": (30.0, 90.0, 365.0, 1e6),
}


def parameters_from(card: Mapping[str, Any]) -> Parameters:
    """The parameters that a model's card names; those that it does not know keep their defaults."""
    names = {field.name for field in dataclasses.fields(Parameters)}
    given = {name: float(value) for name, value in card.get("parameters", {}).items() if name in names}
    return Parameters(**given)


def learn_graph(
    rows: Rows,
    parameters: Parameters,
    settings: RecommendSettings,
    trend: Array,
    tell: Tell = quiet,
) -> Graph:
    """The neighbors of every product. ``trend`` float [products] is how much each was bought of late, see `trending`."""
    rows = only_first(rows, settings.history_limit)
    forward, backward = distances(parameters)
    return product_graph(
        rows,
        row_factor=row_factor(rows.sizes, parameters),
        target_factor=target_factor(degrees(rows), parameters, trend),
        forward=forward,
        backward=backward,
        k=settings.neighbors,
        tell=tell,
    )


def degrees(rows: Rows) -> Array:
    """int64 [products]: how many customers have each."""
    result: Array = np.bincount(rows.product, minlength=rows.n_products)
    return result


def target_factor(degree: Array, parameters: Parameters, trend: Array) -> Array:
    """Float [products]: what divides away a product's popularity and multiplies in how much it is bought now."""
    factor: Array = np.maximum(degree + parameters.shrinkage, 1.0) ** -parameters.target_exponent
    if parameters.trend_exponent > 0.0 and trend.max(initial=0.0) > 0.0:
        # A floor of one thousandth of the mean keeps products that nobody bought of late reachable.
        factor = factor * (trend / trend.mean() + 1e-3) ** parameters.trend_exponent
    return factor


def source_factor(degree: Array, parameters: Parameters) -> Array:
    """float32 [products]: how loudly a product speaks for others; the source's exponent."""
    result: Array = (np.maximum(degree, 1.0) ** -parameters.source_exponent).astype(np.float32)
    return result


def row_factor(sizes: Array, parameters: Parameters) -> Array:
    """Float: how much a customer with so many products counts in the graph."""
    result: Array = np.maximum(sizes, 1.0) ** -parameters.customer_exponent
    return result


def distances(parameters: Parameters) -> tuple[Array, Array]:
    """(forward, backward) float [WINDOW]: the weight of a target so many moments after and before the source."""
    distance = np.maximum(np.arange(WINDOW), 1.0) ** -parameters.step_decay
    return distance, parameters.backward_weight * distance


def recency_table(parameters: Parameters, length: int = 4096) -> Array:
    """float32 [length]: the weight of a product whose newest event lies that many moments back."""
    result: Array = ((1.0 + np.arange(length)) ** -parameters.recency_decay).astype(np.float32)
    return result


def claims(count: Array, step: Array) -> Array:
    """float32 [entries]: how much a customer's own product asks to be shown again: how often it was chosen, then how lately."""
    result: Array = (count + 1.0 / (2.0 + step)).astype(np.float32)
    return result


def shares(rows: Rows, factor: Array, recency: Array) -> Array:
    """float32 [entries]: how much each of a customer's products speaks for others."""
    result: Array = rows.weight * factor[rows.product] * recency[np.minimum(rows.step, len(recency) - 1)]
    return result


@dataclass(frozen=True)
class LearnedGraph:
    """The neighbors of every product and how a history speaks through them."""

    graph: Graph
    source_factor: Array
    parameters: Parameters
    history: int

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.graph.starts.nbytes + self.graph.neighbor.nbytes + self.graph.weight.nbytes + self.source_factor.nbytes)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` products for which the past speaks most; products with no evidence are not named."""
        rows = questions.rows(self.parameters.kind_exponent, self.parameters.half_life_days)
        product, score, _, _ = best_of_rows(
            rows, shares(rows, self.source_factor, recency_table(self.parameters)), self.graph,
            chosen=np.arange(rows.n_rows), n=n, history=self.history, own=questions.own,
            row_claim=claims(rows.count, rows.step), fallback=NOBODY, tell=tell,
        )  # fmt: skip
        return Lists(product, score)


NOBODY = np.empty(0, np.int32)


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedGraph:
    """The graph; what does not change it (how a history speaks) is not learned again."""
    rows = known.rows(parameters.kind_exponent, parameters.half_life_days)
    trend_of = known.trend(parameters.kind_exponent, parameters.popularity_half_life_days)
    key = parameters.changed("source_exponent", 0.0).changed("recency_decay", 0.0).changed("own_weight", 0.0)
    graph = known.keep("item graph", key, lambda: learn_graph(rows, parameters, known.settings, trend_of, tell))
    return LearnedGraph(graph, source_factor(degrees(rows), parameters), parameters, known.settings.history)


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning: the widest form of the graph, the sorted entries and each thread's scratch."""
    del parameters
    return known.log.n_products * (known.settings.neighbors * 16 + 64) + 36 * len(known.log.product)


ITEM_GRAPH = Method("item_graph", "item graph", STARTS, CHOICES, learn, n_bytes)
