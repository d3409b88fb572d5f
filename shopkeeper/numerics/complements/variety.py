"""A little variety: of products of one kind each further one counts less than the one before."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges


@kernel
def _vary(low, high, score, kind, factor, out):
    n_candidates = score.shape[1]
    for row in range(low, high):
        left = np.ones(n_candidates, np.float64)
        for place in range(out.shape[1]):
            best, highest = -1, 0.0
            for candidate in range(n_candidates):
                value = score[row, candidate] * left[candidate]
                if value > highest:
                    best, highest = candidate, value
            out[row, place] = best
            if best < 0:
                break
            left[best] = 0.0
            for candidate in range(n_candidates):
                if kind[row, candidate] >= 0 and kind[row, candidate] == kind[row, best]:
                    left[candidate] *= factor


def varied(score: Array, kind: Array, n: int, variety: float) -> Array:
    """int64 [lists, n]: places of the ``n`` chosen candidates of each list, -1 where there are no more above 0.

    ``score`` float [lists, candidates], ``kind`` int [lists, candidates] (-1: unknown, like no other). Greedy: each time the
    highest score, where a product's is multiplied by (1 - ``variety``) for each one of its kind that was chosen before; ties go
    to the earlier candidate. 0 changes nothing. (Maximal marginal relevance, Carbonell & Goldstein 1998, with kinds as likeness.)
    """
    out = np.full((len(score), n), -1, np.int64)
    spans = ranges(np.ones(len(score), np.int64), 4 * n_threads() if len(score) > 1 else 1)
    numbers, kinds = np.asarray(score, np.float64), np.asarray(kind, np.int64)
    in_threads(lambda low, high: _vary(low, high, numbers, kinds, 1.0 - variety, out), spans)
    return out
