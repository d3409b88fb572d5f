"""How good ranked lists are: recall, NDCG, hit rate, reciprocal rank, novelty, diversity and value at k, one number a case.

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


def novelty(listed: Array, share: Array) -> Array:
    """Float64 [cases]: mean of -log2 of the popularity share of what is listed (Zhou et al. 2010); NaN for an empty list.

    ``share`` float [products] is each product's part of all interactions, above 0.
    """
    there = listed >= 0
    surprise = np.append(-np.log2(share), 0.0)[listed]  # what is not listed (-1) finds the spare last place
    n_there = there.sum(axis=1)
    result: Array = np.where(n_there > 0, surprise.sum(axis=1) / np.maximum(n_there, 1), np.nan)
    return result


def diversity(listed: Array, category: Array) -> Array:
    """Float64 [cases]: share of the pairs in a list that are of different categories (Ziegler et al. 2005); NaN without a pair.

    ``category`` int [products], -1: unknown; those are left out.
    """
    kind = np.append(category, -1)[listed]  # what is not listed (-1) finds the spare last place
    n_known = (kind >= 0).sum(axis=1)
    n_alike = np.zeros(len(listed))
    for gap in range(1, listed.shape[1]):
        n_alike += ((kind[:, gap:] == kind[:, :-gap]) & (kind[:, gap:] >= 0)).sum(axis=1)
    n_pairs = n_known * (n_known - 1) / 2.0
    result: Array = np.where(n_pairs > 0, 1.0 - n_alike / np.maximum(n_pairs, 1.0), np.nan)
    return result


def coverage(listed: Array, n_products: int) -> float:
    """The share (0-1) of the catalog's ``n_products`` that is in any list."""
    return len(np.unique(listed[listed >= 0])) / max(1, n_products)


def value_captured(hit: Array, listed: Array, value: Array) -> Array:
    """Float64 [cases]: the sum of ``value`` float [products] (NaN counts as 0) over the products that hit."""
    worth = np.append(np.nan_to_num(value.astype(np.float64)), 0.0)
    result: Array = worth[np.where(hit, listed, -1)].sum(axis=1)
    return result


def value_wanted(target_starts: Array, target: Array, value: Array) -> Array:
    """Float64 [cases]: the sum of ``value`` float [products] (NaN counts as 0) over each case's distinct targets."""
    case = np.repeat(np.arange(len(target_starts) - 1, dtype=np.int64), np.diff(target_starts))
    pairs = np.unique(np.stack((case, np.asarray(target, np.int64)), axis=1), axis=0)
    worth = np.nan_to_num(value.astype(np.float64))[pairs[:, 1]] if len(pairs) else np.empty(0)
    result: Array = np.bincount(pairs[:, 0], weights=worth, minlength=len(target_starts) - 1)
    return result


def pessimistic_ranks(listed: Array, tier: Array, target: Array) -> Array:
    """int64 [cases]: the rank from 1 of each case's one ``target`` int [cases], every product of an equal tier before it.

    ``listed`` int [cases, n] best first (-1: none), ``tier`` [cases, n] a number that is the same for products with an equal
    score and no other neighbors in the list. 0 where the target is not listed, or where its tier reaches the last place and
    may go on behind it: ask for one place more than the rank that matters. (Krichene & Rendle 2020 on what ties can do.)
    """
    n = listed.shape[1]
    found = (listed == target[:, None]) & (listed >= 0)
    place = found.argmax(axis=1) if n else np.zeros(len(listed), np.int64)
    there = found.any(axis=1)
    own = tier[np.arange(len(listed)), place][:, None] if n else np.zeros((len(listed), 1))
    equal = (tier == own) & (listed >= 0) & (np.arange(n) >= place[:, None])
    last = n - 1 - equal[:, ::-1].argmax(axis=1) if n else place
    result: Array = np.where(there & (last < n - 1), last + 1, 0).astype(np.int64)
    return result
