"""How good ranked lists are: recall, NDCG, hit rate and reciprocal rank at k, one number a case.

A case is one customer's list and what that customer then really chose. Binary relevance; Jarvelin & Kekalainen (2002) for NDCG.
"""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


def hits(listed: Array, target_starts: Array, target: Array) -> Array:
    """Bool [cases, k]: whether each product of ``listed`` int [cases, k] (-1: none) is among its case's targets.

    Case c's targets are ``target[target_starts[c]:target_starts[c + 1]]``.
    """
    n_products = np.int64(max(int(listed.max(initial=0)), int(target.max(initial=0))) + 1)
    case_of_target = np.repeat(np.arange(len(target_starts) - 1, dtype=np.int64), np.diff(target_starts))
    wanted = np.unique(case_of_target * n_products + target)
    shown = np.arange(len(listed), dtype=np.int64)[:, None] * n_products + listed
    if len(wanted) == 0:
        return np.zeros(listed.shape, np.bool_)
    places = np.minimum(np.searchsorted(wanted, shown), len(wanted) - 1)
    found: Array = (wanted[places] == shown) & (listed >= 0)
    return found


def ndcg(hit: Array, n_targets: Array) -> Array:
    """Float64 [cases]: gain 1/log2(rank + 1) of each hit, over the gain of the best possible list of that length."""
    k = hit.shape[1]
    gain = 1.0 / np.log2(np.arange(2, k + 2))
    best = np.concatenate(([0.0], np.cumsum(gain)))[np.minimum(n_targets, k)]
    result: Array = hit @ gain / np.maximum(best, 1e-30)
    return result


def recall(hit: Array, n_targets: Array) -> Array:
    """Float64 [cases]: share of the targets that the list holds."""
    result: Array = hit.sum(axis=1) / np.maximum(n_targets, 1)
    return result


def hit_rate(hit: Array) -> Array:
    """Float64 [cases]: 1 where the list holds any target, else 0."""
    result: Array = np.asarray(hit.any(axis=1), np.float64)
    return result


def reciprocal_rank(hit: Array) -> Array:
    """Float64 [cases]: 1 / rank of the first hit, 0 where there is none."""
    first: Array = np.asarray(hit.argmax(axis=1) + 1.0)
    result: Array = np.where(hit.any(axis=1), 1.0 / first, 0.0)
    return result
