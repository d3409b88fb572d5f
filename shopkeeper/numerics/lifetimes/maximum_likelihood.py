"""Parameters of maximum likelihood for any data: found in logarithms, from several starts, and never without an answer.

The search (BFGS) runs on a sample of the customers (all, if there are few); from its peak, steps of BFGS that begin with the
sample's curvature reach the peak of all customers in a few rounds. Where the likelihood has no peak inside (nobody leaves,
nobody comes back, all are the same), the logarithms are drawn weakly to usual values: that is said in `Fit.is_regularized`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, Self, TypeVar

import numpy as np

from shopkeeper.numerics.compiling import Array

BOUND = 11.0  # logarithms of parameters are kept within this distance from 0; time is told in units of the mean age
AT_BOUND = 10.0
SPREAD = 1.5  # standard deviation of the logarithms where the data leaves them open
NEAR = 3.0  # a search that is drawn begins at most this far from the usual values
SEARCHED = 20_000  # customers on which the peak is searched
N_ROUNDS, N_SHORTER = 200, 12
LONGEST = 1.5  # of a step, in logarithms
ROUGHLY = 1e-8  # a promise a customer below which a first search ends
STEP = 1e-4

Loss = Callable[[Array], tuple[float, Array]]


class Cases(Protocol):
    """Different cases, and how many customers each stands for."""

    @property
    def n_customers(self) -> float:
        """How many customers."""

    def scaled(self, unit: float) -> Self:
        """The same, measured in other units."""

    def sampled(self, size: int, seed: int) -> Self:
        """The cases of ``size`` customers; self if there are no more."""


C = TypeVar("C", bound=Cases)
LogLikelihood = Callable[[C, Array], tuple[float, Array]]


@dataclass(frozen=True)
class Fit:
    """A model's name and its ``parameters`` float64, with the log-likelihood of all customers.

    ``is_regularized``: the data left parameters open, and they were drawn to usual values.
    """

    model: str
    parameters: Array
    log_likelihood: float
    is_regularized: bool = False


@dataclass(frozen=True)
class Family:
    """A model's name and what its search needs: parameters to start from, and a ``center`` where the data leaves them open.

    Both are told in units in which the mean of the data (age, or worth of an order) is 1; ``measured`` are the places of the
    parameters that are measured in that unit.
    """

    model: str
    starts: tuple[tuple[float, ...], ...]
    center: tuple[float, ...]
    measured: tuple[int, ...]


def maximized(family: Family, log_likelihood: LogLikelihood[C], cases: C, unit: float, is_told: bool) -> Fit:
    """The parameters with the largest likelihood.

    ``log_likelihood(cases, parameters)`` gives its value and its derivatives by the parameters; ``unit`` is the mean that the
    family's parameters are told in; ``is_told``: whether the cases say anything at all, else the family's center is near.
    """
    scale = np.ones(len(family.center))
    scale[list(family.measured)] = unit
    scaled = cases.scaled(unit)
    sample = scaled if scaled.n_customers <= SEARCHED else scaled.sampled(SEARCHED, seed=0)
    middle = np.log(np.asarray(family.center, np.float64))
    found = _peak(log_likelihood, scaled, sample, family.starts, middle, pull=0.0) if is_told else None
    is_regularized = found is None or bool(np.max(np.abs(found)) >= AT_BOUND)
    if found is None or is_regularized:
        near = () if found is None else (np.exp(np.clip(found, middle - NEAR, middle + NEAR)),)
        found = _peak(log_likelihood, scaled, sample, (family.center, *near), middle, pull=1.0 / SPREAD**2)
    parameters = np.exp(found) * scale
    return Fit(family.model, parameters, log_likelihood(cases, parameters)[0], is_regularized)


def _peak(
    log_likelihood: LogLikelihood[C],
    cases: C,
    sample: C,
    starts: Sequence[Sequence[float]],
    middle: Array,
    pull: float,
) -> Array:
    """The logarithms of the parameters with the least loss of all customers."""
    of_sample = _loss(log_likelihood, sample, middle, pull * sample.n_customers / max(cases.n_customers, 1.0))
    first = np.eye(len(middle))
    tried = [_descent(of_sample, np.log(np.asarray(start, np.float64)), first, ROUGHLY) for start in starts]
    best = min(tried, key=lambda each: of_sample(each)[0])
    of_all = of_sample if sample is cases else _loss(log_likelihood, cases, middle, pull)
    # All customers: as near as a hundredth of a standard error, where each look at them takes long; a sample: to the last digit.
    enough = 1e-14 if sample is cases else 1e-4 / cases.n_customers
    return _descent(of_all, best, _inverse(_curvature(of_sample, best)), enough)


def _loss(log_likelihood: LogLikelihood[C], cases: C, middle: Array, pull: float) -> Loss:
    """Minus the log-likelihood a customer, and the pull to the middle, as a function of the parameters' logarithms."""
    total = max(cases.n_customers, 1.0)

    def loss(logs: Array) -> tuple[float, Array]:
        parameters = np.exp(logs)
        value, slope = log_likelihood(cases, parameters)
        away = logs - middle
        return (
            (0.5 * pull * float(away @ away) - value) / total,
            (pull * away - slope * parameters) / total,
        )

    return loss


