"""The two naive answers: what is bought most, and what the customer bought before. Every method stands beside them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import claims
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Questions
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.recency import HALF_LIVES_DAYS, ranked


@dataclass(frozen=True)
class Parameters:
    """How fast popularity fades."""

    popularity_half_life_days: float = 1e6


@dataclass(frozen=True)
class Popular:
    """Products by how much they are bought of late; ``own_first``: what the customer bought most often comes before them."""

    order: Array
    own_first: bool

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.order.nbytes)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` most popular ones for each question, scored by their place."""
        rows = questions.rows()
        graph = Graph(np.zeros(rows.n_products + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
        share = claims(rows.count, rows.step)
        own = 1.0 if self.own_first else questions.own
        # Without own_first, what the past holds speaks for nothing: every question gets the same order, less its own.
        product, score, _, _ = best_of_rows(
            rows, share, graph, chosen=np.arange(rows.n_rows), n=n, history=1,
            own=own if self.own_first or own < 0 else 0.0, fallback=self.order, tell=tell,
        )  # fmt: skip
        place = 1.0 / (1.0 + np.arange(n, dtype=np.float32))
        return Lists(product, np.where(product >= 0, np.where(score > 0, score + 1.0, place), 0.0).astype(np.float32))


def learn_popularity(known: Known, parameters: Parameters, tell: Tell = quiet) -> Popular:
    """What is bought most of late, without what the customer has."""
    del tell
    return Popular(ranked(known.trend(1.0, parameters.popularity_half_life_days)), own_first=False)


def learn_bought_again(known: Known, parameters: Parameters, tell: Tell = quiet) -> Popular:
    """What the customer bought most often, then what is popular."""
    return dataclasses.replace(learn_popularity(known, parameters, tell), own_first=True)


def n_bytes(known: Known, parameters: Parameters) -> int:
    """A few numbers a product."""
    del parameters
    return 40 * known.log.n_products


CHOICES = {"popularity_half_life_days": HALF_LIVES_DAYS}
POPULARITY = Method("popularity", "popularity", (Parameters(),), CHOICES, learn_popularity, n_bytes)
BOUGHT_AGAIN = Method("bought_again", "bought again", (Parameters(),), CHOICES, learn_bought_again, n_bytes)
