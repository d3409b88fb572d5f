"""Clusters of any shape by density, and points that belong to none: HDBSCAN, and the nearest core for points that came later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array

OUTLIER = -1
BLOCK = 65_536


@dataclass(frozen=True)
class DenseClusters:
    """``label`` int64 [points] (0 the largest cluster, -1 outliers) and ``reach`` float64 [points]: how far neighbors are."""

    label: Array
    reach: Array


def dense_clusters(points: Array, *, least: int, n_neighbors: int = 10) -> DenseClusters:
    """The clusters of at least ``least`` points that are denser than what lies between them.

    ``reach`` of a point is the distance to its ``n_neighbors``-th nearest other one. All are outliers where there are fewer than
    ``2 * least`` points. Source: Campello, Moulavi & Sander (2013), by scikit-learn's HDBSCAN, clusters by excess of mass.
    """
    n_points = len(points)
    if n_points < 2 * max(least, n_neighbors) or points.shape[1] == 0 or not np.ptp(points, axis=0).any():
        return DenseClusters(np.full(n_points, OUTLIER), np.zeros(n_points))
    from scipy.spatial import KDTree
    from sklearn.cluster import HDBSCAN

    exact = np.asarray(points, np.float64)
    found = HDBSCAN(min_cluster_size=max(2, least), min_samples=n_neighbors, n_jobs=1, copy=True).fit(exact).labels_
    reach = np.asarray(KDTree(exact).query(exact, k=[n_neighbors + 1])[0][:, 0], np.float64)
    return DenseClusters(_by_size(np.asarray(found, np.int64)), reach)


def _by_size(label: Array) -> Array:
    """Labels numbered from the largest cluster on; of equal size the one whose first point comes first."""
    names, first, counts = np.unique(label[label >= 0], return_index=True, return_counts=True)
    place = np.full(len(names) + 1, OUTLIER)
    place[names[np.lexsort((first, -counts))]] = np.arange(len(names))
    return np.asarray(place[label])  # -1 picks the last place, which is -1


def nearest_core(points: Array, cores: Array, found: DenseClusters) -> Array:
    """int64 [points]: the cluster of the nearest of the points that clusters were learned from, if within its reach, else -1."""
    inside = np.flatnonzero(found.label >= 0)
    label = np.full(len(points), OUTLIER)
    if not len(inside) or not len(points):
        return label
    from scipy.spatial import KDTree

    tree = KDTree(np.asarray(cores[inside], np.float64))
    farthest = float(found.reach[inside].max())
    for low in range(0, len(points), BLOCK):
        part = np.asarray(points[low : low + BLOCK], np.float64)
        distance, place = tree.query(part, distance_upper_bound=np.nextafter(farthest, np.inf), workers=2)
        near = np.flatnonzero(place < len(inside))
        core = inside[place[near]]
        label[low + near[distance[near] <= found.reach[core]]] = found.label[core[distance[near] <= found.reach[core]]]
    return label
