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
    """float64: each p-value corrected for how many there are, by Holm (1979).

    Whatever is true of the others, in nineteen of twenty shops none at or below 0.05 is there by chance alone.
    """
    order = np.argsort(p, kind="stable")
    scaled = np.minimum(p[order] * (len(p) - np.arange(len(p))), 1.0)
    result = np.empty(len(p))
    result[order] = np.maximum.accumulate(scaled) if len(p) else scaled
    return result
