"""Everybody's own time between orders, drawn towards what is usual by how little is known: empirical Bayes on log gaps.

    log gap ~ Normal(m_i, v_i),   v_i ~ InverseGamma(a, b),   m_i | v_i ~ Normal(m, v_i / k)

The conjugate model of Gelman et al., Bayesian Data Analysis, 3rd ed., section 3.3, with (m, k, a, b) chosen by maximum
likelihood of all gaps at once (empirical Bayes), so that a customer with two gaps is mostly like the others and one with
forty mostly like himself. What is told of the next gap is a location and a scale of its logarithm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array

BOUNDS = ((-2.0, 9.0), (-4.0, 4.0), (-1.0, 5.0), (-6.0, 5.0))
"""Of m, log k, log a and log b: from gaps of three hours to those of twenty years."""
WEAK = np.array([[3.4, 0.0, 1.1, 0.7], [2.0, 1.5, 1.0, 1.5]])
"""What is thought before any gap is seen, as means and deviations: a month, give or take much; ten customers outweigh it."""


@dataclass(frozen=True)
class GapPrior:
    """What is usual: ``mean`` of log gaps, ``weight`` k (in gaps), ``shape`` a and ``rate`` b of the variance's distribution."""

    mean: float
    weight: float
    shape: float
    rate: float


def fit_gap_prior(n: Array, mean: Array, squares: Array) -> GapPrior:
    """The prior under which everybody's gaps are likeliest, with a weak opinion that decides where there are hardly any.

    For each customer ``n`` gaps, the ``mean`` of their logarithms and ``squares``, the sum of squared deviations from it (float64
    [customers]); who has no gap says nothing. Never fails: without any gap the weak opinion is the answer.
    """
    from scipy.optimize import minimize

    order = np.lexsort((squares, mean, n))  # sums are taken in one order, whatever the order of rows
    order = order[n[order] > 0]
    kinds, kind = np.unique(n[order], return_inverse=True)
    counts = np.bincount(kind, minlength=len(kinds)).astype(np.float64)
    facts = (kinds.astype(np.float64), kind, counts, mean[order], squares[order])
    found = minimize(_cost, WEAK[0], facts, jac=True, method="L-BFGS-B", bounds=BOUNDS, options={"maxiter": 200})
    centre, *logs = np.clip(found.x, [low for low, _ in BOUNDS], [high for _, high in BOUNDS])
    return GapPrior(float(centre), *(float(np.exp(value)) for value in logs))


def _cost(at: Array, kinds: Array, kind: Array, counts: Array, mean: Array, squares: Array) -> tuple[float, Array]:
    """(negative log likelihood with the weak opinion, its gradient) at (m, log k, log a, log b)."""
    from scipy.special import digamma, gammaln

    centre, weight, shape, rate = at[0], *np.exp(at[1:])
    away = mean - centre
    part = kinds / (weight + kinds)
    pulled = (weight * part)[kind]  # how much a mean far away adds to the squares
    known_rate = rate + 0.5 * squares + 0.5 * pulled * away**2
    known_shape = shape + 0.5 * kinds
    log_rates = np.bincount(kind, np.log(known_rate), len(kinds))
    likelihood = (
        counts @ (gammaln(known_shape) - gammaln(shape) + shape * at[3] + 0.5 * (at[1] - np.log(weight + kinds)))
        - known_shape @ log_rates
    )
    slope = known_shape[kind] / known_rate
    gradient = np.array(
        [
            slope @ (pulled * away),
            0.5 * counts @ part - 0.5 * weight * (slope @ ((part**2)[kind] * away**2)),
            shape * (counts @ (digamma(known_shape) - digamma(shape) + at[3]) - log_rates.sum()),
            shape * counts.sum() - rate * slope.sum(),
        ]
    )  # fmt: skip
    opinion = (at - WEAK[0]) / WEAK[1]
    return float(-likelihood + 0.5 * opinion @ opinion), -gradient + opinion / WEAK[1]


def next_gap(prior: GapPrior, n: Array, mean: Array, squares: Array) -> tuple[Array, Array]:
    """(location, scale) of the logarithm of each one's next gap, float64, from ``n`` gaps with this ``mean`` and ``squares``.

    The predictive distribution is Student's t with ``2 a + n`` degrees of freedom around the location (BDA3, section 3.3).
    """
    known = prior.weight + n
    location = (prior.weight * prior.mean + n * mean) / known
    rate = prior.rate + 0.5 * squares + 0.5 * prior.weight * n * (mean - prior.mean) ** 2 / known
    scale = np.sqrt(rate * (known + 1.0) / ((prior.shape + 0.5 * n) * known))
    return location, scale
