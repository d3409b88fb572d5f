"""How probable it is that an arm is the best one: Thompson sampling's probabilities by integration instead of by drawing.

Thompson sampling draws one value of each arm's posterior and takes the arm whose draw is largest (Thompson 1933; Chapelle & Li
2011, algorithm 2). The probability that it takes arm a is

    P(a) = integral of f_a(x) * product over b != a of F_b(x) dx = integral of G(x) d ln F_a(x),   G = product over all b of F_b

Here the integral is a sum over cells of a grid: each cell's share of G goes to the arms as their ln F grows in it. The sum
is 1 by construction, and a choice drawn from these probabilities has exactly the probability that is written down: the grid's
error (below 0.01, see the tests) makes the policy a little other than Thompson's, it does not make its log wrong.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import math

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined, kernel

N_POINTS = 48
"""Points of the grid at most."""
REACH = 4.0
"""How many deviations around an arm's middle the grid reaches."""
FINEST_STEPS, COARSEST_STEPS = 40, 6
"""Grid points that one arm gives: many where there are few arms."""
SURE = 6.0
"""Deviations beyond which a normal's ln F counts as 0."""


def _log_cdf(z: float) -> float:
    """``ln`` of the standard normal's distribution function."""
    return math.log(0.5 * math.erfc(-z * math.sqrt(0.5)))


TABLE_LOW, TABLE_HIGH, TABLE_STEPS = -9.0, SURE, 64
LOG_CDF = np.array([_log_cdf(TABLE_LOW + step / TABLE_STEPS) for step in range(int((TABLE_HIGH - TABLE_LOW) * TABLE_STEPS) + 2)])
"""ln of the standard normal's distribution function: looking it up is ten times faster than erfc and a logarithm."""


@inlined
def _log_normal_cdf(z):
    if z >= TABLE_HIGH:
        return 0.0
    if z <= TABLE_LOW:
        return -0.5 * z * z - math.log(-z) - 0.92
    place = (z - TABLE_LOW) * TABLE_STEPS
    step = int(place)
    return LOG_CDF[step] + (place - step) * (LOG_CDF[step + 1] - LOG_CDF[step])


@inlined
def _log_betas(success, failure, x, log_x, log_rest, found):
    """Fill ``found`` with ln F of Beta(success, failure) at increasing x, by the normal deviate of Peizer & Pratt (1968)."""
    upper, lower = failure - 0.5, success - 0.5
    n, both = upper + lower, success + failure
    log_upper, log_lower = math.log(upper / n), math.log(lower / n)
    narrow = 1.0 / math.sqrt(1.0 + 1.0 / (6.0 * n))
    found[:] = 0.0
    for place in range(len(x)):
        here, rest = x[place], 1.0 - x[place]
        away = (both - 2.0 / 3.0) * here - (success - 1.0 / 3.0) + 0.02 * (here / failure - rest / success + (here - 0.5) / both)
        gap = abs(upper - n * rest)
        if gap < 1e-7 * n:
            scale = 1.0 / math.sqrt(n * here * rest)
        else:
            scale = math.sqrt(2.0 * max(upper * (log_upper - log_rest[place]) + lower * (log_lower - log_x[place]), 0.0)) / gap
        deviate = away * scale * narrow
        if deviate >= SURE:
            break  # and all that follow are surer
        found[place] = _log_normal_cdf(deviate)


