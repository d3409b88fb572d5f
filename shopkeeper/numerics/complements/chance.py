"""What chance says of a pair: how many baskets would have both, and how rarely so many do.

Baskets are thought of as drawn anew with every product's number of neighbors kept (the configuration model, Newman 2010), within
each part of the time by itself, so that products of one season are not taken for products that belong together:

    expected(i, j) = sum over strata t of  m(i, t) m(j, t) / M(t),      m(i, t) = sum over its baskets b of  w(b) (size(b) - 1)

with M(t) the sum of m(., t). Products that are bought in large baskets meet many others by chance, and m says so, where the
usual n(i) n(j) / baskets does not.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.complements.pairs import Pairs
from shopkeeper.numerics.itemsets.baskets import Baskets

MOST_TERMS = 500


def margins(baskets: Baskets, weight: Array, n_strata: int) -> Array:
    """float32 [items, strata]: m(i, t) / sqrt(M(t)), so that a dot product of two rows is their expected number together.

    ``weight`` float [baskets]. Strata are runs of baskets with about the same number of lines: give baskets in order of time.
    """
    sizes = baskets.sizes
    n_lines = max(1, len(baskets.item))
    stratum = np.repeat(baskets.starts[:-1] * n_strata // n_lines, sizes)
    value = np.repeat(weight * (sizes - 1.0), sizes)
    n_cells = baskets.n_items * n_strata
    m = np.bincount(baskets.item * n_strata + stratum, weights=value, minlength=n_cells).reshape(-1, n_strata)
    total = m.sum(axis=0)
    return (m / np.sqrt(np.maximum(total, 1e-30))).astype(np.float32)


@kernel
def _expected(low, high, starts, other, margin, out):
    n_strata = margin.shape[1]
    for source in range(low, high):
        for place in range(starts[source], starts[source + 1]):
            partner = other[place]
            total = np.float32(0.0)
            for stratum in range(n_strata):
                total += margin[source, stratum] * margin[partner, stratum]
            out[place] = total


def expected(pairs: Pairs, margin: Array) -> Array:
    """float32 [pairs]: the (weighted) number of baskets that would have both by chance. ``margin`` is that of `margins`."""
    out = np.empty(len(pairs), np.float32)
    spans = ranges(np.diff(pairs.starts), 8 * n_threads())
    in_threads(lambda low, high: _expected(low, high, pairs.starts, pairs.other, margin, out), spans)
    return out


@inlined
def _tail(n, mean):
    """P(N >= n) of a Poisson variable: its first term, and the rest as a share of that."""
    if n <= 0 or n <= mean:
        return 1.0
    if mean <= 0.0:
        return 0.0
    ratio, total = 1.0, 1.0
    for step in range(1, MOST_TERMS):
        ratio *= mean / (n + step)
        total += ratio
        if ratio < 1e-12 * total:
            break
    return min(1.0, math.exp(n * math.log(mean) - mean - math.lgamma(n + 1.0)) * total)


@kernel
def _tails(low, high, n, mean, out):
    for place in range(low, high):
        out[place] = _tail(n[place], mean[place])


def poisson_tail(n: Array, mean: Array) -> Array:
    """float64: the probability of at least ``n`` where ``mean`` float is expected (Poisson); 1 where n is not above it."""
    out = np.empty(len(n))
    spans = ranges(np.ones(len(n), np.int64), 8 * n_threads())
    number, expectation = n.astype(np.float64), mean.astype(np.float64)
    in_threads(lambda low, high: _tails(low, high, number, expectation, out), spans)
    return out


def false_discovery(p: Array, n_tests: float) -> Array:
    """float64: each p-value as the smallest share of false discoveries at which it counts as one (Benjamini & Hochberg 1995).

    ``n_tests`` is how many were tried; those that are not in ``p`` count as 1. Where there is nothing to find, the chance that
    any value comes out at or below e is e.
    """
    order = np.argsort(p, kind="stable")
    raised = p[order] * (max(float(n_tests), float(len(p))) / np.arange(1, len(p) + 1))
    lowest = np.minimum.accumulate(raised[::-1])[::-1]
    result = np.empty(len(p))
    result[order] = np.minimum(lowest, 1.0)
    return result


def shrunk_lift(n: Array, mean: Array, prior: Array | float, strength: float) -> Array:
    """float64: (n + strength * prior) / (mean + strength): the mean of a Gamma posterior of n / mean.

    A pair of which nothing is known has the ``prior`` lift, and ``strength`` is how many expected baskets that is worth, so that
    rare pairs do not win. DuMouchel (1999): lambda ~ Gamma(strength * prior, strength), n ~ Poisson(lambda * mean).
    """
    return np.asarray((n + strength * prior) / (mean + strength), np.float64)
