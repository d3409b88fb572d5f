"""Which of many shares are smaller than the rest's beyond doubt: Fisher's exact test, corrected for how many were looked at."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


def smaller_p(n: Array, of: Array, n_rest: Array, of_rest: Array) -> Array:
    """float64: how likely ``n`` of ``of`` or fewer are by chance alone, where the rest has ``n_rest`` of ``of_rest``.

    Fisher's exact test, one-sided: all whole numbers, which stay exact where few are looked at. 1 where a side has no case.
    """
    from scipy.stats import hypergeom

    n, of, n_rest, of_rest = (np.asarray(values, np.int64) for values in (n, of, n_rest, of_rest))
    result = np.ones(len(n))
    known = np.flatnonzero((of > 0) & (of_rest > 0))
    if len(known):
        a, b = n[known], of[known]
        found = hypergeom.cdf(a, b + of_rest[known], a + n_rest[known], b)
        result[known] = np.clip(found, 0.0, 1.0)
    return result


def corrected(p: Array) -> Array:
    """float64: each p-value corrected for how many there are, by Benjamini and Hochberg (1995).

    Among those at or below 0.05 at most a twentieth is there by chance, on average; where there is nothing to find, nothing is
    found in nineteen of twenty shops.
    """
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    result = np.empty(len(p))
    result[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0) if len(p) else scaled
    return result
