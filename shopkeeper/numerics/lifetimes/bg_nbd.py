"""BG/NBD: customers order at their own rate and may leave after any order.

While a customer is there, orders come as a Poisson process with rate lambda; after each order the customer leaves with
probability p. Rates are gamma distributed (shape r, rate alpha), chances to leave beta distributed (a, b). Fader, Hardie & Lee
2005, "Counting Your Customers" the Easy Way, Marketing Science 24(2), equations (6) to (8) and (10); their x, t_x and T are our
``n_repeats``, ``last`` and ``age``. Derivatives are our own and exact.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math

from shopkeeper.numerics.compiling import Array, inlined, kernel
from shopkeeper.numerics.lifetimes.counts import Counts
from shopkeeper.numerics.lifetimes.maximum_likelihood import Family, Fit, maximized
from shopkeeper.numerics.lifetimes.special import digamma, log_rising
from shopkeeper.numerics.lifetimes.summed import filled, summed

NAMES = ("r", "alpha", "a", "b")
FAMILY = Family(
    "BG/NBD",
    starts=((0.5, 0.5, 0.5, 2.0), (1.0, 1.0, 0.1, 1.0), (0.2, 0.1, 1.0, 3.0), (3.0, 0.3, 0.3, 3.0)),
    center=(0.5, 1.0, 0.5, 2.0),
    measured=(1,),
)


@inlined
def _of_repeats(x, r, alpha, a, b):
    """What depends on the number of repeats alone: a part of the log-likelihood, and of its derivatives by r, a and b."""
    constant = log_rising(r, x) + log_rising(b, x) - log_rising(a + b, x) + r * math.log(alpha)
    of_a = digamma(a + b) - digamma(a + b + x)
    return constant, digamma(r + x) - digamma(r) + math.log(alpha), of_a, of_a + digamma(b + x) - digamma(b)


@inlined
def _leaving(x, log_age, log_last, r, a, b):
    """(log of 1 + the odds that the customer left after the last order, the probability of it)."""
    if x <= 0.0 or a <= 0.0:
        return 0.0, 0.0
    ahead = math.log(a / (b + x - 1.0)) + (r + x) * (log_age - log_last)
    odds = math.exp(-abs(ahead))
    return max(ahead, 0.0) + math.log1p(odds), (1.0 if ahead > 0.0 else odds) / (1.0 + odds)


@kernel
def _likelihood(low, high, n_repeats, last, age, weight, r, alpha, a, b, out):
    """``out`` [5]: the weighted log-likelihood of histories ``low`` to ``high`` and its derivatives by r, alpha, a and b."""
    x = -1.0
    constant, of_r, of_a, of_b = 0.0, 0.0, 0.0, 0.0
    for row in range(low, high):
        if n_repeats[row] != x:  # histories are in order of n_repeats: what depends on it alone is worked out once
            x = n_repeats[row]
            constant, of_r, of_a, of_b = _of_repeats(x, r, alpha, a, b)
        log_age, log_last = math.log(alpha + age[row]), math.log(alpha + last[row])
        either, left = _leaving(x, log_age, log_last, r, a, b)
        stayed = 1.0 - left
        n = weight[row]
        out[0] += n * (constant - (r + x) * log_age + either)
        out[1] += n * (of_r - stayed * log_age - left * log_last)
        out[2] += n * (r / alpha - (r + x) * (stayed / (alpha + age[row]) + left / (alpha + last[row])))
        out[3] += n * (of_a + left / a)
        out[4] += n * of_b
        if x > 0.0:
            out[4] -= n * left / (b + x - 1.0)


def log_likelihood(counts: Counts, parameters: Array) -> tuple[float, Array]:
    """(log-likelihood, float64 [4] its derivatives by r, alpha, a, b) of all customers; equation (6), by log-sum-exp."""
    columns = counts.n_repeats, counts.last, counts.age, counts.weight
    return summed(_likelihood, columns, parameters)


def fit(counts: Counts) -> Fit:
    """The parameters r, alpha, a, b (alpha in the counts' unit of time) of maximum likelihood."""
    return maximized(FAMILY, log_likelihood, counts, counts.unit, counts.has_repeats)


@kernel
def _alive(low, high, n_repeats, last, age, r, alpha, a, b, out):
    for row in range(low, high):
        log_age, log_last = math.log(alpha + age[row]), math.log(alpha + last[row])
        out[row] = 1.0 - _leaving(n_repeats[row], log_age, log_last, r, a, b)[1]


def p_alive(counts: Counts, parameters: Array) -> Array:
    """float64 [histories]: the probability that a customer has not left for good; 1 for those without repeats, by the model."""
    return filled(_alive, (counts.n_repeats, counts.last, counts.age), parameters)
