"""Bayesian personalized ranking: vectors for which what a customer chose stands above what the customer did not.

    loss = sum over drawn (c, p, q), c chose p and not q, of  w ln(1 + exp(s_cq - s_cp)) + l2 (squares of all that is in s) / 2
    s_cp = x_c . v_p + b_p

(Rendle, Freudenthaler, Gantner & Schmidt-Thieme 2009.) Stochastic gradient descent in one thread, so that the same seed gives the
same vectors; what is not chosen is drawn by popularity ** exponent (0: evenly).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, in_threads, kernel, n_threads, quiet, ranges, summing, summing_kernel
from shopkeeper.numerics.factors.random_numbers import alias_table, below, random_bits, share_of
from shopkeeper.numerics.factors.solvers import dot

LAST_RATE = 0.1  # the learning rate falls in a straight line to this share of the first
TRIES = 8  # draws of a product that was not chosen before the pair is given up
LARGEST_WEIGHT = 4.0
FIRST = 0.1  # length of the vectors before learning


@dataclass(frozen=True)
class Descent:
    """How the vectors are learned: passes over the entries, step length, pull to zero, and how unchosen products are drawn."""

    n_rounds: int = 30
    learning_rate: float = 0.05
    l2: float = 0.01
    popularity_exponent: float = 0.0


@dataclass(frozen=True)
class RankingFactors:
    """float32 [customers, factors], [products, factors] and products' biases [products]; the drawing table; the descent."""

    customer: Array
    product: Array
    bias: Array
    keep: Array
    other: Array
    descent: Descent


@kernel
def _sort_each(starts, product):
    for row in range(len(starts) - 1):
        product[starts[row] : starts[row + 1]].sort()


@summing
def _has(product, first, end, what):
    low, high = first, end
    while low < high:
        middle = (low + high) // 2
        if product[middle] < what:
            low = middle + 1
        else:
            high = middle
    return low < end and product[low] == what


@summing
def _unchosen(seed, number, keep, other, product, first, end):
    """A product that is not in the row; -1 where none was found."""
    for turn in range(TRIES):
        bits = random_bits(seed, number + np.uint64(turn))
        what = below(bits, len(keep))
        if share_of(bits) >= keep[what]:
            what = np.int64(other[what])
        if not _has(product, first, end, what):
            return what
    return np.int64(-1)


@summing
def _slope(difference):
    """How far the pair is from being in order: the derivative of the loss."""
    return np.float32(1.0) / (np.float32(1.0) + np.exp(difference))


@summing_kernel
def _round(seed, rows, weight, table, rate, l2, customers, products, bias):
    """One pass: as many pairs as entries, the entry drawn evenly."""
    starts, row_of, entry_product, sorted_product = rows
    keep, other = table
    k, n = customers.shape[1], len(entry_product)
    for turn in range(n):
        number = np.uint64(turn * (TRIES + 1))
        entry = below(random_bits(seed, number), n)
        row, positive = row_of[entry], entry_product[entry]
        negative = _unchosen(seed, number + np.uint64(1), keep, other, sorted_product, starts[row], starts[row + 1])
        if negative < 0:
            continue
        x, v, u = customers[row], products[positive], products[negative]
        difference = bias[positive] - bias[negative]
        for factor in range(k):
            difference += x[factor] * (v[factor] - u[factor])
        step = rate * weight[entry] * _slope(difference)
        shrink = rate * l2
        for factor in range(k):
            own, better, worse = x[factor], v[factor], u[factor]
            x[factor] = own + step * (better - worse) - shrink * own
            v[factor] = better + step * own - shrink * better
            u[factor] = worse - step * own - shrink * worse
        bias[positive] += step - shrink * bias[positive]
        bias[negative] -= step + shrink * bias[negative]


