"""Which of many shares are smaller than the rest's beyond doubt: Fisher's exact test, corrected for how many were looked at."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


def smaller_p(n: Array, of: Array, n_rest: Array, of_rest: Array) -> Array:
    """float64: how likely ``n`` of ``of`` or fewer are by chance alone, where the rest has ``n_rest`` of ``of_rest``.

    Fisher's exact test, one-sided: all whole numbers, which stay exact where few are looked at. 1 where a side has no case.
    """
    cells = zip(*(np.asarray(values, np.int64).tolist() for values in (n, of, n_rest, of_rest)), strict=True)
    return np.array([_one_p(*cell) for cell in cells])


def _one_p(n: int, of: int, n_rest: int, of_rest: int) -> float:
    """The hypergeometric probability of 0 to ``n``: its terms from so far below that what is left out cannot be seen."""
    from scipy.special import gammaln

    if of == 0 or of_rest == 0:
        return 1.0
    total, marked = of + of_rest, n + n_rest
    share = marked / total
    deviation = float(np.sqrt(of * share * (1.0 - share)))
    start = max(0, of - (total - marked), min(n, int(of * share - 12.0 * deviation)) - 200)
    k = np.arange(start, n + 1, dtype=np.float64)

    def log_choose(a: float | Array, b: float | Array) -> Array:
        result: Array = gammaln(a + 1.0) - gammaln(b + 1.0) - gammaln(a - b + 1.0)
        return result

    terms = log_choose(marked, k) + log_choose(total - marked, of - k) - log_choose(total, of)
    return float(min(np.exp(terms).sum(), 1.0))


def corrected(p: Array) -> Array:
    """float64: each p-value corrected for how many there are, by Holm (1979).

    Whatever is true of the others, in nineteen of twenty shops none at or below 0.05 is there by chance alone.
    """
    order = np.argsort(p, kind="stable")
    scaled = np.minimum(p[order] * (len(p) - np.arange(len(p))), 1.0)
    result = np.empty(len(p))
    result[order] = np.maximum.accumulate(scaled) if len(p) else scaled
    return result
