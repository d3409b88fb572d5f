"""Product-based neighbors: cosine, Pearson or adjusted cosine of what customers gave both, trusted by how many they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import NOBODY, claims
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Questions
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Tell, quiet
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.neighbors.co_rated import Likeness, Measure
from shopkeeper.numerics.neighbors.product_neighbors import product_neighbors
from shopkeeper.numerics.neighbors.rating_prediction import newest_ratings
from shopkeeper.numerics.sparse_rows import only_first


@dataclass(frozen=True)
class Parameters:
    """What is tuned on the validation period. ``measure`` is a number of `co_rated.Measure`."""

    measure: int = Measure.COSINE
    cut: float = 2.0
    shrinkage: float = 5.0
    amplification: float = 1.0
    past_decay: float = 1.0
    kind_exponent: float = 1.0
    half_life_days: float = 1e6


STARTS = (Parameters(), Parameters(past_decay=0.0, shrinkage=20.0, cut=10.0))

CHOICES = {
    "measure": (Measure.COSINE, Measure.PEARSON, Measure.ADJUSTED_COSINE),
    "past_decay": (0.0, 0.25, 0.5, 1.0, 1.5, 2.0),
    "shrinkage": (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0),
    "cut": (1.0, 2.0, 5.0, 10.0, 20.0, 50.0),
    "amplification": (0.5, 0.75, 1.0, 1.5, 2.0),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
    "half_life_days": (30.0, 90.0, 365.0, 1e6),
}


@dataclass(frozen=True)
class LearnedNeighbors:
    """The products most alike to each product."""

    graph: Graph
    parameters: Parameters
    history: int

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.graph.starts.nbytes + self.graph.neighbor.nbytes + self.graph.weight.nbytes)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` products most alike to those of the past together, the newest loudest."""
        rows = questions.rows(self.parameters.kind_exponent, self.parameters.half_life_days)
        share = rows.weight * (1.0 + rows.step).astype(np.float32) ** -self.parameters.past_decay
        product, score, _, _ = best_of_rows(
            rows, share, self.graph, chosen=np.arange(rows.n_rows), n=n, history=self.history, own=questions.own,
            row_claim=claims(rows.count, rows.step), fallback=NOBODY, tell=tell,
        )  # fmt: skip
        return Lists(product, score)


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedNeighbors:
    """The graph of alike products: over ratings where there are some, else over the weights of events."""
    like = Likeness(Measure(parameters.measure), parameters.cut, parameters.shrinkage, known.ratings is not None)
    key = (like, parameters.kind_exponent, parameters.half_life_days)
    graph = known.keep("product neighbors", key, lambda: _graph(known, parameters, like, tell))
    loud = Graph(graph.starts, graph.neighbor, graph.weight ** np.float32(parameters.amplification))
    return LearnedNeighbors(loud, parameters, known.settings.history)


def _graph(known: Known, parameters: Parameters, like: Likeness, tell: Tell) -> Graph:
    log, k = known.log, known.settings.neighbors
    if known.ratings is not None:
        return product_neighbors(*newest_ratings(log, known.ratings), log.n_rows, log.n_products, like, k, tell)
    rows = only_first(known.rows(parameters.kind_exponent, parameters.half_life_days), known.settings.history_limit)
    customer = np.repeat(np.arange(rows.n_rows), rows.sizes)
    return product_neighbors(customer, rows.product, rows.weight, log.n_rows, log.n_products, like, k, tell)


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning: the widest form of the graph, the values by row and by column, each thread's sums."""
    del parameters
    return known.log.n_products * (known.settings.neighbors * 16 + 200) + 120 * len(known.log.product)


PRODUCT_NEIGHBORS = Method("product_neighbors", "product neighbors", STARTS, CHOICES, learn, n_bytes)
