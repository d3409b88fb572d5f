"""Columns of very different kinds on one scale, which far values do not stretch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array


@dataclass(frozen=True)
class Scale:
    """How a column is scaled: values are cut off at ``low`` and ``high``, ``mean`` and ``deviation`` are those of what is left.

    ``deviation`` 0: nothing to see, all values are alike.
    """

    low: float
    high: float
    mean: float
    deviation: float

    def scaled(self, values: Array) -> Array:
        """float32 [rows]: in standard deviations from the mean; values that are not known (NaN) are the mean."""
        if self.deviation == 0.0:
            return np.zeros(len(values), np.float32)
        cut = np.clip(values, self.low, self.high)
        return np.nan_to_num((cut - self.mean) / self.deviation).astype(np.float32)


def robust_scale(values: Array, *, beyond: float = 0.01) -> Scale:
    """The scale of ``values`` float64 [rows], cut off where the share ``beyond`` lies farther out, on either side."""
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return Scale(0.0, 0.0, 0.0, 0.0)
    low, high = (float(each) for each in np.quantile(known, [beyond, 1.0 - beyond]))
    cut = np.clip(known, low, high)
    mean, deviation = float(cut.mean()), float(cut.std())
    # What rounding leaves of equal values is no deviation.
    return Scale(low, high, mean, deviation if deviation > 1e-9 * max(1.0, abs(mean)) else 0.0)
