"""Intervals of means by resampling cases (Efron 1979): how sure a score or a difference is."""

from __future__ import annotations

import numpy as np

from shopkeeper.core.results import Interval, Score
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


def resampled_means(values: Array, *, seed: int, n_samples: int = 1000) -> Array:
    """float64 [samples, columns]: the means of ``values`` float [cases, columns] over cases drawn with replacement.

    Every column sees the same draws, so that the difference of two columns of the result is a paired one, and the ratio of
    two the ratio of sums. NaN for no cases.
    """
    n_cases, n_columns = values.shape
    means = np.full((n_samples, n_columns), np.nan)
    if n_cases == 0:
        return means
    random = np.random.default_rng(seed)
    step = max(1, 4_000_000 // n_cases)
    for first in range(0, n_samples, step):
        n_rows = min(step, n_samples - first)
        drawn = random.integers(0, n_cases, (n_rows, n_cases)) + n_cases * np.arange(n_rows)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=n_rows * n_cases).reshape(n_rows, n_cases)
        means[first : first + n_rows] = counts @ values / n_cases
    return means


def paired_score(
    name: str, ours: Array, naive: Array, baseline_name: str, *, in_service: Array | None = None, decides: bool = False, seed: int
) -> Score:
    """A score with its intervals, of the same cases: ``ours``, the ``naive`` answer's, what is ``in_service``; float [cases]."""
    return Score(
        name=name,
        value=_mean(ours),
        interval=Interval(*mean_interval(ours, seed=seed)),
        baseline=_mean(naive),
        baseline_name=baseline_name,
        difference=Interval(*mean_interval(ours - naive, seed=seed)),
        n_cases=len(ours),
        decides=decides,
        in_service=None if in_service is None else _mean(in_service),
        difference_in_service=None if in_service is None else Interval(*mean_interval(ours - in_service, seed=seed)),
    )


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")
