"""Scores become true probabilities: Platt's curve, or isotonic steps where cases are many and the steps are better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.classifying.calibration import Steps, isotonic, on_steps, platt
from shopkeeper.numerics.classifying.scores import log_loss, probability_of
from shopkeeper.numerics.compiling import Array

ENOUGH_FOR_STEPS = 1_000  # cases of either kind
WORTHWHILE = 0.99  # steps must miss less than the curve by this much: they put many customers on one level
LEAST, MOST = 1e-4, 1.0 - 1e-4  # nothing about people is surer than this


@dataclass(frozen=True)
class Calibration:
    """``slope`` and ``intercept`` of Platt's curve; ``steps`` where isotonic ones are used instead."""

    slope: float
    intercept: float
    steps: Steps | None = None

    @property
    def name(self) -> str:
        """The field's name of the way that was taken."""
        return "platt" if self.steps is None else "isotonic"

    def probability(self, score: Array) -> Array:
        """float64 [cases]: the probability of yes at each score."""
        told = probability_of(self.slope * score + self.intercept) if self.steps is None else on_steps(self.steps, score)
        result: Array = np.clip(told, LEAST, MOST)
        return result


def calibrate(label: Array, score: Array) -> Calibration:
    """What makes ``score`` float [cases] true for ``label`` bool [cases], which nothing was learned from.

    Steps are tried with 1,000 cases of either kind: half of the cases judge what the other half gave, and the other way round.
    """
    curve = Calibration(*platt(label, score))
    if min(int(label.sum()), len(label) - int(label.sum())) < ENOUGH_FOR_STEPS:
        return curve
    order = np.lexsort((label, score))
    lost = np.zeros(2)
    for half in (order[::2], order[1::2]):
        other = np.setdiff1d(order, half, assume_unique=True)
        by_curve = Calibration(*platt(label[half], score[half])).probability(score[other])
        by_steps = Calibration(0.0, 0.0, isotonic(label[half], score[half])).probability(score[other])
        lost += log_loss(label[other], by_curve), log_loss(label[other], by_steps)
    if lost[1] >= WORTHWHILE * lost[0]:
        return curve
    return Calibration(curve.slope, curve.intercept, isotonic(label, score))
