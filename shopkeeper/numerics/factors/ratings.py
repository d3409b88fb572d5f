"""What matrix factorizations of ratings share: what is learned, how it is learned, and what it says of a pair."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel

LAST_RATE = 0.1  # the learning rate falls in a straight line to this share of the first
FIRST = 0.1  # length of the vectors before learning


@dataclass(frozen=True)
class RatingDescent:
    """How the vectors are learned: how long they are, passes over the ratings, step length, and pull to zero."""

    n_factors: int = 50
    n_rounds: int = 40
    learning_rate: float = 0.01
    l2: float = 0.1
    bias_l2: float = 0.02

    @property
    def rates(self) -> Array:
        """float32 [rounds]: the step length of each pass."""
        falling = np.linspace(1.0, LAST_RATE, max(self.n_rounds, 1))[: self.n_rounds]
        result: Array = (self.learning_rate * falling).astype(np.float32)
        return result


@dataclass(frozen=True)
class RatingFactors:
    """A rating is ``mean`` + both biases (float32 [customers], [products]) + both vectors' product, within ``low`` .. ``high``.

    Customers and products without ratings have bias 0 and a vector of zeros.
    """

    mean: float
    customer_bias: Array
    product_bias: Array
    customer: Array
    product: Array
    low: float
    high: float

    def of_pairs(self, customer: Array, product: Array) -> Array:
        """float64 [pairs]: the rating expected of each (customer, product); codes out of range add nothing to the mean."""
        result = np.full(len(customer), self.mean)
        bias = self.customer_bias, self.product_bias
        _add_pairs(np.asarray(customer, np.int64), np.asarray(product, np.int64), *bias, self.customer, self.product, result)
        clipped: Array = np.clip(result, self.low, self.high)
        return clipped


@kernel
def _add_pairs(customer, product, customer_bias, product_bias, customers, products, out):
    for place in range(len(out)):
        row, column = customer[place], product[place]
        has_row, has_column = 0 <= row < len(customer_bias), 0 <= column < len(product_bias)
        if has_row:
            out[place] += customer_bias[row]
        if has_column:
            out[place] += product_bias[column]
        if has_row and has_column:
            for factor in range(customers.shape[1]):
                out[place] += customers[row, factor] * products[column, factor]


@dataclass(frozen=True)
class RatingRows:
    """Ratings by customer: row c is ``[starts[c], starts[c + 1])`` of ``product`` int32 (in order) and ``rating`` float32."""

    starts: Array
    product: Array
    rating: Array
    mean: float
    low: float
    high: float


def rating_rows(customer: Array, product: Array, rating: Array, n_customers: int) -> RatingRows:
    """The ratings by customer; the order in which they come does not matter. Each (customer, product) is expected once."""
    order = np.lexsort((product, customer))
    starts = np.zeros(n_customers + 1, np.int64)
    np.cumsum(np.bincount(customer, minlength=n_customers), out=starts[1:])
    ordered = np.asarray(rating, np.float64)[order]
    if len(ordered) == 0:
        return RatingRows(starts, np.empty(0, np.int32), np.empty(0, np.float32), 0.0, -np.inf, np.inf)
    low, high = float(ordered.min()), float(ordered.max())
    return RatingRows(
        starts, np.asarray(product)[order].astype(np.int32), ordered.astype(np.float32), float(ordered.mean()), low, high
    )


def first_vectors(seed: int, n_factors: int, has_ratings: Array) -> Array:
    """float32 [rows, factors]: small random vectors; zeros where ``has_ratings`` bool [rows] does not hold."""
    vectors = np.random.default_rng(seed).standard_normal((len(has_ratings), n_factors), np.float32) * np.float32(FIRST)
    vectors[~has_ratings] = 0.0
    return vectors
