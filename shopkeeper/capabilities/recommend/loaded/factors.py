"""Factors in service: a past becomes a vector in microseconds, a vector scores products, customers have look-alikes.

Nothing is learned again when a customer does something: the vector is computed from the past as it is at each answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.factors.als import Factors, Penalty
from shopkeeper.numerics.factors.nearest import best_of_one, score_some, similar_rows
from shopkeeper.numerics.factors.solvers import solve_one

NUMBERS = ("unobserved", "l2", "nu", "n_known", "unit", "recency_decay")


@dataclass(frozen=True)
class ServedFactors:
    """Products' vectors float32 [products, factors] with the diagonal of their squares float32 [factors], mapped from disk.

    ``customer`` float32 [customers, factors] may be there for look-alikes. ``unit`` is the weight of an event that counts once,
    ``recency_decay`` how fast a past fades with its steps, both as in learning (`methods.als`).
    """

    product: Array
    gram: Array
    penalty: Penalty
    n_known: int
    unit: float = 1.0
    recency_decay: float = 0.0
    customer: Array | None = None

    @classmethod
    def of(cls, factors: Factors, *, unit: float, recency_decay: float, customers: Array | None = None) -> ServedFactors:
        """What is served of learned factors; ``customers`` are the rows of customers to keep (None: no look-alikes)."""
        kept = None if customers is None else factors.customer[customers]
        return cls(factors.product, factors.gram, factors.penalty, factors.n_known, unit, recency_decay, kept)

    def arrays(self) -> dict[str, Array]:
        """What is saved."""
        penalty = self.penalty
        numbers = np.array([penalty.unobserved, penalty.l2, penalty.nu, self.n_known, self.unit, self.recency_decay])
        arrays = {"factors_product": self.product, "factors_gram": self.gram, "factors_numbers": numbers}
        return arrays if self.customer is None else {**arrays, "factors_customer": self.customer}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> ServedFactors:
        """What `arrays` gave, as it comes back from disk."""
        value: dict[str, Any] = dict(zip(NUMBERS, (float(number) for number in arrays["factors_numbers"]), strict=True))
        penalty = Penalty(value["unobserved"], value["l2"], value["nu"])
        return cls(
            arrays["factors_product"], arrays["factors_gram"], penalty, int(value["n_known"]), value["unit"],
            value["recency_decay"], arrays.get("factors_customer"),
        )  # fmt: skip

    @property
    def n_factors(self) -> int:
        """How long a vector is."""
        return int(self.product.shape[1])

    def vector(self, products: Array, weights: Array, steps: Array | None = None) -> Array:
        """float32 [factors]: the vector of a past of ``products`` int32 with ``weights`` float32 (as in `sparse_rows.Rows`).

        ``steps`` int32 are the moments that each lies back (default: none fades). Zeros for an empty past; codes that were not
        learned and weights of 0 say nothing.
        """
        said = np.asarray(weights, np.float64) / self.unit
        if steps is not None and self.recency_decay > 0.0:
            said = said * (1.0 + steps) ** -self.recency_decay
        inside = (products >= 0) & (products < len(self.product))
        l2 = self.penalty.of_rows(np.array([said[inside].sum()]), self.n_known)[0]
        out = np.zeros((1, self.n_factors), np.float32)
        solve_one(
            np.asarray(products, np.int32), said.astype(np.float32), self.product, self.gram, l2,
            np.float32(self.penalty.unobserved), out,
        )  # fmt: skip
        return np.asarray(out[0])

    def score(self, vector: Array, codes: Array) -> Array:
        """float32 [codes]: how well each product goes with ``vector``; 0 for a code that was not learned."""
        out = np.empty(len(codes), np.float32)
        score_some(vector, self.product, np.asarray(codes, np.int32), out)
        return out

    def best(self, vector: Array, allowed: Array, excluded: Array, n: int) -> tuple[Array, Array]:
        """(codes int32, scores float32), best first: at most ``n`` products of all whose score is positive.

        ``allowed`` uint8 [products] says which may be named, ``excluded`` int32 which are not. About 2 ms for 100,000 products of
        64 factors.
        """
        n = min(n, len(self.product))
        code, score = np.empty(n, np.int32), np.empty(n, np.float32)
        size = best_of_one(vector, self.product, allowed, np.asarray(excluded, np.int32), code, score) if n > 0 else 0
        return code[:size], score[:size]

    def similar_customers(self, customers: Array, n: int) -> tuple[Array, Array]:
        """(customers int32, cosines float32), best first: who is most like these; empty where no customers are kept."""
        if self.customer is None or len(customers) == 0:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        return similar_rows(self.customer, np.asarray(customers, np.int64), n)
