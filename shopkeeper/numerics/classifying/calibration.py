"""How true probabilities are, and how scores become true probabilities: reliability, Platt's curve, isotonic steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.classifying.scores import log_odds, probability_of
from shopkeeper.numerics.compiling import Array

N_STEPS = 50  # of Newton's method; it needs fewer than ten where there is a finite answer
TINY = 1e-9
FARTHEST = 50.0  # log odds: beyond, a curve is a step


@dataclass(frozen=True)
class Reliability:
    """The bins of a reliability curve, by rising probability: told (mean p), seen (share of yes) and cases, each [bins]."""

    told: Array
    seen: Array
    n_cases: Array


def reliability(label: Array, probability: Array, n_bins: int = 10) -> Reliability:
    """Bins with about the same number of cases each, equal probabilities in one bin: what was told beside what was seen.

    ``label`` bool [cases], ``probability`` float [cases]. At most ``n_bins`` bins; none for no cases.
    """
    probability = np.asarray(probability, np.float64)
    if len(probability) == 0:
        return Reliability(np.empty(0), np.empty(0), np.empty(0, np.int64))
    values, place, count = np.unique(probability, return_inverse=True, return_counts=True)
    middle = np.cumsum(count) - 0.5 * count
    bin_of_value = np.minimum((middle * n_bins / len(probability)).astype(np.int64), n_bins - 1)
    _, bin_of_value = np.unique(bin_of_value, return_inverse=True)  # bins without a case are left out
    n = int(bin_of_value.max()) + 1
    bins = bin_of_value[place]
    n_cases = np.bincount(bins, minlength=n)
    told = np.bincount(bin_of_value, weights=values * count, minlength=n) / n_cases
    seen = np.bincount(bins, weights=np.asarray(label, np.float64), minlength=n) / n_cases
    return Reliability(told, seen, n_cases)


def fit_curve(score: Array, target: Array) -> tuple[float, float]:
    """(slope, intercept) of the logistic regression of ``target`` float in [0, 1] on ``score`` float, both [cases].

    Newton's method with halved steps; (0, log odds of the mean) where the scores are all alike. A little pull on the slope (1e-6
    of a case) keeps it finite where scores separate the cases.
    """
    score, target = np.asarray(score, np.float64), np.asarray(target, np.float64)
    if len(score) == 0:
        return 0.0, 0.0
    mean, spread = float(score.mean()), float(score.std())
    share = float(log_odds(np.array([target.mean()]))[0])
    if spread <= TINY * max(1.0, abs(mean)):
        return 0.0, share
    x = (score - mean) / spread
    slope, level, pull = 0.0, share, 1e-6
    loss = _curve_loss(x, target, slope, level, pull)
    for _ in range(N_STEPS):
        p = probability_of(slope * x + level)
        weight = np.maximum(p * (1.0 - p), 1e-12)
        gradient = np.array([np.dot(p - target, x) + pull * slope, np.sum(p - target)])
        cross = float(np.dot(weight, x))
        hessian = np.array([[np.dot(weight, x * x) + pull, cross], [cross, weight.sum()]]) + 1e-12 * np.eye(2)
        step, size = np.linalg.solve(hessian, gradient), 1.0
        while size > 1e-4 and not _curve_loss(x, target, slope - size * step[0], level - size * step[1], pull) <= loss:
            size *= 0.5
        if size <= 1e-4:
            break
        slope, level = slope - size * float(step[0]), level - size * float(step[1])
        loss = _curve_loss(x, target, slope, level, pull)
        if float(np.abs(gradient).max()) < 1e-9 * len(x) or abs(slope) > FARTHEST:
            break
    return slope / spread, level - slope * mean / spread


def _curve_loss(x: Array, target: Array, slope: float, level: float, pull: float) -> float:
    score = slope * x + level
    return float(np.sum(np.logaddexp(0.0, score) - target * score)) + 0.5 * pull * slope * slope


def calibration_line(label: Array, probability: Array) -> tuple[float, float]:
    """(slope, intercept) of the log odds of what happened on the log odds of what was told (Cox 1958): 1 and 0 are perfect.

    A slope below 1: told too surely; an intercept above 0 (where the slope is 1): told too low. Arguments as in `reliability`.
    """
    return fit_curve(log_odds(probability), np.asarray(label, np.float64))


def platt(label: Array, score: Array) -> tuple[float, float]:
    """(slope, intercept) with probability_of(slope * score + intercept) true for ``label`` bool [cases] (Platt 1999).

    With Platt's targets, (n_yes + 1) / (n_yes + 2) and 1 / (n_no + 2), so that few cases give no certainty. Never falling: a
    score that points the wrong way gets the slope 0, which is the share of yes for all.
    """
    label = np.asarray(label, np.bool_)
    n_yes = float(label.sum())
    target = np.where(label, (n_yes + 1.0) / (n_yes + 2.0), 1.0 / (len(label) - n_yes + 2.0))
    slope, intercept = fit_curve(score, target)
    if slope > 0.0 or len(label) == 0:
        return slope, intercept
    return 0.0, float(log_odds(np.array([target.mean()]))[0])


@dataclass(frozen=True)
class Steps:
    """A rising function: ``probability`` at ``score`` (both float64 [steps], rising), straight lines between, level outside."""

    score: Array
    probability: Array


def isotonic(label: Array, score: Array) -> Steps:
    """The rising function nearest to ``label`` bool over ``score`` float, both [cases] (pool adjacent violators).

    Ayer et al. 1955. Shares are drawn to the mean of all as by one case more, so that no step is certain. A constant 1/2 for no
    cases.
    """
    if len(label) == 0:
        return Steps(np.zeros(1), np.full(1, 0.5))
    values, place, count = np.unique(np.asarray(score, np.float64), return_inverse=True, return_counts=True)
    yes = np.bincount(place, weights=np.asarray(label, np.float64), minlength=len(values))
    pools: list[tuple[float, float, int]] = []  # yes, cases, and how many values
    for found, cases in zip(yes.tolist(), count.tolist(), strict=True):
        pool = (found, float(cases), 1)
        while pools and pools[-1][0] * pool[1] >= pool[0] * pools[-1][1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    found_in, cases_in, n_values = (np.array(part) for part in zip(*pools, strict=True))
    mean = float(np.mean(label))
    level = (found_in + mean) / (cases_in + 1.0)
    level = np.maximum.accumulate(level)
    last = np.cumsum(n_values) - 1
    first = last - n_values + 1
    at = np.column_stack([values[first], values[last]]).ravel()
    steps = np.repeat(level, 2)
    kept = np.concatenate(([True], np.diff(at) > 0.0))
    return Steps(at[kept], steps[kept])


def on_steps(steps: Steps, score: Array) -> Array:
    """float64 [cases]: the probability at each ``score`` float."""
    return np.asarray(np.interp(score, steps.score, steps.probability))
