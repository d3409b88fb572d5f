"""Logarithms of tail probabilities, as small as they come: hypergeometric, binomial, and sums of many different chances."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import math

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined, kernel

TINY = 1e-17  # a term this small beside the sum changes nothing any more
FAR = 20.0


@inlined
def _log_choose(n, k):
    return math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)


@inlined
def log_hypergeometric(n_both, n_left, n_right, n_all):
    """Log P(at least ``n_both`` have both), one in ``n_left`` and the other in ``n_right`` of ``n_all``: Fisher's exact test."""
    lowest = max(0, n_left + n_right - n_all)
    highest = min(n_left, n_right)
    if n_both <= lowest:
        return 0.0
    if n_both > highest:
        return -np.inf
    first = _log_choose(n_left, n_both) + _log_choose(n_all - n_left, n_right - n_both) - _log_choose(n_all, n_right)
    total, term = 1.0, 1.0
    for k in range(n_both, highest):
        term *= (n_left - k) * (n_right - k) / ((k + 1.0) * (n_all - n_left - n_right + k + 1.0))
        total += term
        if term < TINY * total and (n_left - k) * (n_right - k) < (k + 1.0) * (n_all - n_left - n_right + k + 1.0):
            break
    return min(0.0, first + math.log(total))


@inlined
def log_binomial(k, n, p):
    """Log P(at least ``k`` of ``n`` succeed), each with chance ``p``."""
    if k <= 0:
        return 0.0
    if k > n or p <= 0.0:
        return -np.inf
    if p >= 1.0:
        return 0.0
    first = _log_choose(n, k) + k * math.log(p) + (n - k) * math.log1p(-p)
    total, term, odds = 1.0, 1.0, p / (1.0 - p)
    for j in range(k, n):
        term *= (n - j) / (j + 1.0) * odds
        total += term
        if term < TINY * total and (n - j) * odds < j + 1.0:
            break
    return min(0.0, first + math.log(total))


@inlined
def _mills(w):
    """The normal upper tail over its density, for w > 0."""
    if w < FAR:
        return math.sqrt(math.pi / 2.0) * math.exp(w * w / 2.0) * math.erfc(w / math.sqrt(2.0))
    square = w * w
    return (1.0 - (1.0 - (3.0 - 15.0 / square) / square) / square) / w


@inlined
def _tilt(k, n, p, size, mean):
    """The t at which the tilted mean, the sum of n p e^t / (1 - p + p e^t), is ``k``: Newton's steps, kept in bounds."""
    low, high = 0.0, 700.0
    t = min(math.log(k / mean), 600.0)
    for _ in range(60):
        grown = math.exp(t)
        total, slope = 0.0, 0.0
        for place in range(size):
            share = p[place] * grown / (1.0 - p[place] + p[place] * grown)
            total += n[place] * share
            slope += n[place] * share * (1.0 - share)
        if total > k:
            high = t
        else:
            low = t
        step = (k - total) / slope if slope > 0.0 else np.inf
        following = t + step
        if not (low <= following <= high):
            following = 0.5 * (low + high)
        if abs(following - t) < 1e-10 * max(1.0, t):
            return following
        t = following
    return t


@inlined
def log_many_chances(k, n, p, size):
    """Log P(at least ``k`` succeed) of ``n[i]`` trials with chance ``p[i]`` each, i below ``size``; 0 up to the mean.

    The saddlepoint approximation of Lugannani & Rice (1980) with Daniels' (1987) first correction for whole numbers.
    """
    mean, most, certain = 0.0, 0.0, 0.0
    for place in range(size):
        if p[place] > 0.0:
            mean += n[place] * p[place]
            most += n[place]
            certain += n[place] * math.log(p[place])
    if k <= mean:
        return 0.0
    if k > most:
        return -np.inf
    if k == most:
        return certain
    t = _tilt(k, n, p, size, mean)
    grown = math.exp(t)
    total, spread = 0.0, 0.0
    for place in range(size):
        below = 1.0 - p[place] + p[place] * grown
        share = p[place] * grown / below
        total += n[place] * math.log(below)
        spread += n[place] * share * (1.0 - share)
    w = math.sqrt(max(2.0 * (t * k - total), 0.0))
    u = (1.0 - math.exp(-t)) * math.sqrt(spread)
    if w < 1e-3 or u <= 0.0:  # at the mean: half of the chance, where the formula is 0 / 0
        return math.log(0.5)
    inside = _mills(w) + 1.0 / u - 1.0 / w
    if inside <= 0.0:
        return math.log(0.5)
    return min(0.0, -0.5 * w * w - 0.5 * math.log(2.0 * math.pi) + math.log(inside))


@kernel
def _fishers(n_both, n_left, n_right, n_all, out):
    for place in range(len(out)):
        out[place] = log_hypergeometric(n_both[place], n_left[place], n_right[place], n_all)


def fisher(n_both: Array, n_left: Array, n_right: Array, n_all: int) -> Array:
    """float64 [pairs]: log p that items in ``n_left`` and ``n_right`` of ``n_all`` baskets are together in ``n_both`` or more.

    Fisher's exact test, one-sided: what chance makes if every basket is as likely to have an item.
    """
    out = np.empty(len(n_both))
    both, left, right = (np.asarray(each, np.int64) for each in (n_both, n_left, n_right))
    _fishers(both, left, right, n_all, out)
    return out


@kernel
def _binomials(k, n, p, out):
    for place in range(len(out)):
        out[place] = log_binomial(k[place], n[place], p[place])


def binomial(k: Array, n: Array, p: Array) -> Array:
    """float64 [cases]: log P(at least ``k`` of ``n`` succeed), each with chance ``p``."""
    out = np.empty(len(k))
    _binomials(np.asarray(k, np.int64), np.asarray(n, np.int64), np.asarray(p, np.float64), out)
    return out


@kernel
def _one_of_many(k, n, p, out):
    for place in range(len(out)):
        out[place] = log_many_chances(float(k[place]), n, p, len(n))


def many_chances(k: Array, n: Array, p: Array) -> Array:
    """float64 [cases]: log P(at least ``k[case]`` succeed) of ``n[i]`` trials with chance ``p[i]`` each, summed over all i."""
    out = np.empty(len(k))
    _one_of_many(np.asarray(k), np.asarray(n, np.float64), np.asarray(p, np.float64), out)
    return out
