"""Points without any groups, spread as given ones are: what a clustering must be better than to mean something."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shopkeeper.numerics.compiling import Array


def uniform_like(points: Array, *, seed: int | Sequence[int]) -> Array:
    """float32, shaped like ``points``: uniform in a box along their principal axes, with their means and covariances.

    Of all clouds with a single peak the uniform one is cut into the most clear-cut false groups, and a stretched one into more
    than a round one: a clustering that is no clearer than this one's shows no groups. Source: Tibshirani, Walther & Hastie,
    *Estimating the number of clusters via the gap statistic* (2001), reference (b); our sides follow from the variances instead
    of the extremes, so that one far point does not stretch the box.
    """
    n_points, n_features = points.shape
    if n_points == 0:
        return np.zeros((0, n_features), np.float32)
    middle = points.mean(axis=0, dtype=np.float64)
    centered = points - middle
    variance, axes = np.linalg.eigh(centered.T @ centered / n_points)
    half_side = np.sqrt(3.0 * np.maximum(variance, 0.0))
    drawn = np.random.default_rng(seed).uniform(-1.0, 1.0, (n_points, n_features)) * half_side
    return np.asarray(drawn @ axes.T + middle, np.float32)