@inlined
def _grid(middle, deviation):
    """Increasing points where the largest of all draws may lie, denser where arms are."""
    n_arms = len(middle)
    low, high = middle[0] - REACH * deviation[0], middle[0] + REACH * deviation[0]
    for arm in range(1, n_arms):
        low = max(low, middle[arm] - REACH * deviation[arm])
        high = max(high, middle[arm] + REACH * deviation[arm])
    n_steps = min(max(2 * N_POINTS // n_arms, COARSEST_STEPS), FINEST_STEPS)
    points = np.empty(n_arms * n_steps + 2)
    points[0], points[1] = low, high
    size = 2
    for arm in range(n_arms):
        for step in range(n_steps):
            point = middle[arm] + deviation[arm] * REACH * (2.0 * (step + 0.5) / n_steps - 1.0)
            if low < point < high:
                points[size] = point
                size += 1
    points = np.sort(points[:size])
    if size <= N_POINTS:
        return points
    chosen = np.empty(N_POINTS)
    for place in range(N_POINTS):
        chosen[place] = points[place * (size - 1) // (N_POINTS - 1)]
    return chosen


@kernel
def log_shares_of_normals(mean, deviation):
    """float64 [arms, points]: ln F of each arm at the points of a grid; what `fill` and `best` take."""
    points = _grid(mean, deviation)
    found = np.empty((len(mean), len(points)))
    for arm in range(len(mean)):
        for place in range(len(points)):
            found[arm, place] = _log_normal_cdf((points[place] - mean[arm]) / deviation[arm])
    return found


@kernel
def log_shares_of_betas(success, failure):
    """float64 [arms, points]: ln F of each Beta(success, failure), both at least 1, at the points of a grid of log-odds."""
    n_arms = len(success)
    middle, deviation = np.empty(n_arms), np.empty(n_arms)
    for arm in range(n_arms):  # a Beta's log-odds are nearly normal: digamma and trigamma by their leading terms
        middle[arm] = math.log((success[arm] - 0.5) / (failure[arm] - 0.5))
        deviation[arm] = math.sqrt(1.0 / (success[arm] - 0.4) + 1.0 / (failure[arm] - 0.4))
    points = _grid(middle, deviation)
    found = np.empty((n_arms, len(points)))
    log_x, log_rest = -np.log1p(np.exp(-points)), -np.log1p(np.exp(points))
    x = np.exp(log_x)
    for arm in range(n_arms):
        _log_betas(success[arm], failure[arm], x, log_x, log_rest, found[arm])
    return found


@inlined
def cells(log_share, is_left, weight):
    """Fill ``weight`` float64 [points]: what each cell's share of G is worth a unit of ln F, among the arms that are left."""
    n_arms, n_points = log_share.shape
    before_log = 0.0
    for arm in range(n_arms):
        if is_left[arm]:
            before_log += log_share[arm, 0]
    before = math.exp(before_log)
    total = 0.0
    weight[0] = 0.0
    for point in range(1, n_points):
        here_log = 0.0
        for arm in range(n_arms):
            if is_left[arm]:
                here_log += log_share[arm, point]
        here = math.exp(here_log)
        growth = here_log - before_log
        weight[point] = (here - before) / growth if growth > 1e-300 else 0.0
        total += weight[point] * growth
        before, before_log = here, here_log
    if total > 0.0:
        for point in range(n_points):
            weight[point] /= total
    return total > 0.0


@inlined
def share_of(log_share, arm, weight):
    """The probability that ``arm`` is the best, after `cells`."""
    total = 0.0
    for point in range(1, len(weight)):
        total += weight[point] * (log_share[arm, point] - log_share[arm, point - 1])
    return total


@kernel
def _best(log_share):
    n_arms, n_points = log_share.shape
    is_left, weight = np.ones(n_arms, np.uint8), np.empty(n_points)
    found = np.full(n_arms, 1.0 / max(n_arms, 1))
    if cells(log_share, is_left, weight):
        for arm in range(n_arms):
            found[arm] = share_of(log_share, arm, weight)
    return found


def log_of_betas(success: Array, failure: Array) -> Array:
    """float64 [arms, points]: ln F of each Beta(success, failure) on one grid: what `slots.fill` chooses by.

    ``success`` and ``failure`` float [arms]; what is below 1 counts as 1 (a prior is worth at least one click and one miss).
    """
    if len(success) == 0:
        return np.empty((0, 0))
    found: Array = log_shares_of_betas(
        np.maximum(np.asarray(success, np.float64), 1.0), np.maximum(np.asarray(failure, np.float64), 1.0)
    )
    return found


def best_of_normals(mean: Array, deviation: Array) -> Array:
    """float64 [arms]: the probability that each arm's draw from Normal(mean, deviation) is the largest; they sum to 1.

    ``mean`` and ``deviation`` (above 0) float [arms]. For two arms this is ``Phi((m1 - m2) / sqrt(s1^2 + s2^2))``.
    """
    if len(mean) == 0:
        return np.empty(0)
    mean, deviation = np.asarray(mean, np.float64), np.asarray(deviation, np.float64)
    found: Array = _best(log_shares_of_normals(mean, np.maximum(deviation, 1e-12)))
    return found


def best_of_betas(success: Array, failure: Array) -> Array:
    """float64 [arms]: the probability that each arm's draw from Beta(success, failure) is the largest; they sum to 1.

    ``success`` and ``failure`` as in `log_of_betas`.
    """
    if len(success) == 0:
        return np.empty(0)
    found: Array = _best(log_of_betas(success, failure))
    return found