@summing_kernel
def _fold(low, high, seed, starts, product, sorted_product, weight, table, rates, l2, products, bias, out):
    """Each row's vector by the same descent with the products' held fixed; draws depend on the row's own products only."""
    keep, other = table
    k = out.shape[1]
    for row in range(low, high):
        first, end = starts[row], starts[row + 1]
        number = np.uint64(0)
        for place in range(first, end):
            number = random_bits(number, np.uint64(sorted_product[place]))
        x = out[row]
        for turn in range(len(rates)):
            for place in range(first, end):
                positive = product[place]
                number += np.uint64(TRIES)
                negative = _unchosen(seed, number, keep, other, sorted_product, first, end)
                if negative < 0:
                    continue
                v, u = products[positive], products[negative]
                difference = bias[positive] - bias[negative] + dot(x, v, k) - dot(x, u, k)
                step = rates[turn] * weight[place] * _slope(difference)
                for factor in range(k):
                    x[factor] += step * (v[factor] - u[factor]) - rates[turn] * l2 * x[factor]


def _sorted_rows(starts: Array, product: Array) -> Array:
    result = np.array(product, np.int32)
    _sort_each(starts, result)
    return result


def _bounded(weight: Array) -> Array:
    """Weights in units of their mean; a step may not run away."""
    mean = float(weight.mean(dtype=np.float64)) if len(weight) else 1.0
    result: Array = np.minimum(weight / max(mean, 1e-30), LARGEST_WEIGHT).astype(np.float32)
    return result


def _rates(descent: Descent) -> Array:
    falling = np.linspace(1.0, LAST_RATE, max(descent.n_rounds, 1))[: descent.n_rounds]
    result: Array = (descent.learning_rate * falling).astype(np.float32)
    return result


def bpr(
    starts: Array,
    product: Array,
    weight: Array,
    n_products: int,
    *,
    n_factors: int,
    descent: Descent,
    seed: int = 0,
    tell: Tell = quiet,
) -> RankingFactors:
    """The vectors and biases after ``descent.n_rounds`` passes.

    Customer c has entries ``[starts[c], starts[c + 1])`` of ``product`` int32 and ``weight`` float32 > 0 (how much an entry moves
    the vectors, in units of the mean, at most 4); a product at most once.
    """
    random = np.random.default_rng(seed)
    n_customers, spread = len(starts) - 1, np.float32(FIRST / np.sqrt(n_factors))
    customers = random.standard_normal((n_customers, n_factors), np.float32) * spread
    products = random.standard_normal((n_products, n_factors), np.float32) * spread
    bias = np.zeros(n_products, np.float32)
    degree = np.bincount(product, minlength=n_products)
    keep, other = alias_table(np.where(degree > 0, np.maximum(degree, 1.0) ** descent.popularity_exponent, 0.0))
    row_of = np.repeat(np.arange(n_customers, dtype=np.int32), np.diff(starts))
    rows = (starts, row_of, product, _sorted_rows(starts, product))
    bounded = _bounded(weight)
    for number, rate in enumerate(_rates(descent)):
        draw = np.uint64(int(random.integers(0, 2**63)))
        _round(draw, rows, bounded, (keep, other), rate, np.float32(descent.l2), customers, products, bias)
        tell((number + 1) / descent.n_rounds)
    return RankingFactors(customers, products, bias, keep, other, descent)


def fold_in_ranking(starts: Array, product: Array, weight: Array, factors: RankingFactors, *, seed: int = 0) -> Array:
    """float32 [rows, factors]: vectors of customers with these entries (as in `bpr`), for the products' as they are.

    A row's vector depends on nothing but the row, its products' order included.
    """
    out = np.zeros((len(starts) - 1, factors.product.shape[1]), np.float32)
    inputs = (
        np.uint64(seed), starts, product, _sorted_rows(starts, product), _bounded(weight), (factors.keep, factors.other),
        _rates(factors.descent), np.float32(factors.descent.l2), factors.product, factors.bias,
    )  # fmt: skip
    in_threads(lambda low, high: _fold(low, high, *inputs, out), ranges(np.diff(starts), 8 * n_threads()))
    return out
