"""Features as a linear method wants them: long tails drawn in, unknown ones in the middle, mean 0 and deviation 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array

FARTHEST = 5.0  # deviations: what lies beyond is taken as this far, so that one odd customer does not bend the line
LONG_TAIL = 3.0  # the mean of the largest tenth against the median: beyond this a feature is looked at as a logarithm


@dataclass(frozen=True)
class Scaling:
    """How features become numbers of one size: ``in_logs`` bool, ``middle``, ``center``, ``spread`` float64, all [features]."""

    in_logs: Array
    middle: Array
    center: Array
    spread: Array

    def scaled(self, features: Array) -> Array:
        """float64 [cases, features]: standardized; an unknown value counts as the middle one."""
        drawn = _drawn_in(features, self.in_logs)
        drawn = np.where(np.isfinite(drawn), drawn, self.middle)
        result: Array = np.clip((drawn - self.center) / self.spread, -FARTHEST, FARTHEST)
        return result


def learn_scaling(features: Array) -> Scaling:
    """The scaling of ``features`` float [cases, features]; one that never varies becomes 0."""
    n_cases, n_features = features.shape
    if n_cases == 0:
        return Scaling(np.zeros(n_features, np.bool_), np.zeros(n_features), np.zeros(n_features), np.ones(n_features))
    known = np.isfinite(features)
    filled = np.where(known, features, np.nan)
    filled[:, ~known.any(axis=0)] = 0.0
    size = np.abs(filled)
    in_logs = np.nanquantile(size, 0.95, axis=0) > LONG_TAIL * np.maximum(np.nanmedian(size, axis=0), 0.5)
    drawn = _drawn_in(filled, in_logs)
    middle = np.nanmedian(drawn, axis=0)
    drawn = np.where(np.isfinite(drawn), drawn, middle)
    center, spread = drawn.mean(axis=0), drawn.std(axis=0)
    varies = spread > 1e-9 * np.maximum(1.0, np.abs(center))
    return Scaling(in_logs, middle, center, np.where(varies, spread, np.inf))


def _drawn_in(features: Array, in_logs: Array) -> Array:
    result: Array = np.where(in_logs, np.sign(features) * np.log1p(np.abs(features)), features)
    return result
