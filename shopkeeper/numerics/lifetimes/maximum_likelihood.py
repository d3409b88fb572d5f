"""Parameters of maximum likelihood for any data: found in logarithms, from several starts, and never without an answer.

The search (BFGS) begins on a small sample of the customers (all, if there are few); from its peak, with its curvature, it goes
on on a larger one, and from there the peak of all customers is reached in a few rounds. Where the likelihood has no peak inside
(nobody leaves, nobody comes back, all are the same), the logarithms are drawn weakly to usual values: that is said in
`Fit.is_regularized`.
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
SEARCHED = (3_000, 30_000)  # customers on which the peak is searched, before all are looked at
N_ROUNDS, N_SHORTER = 200, 12
LONGEST = 1.5  # of a step, in logarithms
ROUGHLY = 1e-6  # a promise a customer below which a first search ends
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
    middle = np.log(np.asarray(family.center, np.float64))
    stages = _stages(cases.scaled(unit))
    found = _peak(log_likelihood, stages, [np.log(start) for start in family.starts], middle, pull=0.0) if is_told else None
    is_regularized = found is None or bool(np.max(np.abs(found)) >= AT_BOUND)
    if found is None or is_regularized:
        near = [] if found is None else [np.clip(found, middle - NEAR, middle + NEAR)]
        found = _peak(log_likelihood, stages, [middle, *near], middle, pull=1.0 / SPREAD**2)
    parameters = np.exp(found) * scale
    return Fit(family.model, parameters, log_likelihood(cases, parameters)[0], is_regularized)


def _stages(cases: C) -> list[C]:
    """Ever larger samples of the customers, and all of them at last."""
    return [*(cases.sampled(size, seed=0) for size in SEARCHED if 2 * size < cases.n_customers), cases]


def _peak(log_likelihood: LogLikelihood[C], stages: Sequence[C], starts: Sequence[Array], middle: Array, pull: float) -> Array:
    """The logarithms of the parameters with the least loss of all customers: from the best start on, stage by stage."""
    total = max(stages[-1].n_customers, 1.0)
    # Many customers: as near as a hundredth of a standard error, as each look at them takes long; few: to the last digit.
    enough = 1e-12 if len(stages) < 1 + len(SEARCHED) else 1e-4 / total
    best = inverse = middle
    for number, some in enumerate(stages):
        loss = _loss(log_likelihood, some, middle, pull * some.n_customers / total)
        # A small sample may have its peak at a bound, where all is flat: then the next one is searched anew.
        if number == 0 or (number == 1 and np.max(np.abs(best)) >= AT_BOUND):
            none = np.eye(len(middle))
            best = min((_descent(loss, start, none, ROUGHLY) for start in starts), key=lambda each: loss(each)[0])
        if number == 0 or some is not stages[-1]:
            inverse = _inverse(_curvature(loss, best))
        best = _descent(loss, best, inverse, enough)
    return best


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
        step = _step(logs, slope, inverse)
        if -float(step @ slope) < enough:
            return logs
        lower = _lower(loss, logs, value, slope, step)
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


def _step(logs: Array, slope: Array, inverse: Array) -> Array:
    """The step to where the slope would vanish, not too long, and only up to a bound; what is at a bound does not go beyond."""
    free = (np.abs(logs) < BOUND) | (logs * slope >= 0.0)
    step: Array = -_among(inverse, free) @ slope
    beyond = (np.abs(logs) >= BOUND) & (logs * step > 0.0)
    if beyond.any():
        step = -_among(inverse, free & ~beyond) @ slope
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(step == 0.0, np.inf, (BOUND - np.sign(step) * logs) / np.abs(step))
    return step * min(1.0, LONGEST / max(float(np.max(np.abs(step))), 1e-300), float(np.min(room)))


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


def _among(inverse: Array, free: Array) -> Array:
    """The inverse of the second derivatives by the ``free`` parameters alone (bool [parameters]), 0 for those that are held."""
    if free.all():
        return inverse
    found = np.zeros_like(inverse)
    across = inverse[np.ix_(free, ~free)]
    found[np.ix_(free, free)] = inverse[np.ix_(free, free)] - across @ np.linalg.solve(inverse[np.ix_(~free, ~free)], across.T)
    return found


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
