"""NBD: customers order at their own rate and never leave: what BG/NBD and Pareto/NBD become when nobody leaves.

Orders come as a Poisson process with rate lambda, gamma distributed (shape r, rate alpha). Ehrenberg 1959, The Pattern of
Consumer Purchases; the likelihood as in Fader & Hardie 2005, with no chance to leave.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math

from shopkeeper.numerics.compiling import Array, kernel
from shopkeeper.numerics.lifetimes.counts import Counts
from shopkeeper.numerics.lifetimes.maximum_likelihood import Family, Fit, maximized
from shopkeeper.numerics.lifetimes.special import digamma, log_rising
from shopkeeper.numerics.lifetimes.summed import summed

NAMES = ("r", "alpha")
FAMILY = Family("NBD", starts=((0.5, 0.5), (0.2, 2.0), (3.0, 1.0)), center=(0.5, 1.0), measured=(1,))


@kernel
def _likelihood(low, high, n_repeats, age, weight, r, alpha, out):
    """``out`` [3]: the weighted log-likelihood of histories ``low`` to ``high`` and its derivatives by r and alpha."""
    total, by_r, by_alpha = 0.0, 0.0, 0.0
    x, constant, of_r = -1.0, 0.0, 0.0
    log_alpha = math.log(alpha)
    for row in range(low, high):
        if n_repeats[row] != x:  # histories are in order of n_repeats: what depends on it alone is worked out once
            x = n_repeats[row]
            constant = log_rising(r, x) + r * log_alpha
            of_r = digamma(r + x) - digamma(r) + log_alpha
        log_age = math.log(alpha + age[row])
        total += weight[row] * (constant - (r + x) * log_age)
        by_r += weight[row] * (of_r - log_age)
        by_alpha += weight[row] * (r / alpha - (r + x) / (alpha + age[row]))
    out[0], out[1], out[2] = total, by_r, by_alpha


def log_likelihood(counts: Counts, parameters: Array) -> tuple[float, Array]:
    """(log-likelihood, float64 [2] its derivatives by r, alpha) of all customers."""
    return summed(_likelihood, (counts.n_repeats, counts.age, counts.weight), parameters)


def fit(counts: Counts) -> Fit:
    """The parameters r, alpha (alpha in the counts' unit of time) of maximum likelihood."""
    return maximized(FAMILY, log_likelihood, counts, counts.unit, counts.has_repeats)
