"""Intervals of means by resampling cases (Efron 1979): how sure a score or a difference is."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


def mean_interval(values: Array, *, seed: int, confidence: float = 0.95, n_samples: int = 1000) -> tuple[float, float]:
    """(low, high): percentile bootstrap interval of the mean of ``values`` float [cases]; the same seed gives the same interval.

    For a paired comparison give the differences of the two methods on the same cases. NaN for no cases.
    """
    if len(values) == 0:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    n_cases = len(values)
    # Cases with the same value are interchangeable, so resampling counts of distinct values is enough; lists that miss are many.
    distinct, counts = np.unique(values, return_counts=True)
    shares = counts / n_cases
    means = np.empty(n_samples)
    if len(distinct) <= n_cases // 4:
        means[:] = random.multinomial(n_cases, shares, size=n_samples) @ distinct / n_cases
    else:
        ordered = np.sort(values)
        for sample in range(n_samples):
            means[sample] = ordered[random.integers(0, n_cases, n_cases)].mean()
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(means, [tail, 1.0 - tail])
    return float(low), float(high)
