"""What is bought now: each product's events, each halved as it ages."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log

MICROSECONDS_A_DAY = 86_400_000_000
HALF_LIVES_DAYS = (3.0, 7.0, 14.0, 30.0, 90.0, 1e6)


def trend(log: Log, weights: Array, now: int, half_life_days: float) -> Array:
    """float64 [products]: the sum over a product's events of their kind's weight * 2^-(age / half-life).

    ``weights`` float [kinds], ``now`` in microseconds. A log is in canonical order, so the sum does not depend on the input's.
    """
    age_days = np.maximum((now - log.at) / MICROSECONDS_A_DAY, 0.0)
    weight = weights[log.kind] * np.exp2(-age_days / half_life_days)
    result: Array = np.bincount(log.product, weights=weight, minlength=log.n_products)
    return result


def ranked(trend_of: Array) -> Array:
    """int32: the products with any trend, the strongest first, ties to the smaller code."""
    order = np.lexsort((np.arange(len(trend_of)), -trend_of))
    result: Array = order[trend_of[order] > 0].astype(np.int32)
    return result
