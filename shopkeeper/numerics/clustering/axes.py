"""The plane on which clusters lie farthest apart: a map of points with many features."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array

ALL_POINTS = 0.1
"""Share of the plain principal axes in the plane: they decide where the clusters' means span less than two dimensions."""


def separating_axes(points: Array, centers: Array, sizes: Array) -> Array:
    """float64 [features, 2]: two directions at right angles along which the means of clusters differ most.

    ``points`` float32 [points, features], ``centers`` float64 [clusters, features], ``sizes`` [clusters]. The principal axes of
    the clusters' means weighed by size, with a tenth of the principal axes of all points, so that there are two even with one
    cluster. The strongest feature of each axis counts positively. With one feature the second axis is 0.
    """
    n_features = points.shape[1]
    total = max(1.0, float(np.sum(sizes)))
    apart = centers - (np.asarray(sizes) @ centers / total if len(centers) else 0.0)
    between = (apart * np.asarray(sizes)[:, None]).T @ apart / total
    centered = points - points.mean(axis=0, dtype=np.float64) if len(points) else np.zeros((0, n_features))
    scatter = between + ALL_POINTS * (centered.T @ centered) / max(1, len(points))
    axes = np.zeros((n_features, 2))
    found = np.linalg.eigh(scatter)[1][:, ::-1][:, :2]
    axes[:, : found.shape[1]] = found
    strongest = axes[np.abs(axes).argmax(axis=0), [0, 1]] if n_features else np.ones(2)
    return np.asarray(axes * np.where(strongest < 0.0, -1.0, 1.0))
