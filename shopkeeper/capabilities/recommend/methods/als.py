"""Implicit alternating least squares: customers and products as vectors; a past becomes a vector the moment it is asked about."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import claims
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Method, Questions
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.factors.als import Factors, Penalty, als, fold_in
from shopkeeper.numerics.factors.nearest import best_of_all
from shopkeeper.numerics.sparse_rows import Rows


@dataclass(frozen=True)
class Parameters:
    """How the vectors are learned (`numerics.factors.als`), and how a past is read: ``recency_decay`` as in the item graph.

    ``unobserved_weight`` is what one product that a customer did not choose says, where one that was chosen says 1 on average
    (1 / alpha of Hu, Koren & Volinsky). ``n_steps`` 0: exact; else conjugate gradient steps.
    """

    n_factors: int = 64
    n_rounds: int = 8
    unobserved_weight: float = 0.1
    l2: float = 0.01
    nu: float = 1.0
    n_steps: int = 3
    recency_decay: float = 0.5
    kind_exponent: float = 1.0
    half_life_days: float = 1e6


CHOICES = {
    "unobserved_weight": (0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
    "recency_decay": (0.0, 0.25, 0.5, 1.0, 1.5, 2.0),
    "n_factors": (16, 32, 64, 128, 256, 512),
    "l2": (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1),
    "nu": (0.0, 0.5, 1.0),
    "kind_exponent": (0.0, 0.5, 1.0, 2.0),
    "half_life_days": (30.0, 90.0, 365.0, 1e6),
    "n_rounds": (4, 8, 16),
}


@dataclass(frozen=True)
class LearnedALS:
    """The products' vectors and how a past becomes a vector."""

    factors: Factors
    known: Array
    unit: float
    parameters: Parameters

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        return int(self.factors.customer.nbytes + self.factors.product.nbytes + self.factors.gram.nbytes + self.known.nbytes)

    def lists(self, questions: Questions, n: int, tell: Tell = quiet) -> Lists:
        """The ``n`` products whose vectors go best with the past's; products without events are not named."""
        rows = questions.rows(self.parameters.kind_exponent, self.parameters.half_life_days)
        vectors = fold_in(rows.starts, rows.product, past_weights(rows, self.unit, self.parameters.recency_decay), self.factors)
        claim = claims(rows.count, rows.step)
        product, score = best_of_all(
            vectors, self.factors.product, rows, n=n, known=self.known, own=questions.own, claim=claim, tell=tell
        )
        return Lists(product, score)


def past_weights(rows: Rows, unit: float, recency_decay: float) -> Array:
    """float32 [entries]: what each of a customer's products says, in units of what one says on average."""
    fading = (1.0 + rows.step) ** -recency_decay
    result: Array = np.maximum(rows.weight * (fading / unit), 1e-6).astype(np.float32)
    return result


def learn_factors(rows: Rows, parameters: Parameters, seed: int, tell: Tell = quiet) -> tuple[Factors, float]:
    """(the vectors, the mean weight of an entry, which is the unit of `past_weights`)."""
    unit = float(rows.weight.mean(dtype=np.float64)) if len(rows.weight) else 1.0
    factors = als(
        rows.starts, rows.product, past_weights(rows, unit, 0.0), rows.n_products,
        n_factors=parameters.n_factors, n_rounds=parameters.n_rounds,
        penalty=Penalty(parameters.unobserved_weight, parameters.l2, parameters.nu),
        n_steps=parameters.n_steps, seed=seed, tell=tell,
    )  # fmt: skip
    return factors, unit


def learn(known: Known, parameters: Parameters, tell: Tell = quiet) -> LearnedALS:
    """The vectors; how a past is read is not learned again."""
    rows = known.rows(parameters.kind_exponent, parameters.half_life_days)
    key = dataclasses.replace(parameters, recency_decay=0.0)
    factors, unit = known.keep("als", key, lambda: learn_factors(rows, parameters, known.seed, tell))
    has_events = np.bincount(rows.product, minlength=rows.n_products) > 0
    return LearnedALS(factors, has_events, unit, parameters)


def n_bytes(known: Known, parameters: Parameters) -> int:
    """Peak memory of learning: both sides' vectors with two copies, the entries in both orders, a block of scores."""
    n_rows = known.log.n_rows + known.log.n_products
    return 12 * parameters.n_factors * n_rows + 40 * len(known.log.product) + (1 << 26)


# The middle; few entries a customer and order matters; many entries a customer.
STARTS = (
    Parameters(),
    Parameters(n_factors=128, unobserved_weight=0.01, recency_decay=1.5),
    Parameters(unobserved_weight=0.3, l2=0.003),
)
ALS = Method("als", "implicit ALS", STARTS, CHOICES, learn, n_bytes)
