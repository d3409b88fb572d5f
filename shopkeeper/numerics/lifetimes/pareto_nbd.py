"""Pareto/NBD: customers order at their own rate until they leave, at any moment.

While a customer is there, orders come as a Poisson process with rate lambda; the time until the customer leaves is exponential
with rate mu. Both rates are gamma distributed: (shape r, rate alpha) and (s, beta). Schmittlein, Morrison & Colombo 1987,
Counting Your Customers, Management Science 33(1); Fader & Hardie 2005, A Note on Deriving the Pareto/NBD Model. Their x, t_x
and T are our ``n_repeats``, ``last`` and ``age``.

Their difference of two Gauss hypergeometric functions is the integral over the moment y at which the customer left,

    s / (r + s + x) A0 = integral from t_x to T of s (alpha + y)^-(r + x) (beta + y)^-(s + 1) dy,

which we take by Gauss-Legendre on a logarithmic scale: nothing cancels, alpha near beta is no special case, and the derivatives
by all four parameters are means of logarithms and of inverses under the same integrand.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined, kernel
from shopkeeper.numerics.lifetimes.counts import Counts
from shopkeeper.numerics.lifetimes.maximum_likelihood import Family, Fit, maximized
from shopkeeper.numerics.lifetimes.special import digamma, log_rising, log_sum
from shopkeeper.numerics.lifetimes.summed import filled, summed

NAMES = ("r", "alpha", "s", "beta")
FAMILY = Family(
    "Pareto/NBD",
    starts=((0.5, 0.4, 0.5, 0.4), (1.0, 1.0, 0.2, 1.0), (0.2, 0.1, 1.0, 2.0), (3.0, 0.3, 1.0, 10.0)),
    center=(0.5, 1.0, 0.5, 1.0),
    measured=(1, 3),
)
WIDTH = 2.5  # of a panel on the logarithmic scale: the integrand's nearest singularity is pi away, so ten nodes give ten digits
NODES, WEIGHTS = (np.ascontiguousarray(each) for each in np.polynomial.legendre.leggauss(10))
NEGLIGIBLE = 1e-17


@inlined
def _left(x, last, age, r, alpha, s, beta):
    """The integral over the moment at which the customer left, and the means under it that derivatives need.

    (log of the integral without its factor s, means of log(alpha + y), log(beta + y), 1 / (alpha + y), 1 / (beta + y)).
    """
    one, other = alpha + last, beta + last  # at the moment of the last order
    orders, leaving = r + x, s + 1.0
    log_one, log_other = math.log(one), math.log(other)
    rate = max(orders, 1.0) / one + leaving / other  # 1 / rate is the scale on which the integrand begins to fall
    end = math.log1p(rate * (age - last))
    total, of_log_one, of_log_other, of_one, of_other = 0.0, 0.0, 0.0, 0.0, 0.0
    n_panels = max(1, math.ceil(end / WIDTH))
    half = 0.5 * end / n_panels
    for panel in range(n_panels):
        before = total
        for node in range(len(NODES)):
            u = half * (2.0 * panel + 1.0 + NODES[node])
            time = math.expm1(u) / rate
            grown_one, grown_other = math.log1p(time / one), math.log1p(time / other)
            share = WEIGHTS[node] * math.exp(u - orders * grown_one - leaving * grown_other)
            total += share
            of_log_one += share * grown_one
            of_log_other += share * grown_other
            of_one += share / (one + time)
            of_other += share / (other + time)
        if total - before < NEGLIGIBLE * total:
            break
    log_total = math.log(half * total / rate) - orders * log_one - leaving * log_other
    return log_total, log_one + of_log_one / total, log_other + of_log_other / total, of_one / total, of_other / total


@inlined
def _one(x, last, age, r, alpha, s, beta):
    """What a history adds: to the log-likelihood, the probability that the customer left, and what derivatives need.

    (log-likelihood, left, means of log(alpha + time there), of log(beta + time there), (r + x) times that of 1 / (alpha + time
    there), and the same for beta times s or s + 1.)
    """
    log_one, log_other = math.log(alpha + age), math.log(beta + age)
    of_one, of_other = (r + x) / (alpha + age), s / (beta + age)
    value = -(r + x) * log_one - s * log_other
    if age <= last:
        return value, 0.0, log_one, log_other, of_one, of_other
    log_left, left_one, left_other, inverse_one, inverse_other = _left(x, last, age, r, alpha, s, beta)
    both = log_sum(value, log_left + math.log(s))
    stayed = math.exp(value - both)
    left = math.exp(log_left + math.log(s) - both)
    log_one, log_other = stayed * log_one + left * left_one, stayed * log_other + left * left_other
    of_one = stayed * of_one + left * (r + x) * inverse_one
    return both, left, log_one, log_other, of_one, stayed * of_other + left * (s + 1.0) * inverse_other


@kernel
def _likelihood(low, high, n_repeats, last, age, weight, r, alpha, s, beta, out):
    """``out`` [5]: the weighted log-likelihood of histories ``low`` to ``high`` and its derivatives by r, alpha, s and beta."""
    x = -1.0
    constant, of_r = 0.0, 0.0
    log_alpha, log_beta = math.log(alpha), math.log(beta)
    for row in range(low, high):
        if n_repeats[row] != x:  # histories are in order of n_repeats: what depends on it alone is worked out once
            x = n_repeats[row]
            constant = log_rising(r, x) + r * log_alpha + s * log_beta
            of_r = digamma(r + x) - digamma(r) + log_alpha
        value, left, log_one, log_other, of_one, of_other = _one(x, last[row], age[row], r, alpha, s, beta)
        n = weight[row]
        out[0] += n * (constant + value)
        out[1] += n * (of_r - log_one)
        out[2] += n * (r / alpha - of_one)
        out[3] += n * (log_beta - log_other + left / s)
        out[4] += n * (s / beta - of_other)


def log_likelihood(counts: Counts, parameters: Array) -> tuple[float, Array]:
    """(log-likelihood, float64 [4] its derivatives by r, alpha, s, beta) of all customers."""
    columns = counts.n_repeats, counts.last, counts.age, counts.weight
    return summed(_likelihood, columns, parameters)


def fit(counts: Counts) -> Fit:
    """The parameters r, alpha, s, beta (alpha and beta in the counts' unit of time) of maximum likelihood."""
    return maximized(FAMILY, log_likelihood, counts, counts.unit, counts.has_repeats)


@kernel
def _alive(low, high, n_repeats, last, age, r, alpha, s, beta, out):
    for row in range(low, high):
        out[row] = 1.0 - _one(n_repeats[row], last[row], age[row], r, alpha, s, beta)[1]


def p_alive(counts: Counts, parameters: Array) -> Array:
    """float64 [histories]: the probability that a customer has not left for good."""
    return filled(_alive, (counts.n_repeats, counts.last, counts.age), parameters)
