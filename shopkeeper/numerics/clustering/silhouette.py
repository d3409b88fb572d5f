"""How much nearer each point is to its own cluster than to the next one: the silhouette."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, chunks, in_threads, summing_kernel

CHUNK = 256


@summing_kernel
def _silhouettes(low, high, points, columns, labels, sizes, values):
    """``columns`` is ``points`` the other way around, so that one point's distances to all others are taken side by side."""
    n_points, n_labelings, n_clusters = len(points), len(labels), sizes.shape[1]
    squared = np.empty(n_points, np.float32)
    total = np.empty(n_clusters, np.float64)
    for place in range(low, high):
        squared[:] = np.float32(0.0)
        for feature in range(len(columns)):
            own = points[place, feature]
            for other in range(n_points):
                step = columns[feature, other] - own
                squared[other] += step * step
        for other in range(n_points):
            squared[other] = np.sqrt(squared[other])
        for labeling in range(n_labelings):
            total[:] = 0.0
            for other in range(n_points):
                total[labels[labeling, other]] += squared[other]
            mine = labels[labeling, place]
            if sizes[labeling, mine] < 2:
                values[labeling, place] = 0.0
                continue
            inside = total[mine] / (sizes[labeling, mine] - 1)
            outside = np.inf
            for cluster in range(n_clusters):
                if cluster != mine and sizes[labeling, cluster] > 0:
                    outside = min(outside, total[cluster] / sizes[labeling, cluster])
            larger = max(inside, outside)
            values[labeling, place] = (outside - inside) / larger if 0.0 < larger < np.inf else 0.0


def silhouettes(points: Array, labels: Array) -> Array:
    """float64 [labelings, points]: (b - a) / max(a, b) of each point under each of several labelings of the same points.

    ``points`` float32 [points, features], ``labels`` whole numbers >= 0 [labelings, points]. a: mean distance to the others of
    the own cluster; b: to the points of the nearest other one. 0 for a point alone in its cluster and where there is only one
    cluster. Distances are taken once for all labelings: points^2 * (features + labelings) steps. Source: Rousseeuw (1987).
    """
    labels = np.ascontiguousarray(labels, np.int32)
    n_clusters = int(labels.max(initial=0)) + 1
    sizes = np.array([np.bincount(each, minlength=n_clusters) for each in labels], np.int64).reshape(len(labels), n_clusters)
    values = np.zeros(labels.shape)
    columns = np.ascontiguousarray(points.T)
    rows = np.ascontiguousarray(points)
    in_threads(lambda low, high: _silhouettes(low, high, rows, columns, labels, sizes, values), list(chunks(len(points), CHUNK)))
    return values