def _descent(loss: Loss, start: Array, inverse: Array, enough: float) -> Array:
    """Where BFGS within the bounds comes to rest: at a step that promises less than ``enough``.

    ``inverse``: a first idea of the inverse of the second derivatives. A parameter at its bound that would go beyond it is held.
    Not scipy's L-BFGS: for four parameters the threads of its linear algebra cost eight times as much as the work itself.
    """
    logs, (value, slope) = start, loss(start)
    for _ in range(N_ROUNDS):
        free = np.where((np.abs(logs) >= BOUND) & (logs * slope < 0.0), 0.0, 1.0)
        step = -free * (inverse @ (free * slope))
        if -float(step @ slope) < enough:
            return logs
        lower = _lower(loss, logs, value, slope, step * min(1.0, LONGEST / float(np.max(np.abs(step)))))
        if lower is None:
            return logs
        new, new_value, new_slope = lower
        moved, turned = new - logs, new_slope - slope
        along = float(moved @ turned)
        if along > 1e-12 * float(np.sqrt((moved @ moved) * (turned @ turned))):
            keep = np.eye(len(logs)) - np.outer(moved, turned) / along
            inverse = keep @ inverse @ keep.T + np.outer(moved, moved) / along
        logs, value, slope = new, new_value, new_slope
    return logs


def _lower(loss: Loss, logs: Array, value: float, slope: Array, step: Array) -> tuple[Array, float, Array] | None:
    """The first of ever shorter steps that lowers the loss by a part of what its slope promises; None where none does."""
    length = 1.0
    for _ in range(N_SHORTER):
        new = np.clip(logs + length * step, -BOUND, BOUND)
        new_value, new_slope = loss(new)
        promised = float(slope @ (new - logs))
        if math.isfinite(new_value) and new_value <= value + 1e-4 * promised:
            return new, new_value, new_slope
        # Where a parabola through both would be lowest, if that is a number to believe.
        bend = new_value - value - promised
        shorter = -0.5 * length * promised / bend if math.isfinite(bend) and bend > 0.0 else 0.25 * length
        length = min(0.5 * length, max(0.1 * length, shorter))
    return None


def _curvature(loss: Loss, logs: Array) -> Array:
    """float64 [parameters, parameters]: second derivatives, by central differences of the exact first ones."""
    n = len(logs)
    rows = np.empty((n, n))
    for place in range(n):
        step = np.zeros(n)
        step[place] = STEP
        rows[place] = (loss(logs + step)[1] - loss(logs - step)[1]) / (2.0 * STEP)
    return 0.5 * (rows + rows.T)


def _inverse(curvature: Array) -> Array:
    """The inverse, with directions in which nothing or the wrong thing is told taken as weak ones."""
    strengths, axes = np.linalg.eigh(curvature)
    strengths = np.maximum(np.abs(strengths), 1e-6 * max(float(np.max(np.abs(strengths))), 1e-6))
    inverse: Array = (axes / strengths) @ axes.T
    return inverse
