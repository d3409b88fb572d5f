"""Bayesian personalized ranking: vectors for which what a customer chose stands above what the customer did not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import claims
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Questions
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.factors.bpr import Descent, RankingFactors, bpr, fold_in_ranking
from shopkeeper.numerics.factors.nearest import best_of_all


@dataclass(frozen=True)
class Parameters:
    """How the vectors are learned, see `numerics.factors.bpr`. ``popularity_exponent`` 0 draws unchosen products evenly."""

    n_factors: int = 64
    n_rounds: int = 80
    learning_rate: float = 0.1
    l2: float = 0.03
    popularity_exponent: float = 0.5
    kind_exponent: float = 1.0
    half_life_days: float = 1e6


CHOICES = {
    "l2": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
    "learning_rate": (0.01, 0.02, 0.05, 0.1, 0.2),
    "popularity_exponent": (0.0, 0.25, 0.5, 0.75, 1.0),
    "n_factors": (16, 32, 64, 128, 256),
    "n_rounds": (20, 40, 80, 160),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
    "half_life_days": (30.0, 90.0, 365.0, 1e6),
}


@dataclass(frozen=True)
class LearnedBPR:
    """The vectors of customers and products; a visitor's vector is learned when asked for."""

    factors: RankingFactors
    known: Array
    parameters: Parameters
    seed: int

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.factors.customer.nbytes + self.factors.product.nbytes + self.factors.bias.nbytes + self.known.nbytes)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` products that stand highest; products without events are not named."""
        rows = questions.rows(self.parameters.kind_exponent, self.parameters.half_life_days)
        vectors = self.factors.customer[np.maximum(questions.customer, 0)] if len(self.factors.customer) else None
        is_new = questions.customer < 0
        if vectors is None or is_new.any():
            folded = fold_in_ranking(rows.starts, rows.product, rows.weight, self.factors, seed=self.seed)
            vectors = folded if vectors is None else np.where(is_new[:, None], folded, vectors)
        product, score = best_of_all(
            vectors, self.factors.product, rows, n=n, known=self.known, own=questions.own, claim=claims(rows.count, rows.step),
            bias=self.factors.bias, is_soft=True, tell=tell,
        )  # fmt: skip
        return Lists(product, score)


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedBPR:
    """The vectors of every customer and product."""
    rows = known.rows(parameters.kind_exponent, parameters.half_life_days)
    descent = Descent(parameters.n_rounds, parameters.learning_rate, parameters.l2, parameters.popularity_exponent)
    factors = bpr(
        rows.starts, rows.product, rows.weight, rows.n_products,
        n_factors=parameters.n_factors, descent=descent, seed=known.seed, tell=tell,
    )  # fmt: skip
    return LearnedBPR(factors, np.bincount(rows.product, minlength=rows.n_products) > 0, parameters, known.seed)


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning: both sides' vectors, the entries twice, a block of scores."""
    n_rows = known.log.n_rows + known.log.n_products
    return 4 * parameters.n_factors * n_rows + 60 * len(known.log.product) + (1 << 26)


STARTS = (Parameters(), Parameters(n_factors=128, learning_rate=0.2))
BPR = Method("bpr", "BPR", STARTS, CHOICES, learn, n_bytes)
