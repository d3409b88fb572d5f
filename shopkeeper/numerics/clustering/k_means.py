"""K-means: centers such that the squared distances of all points to their nearest center are small; whole, or in mini-batches.

Points are float32 [points, features], centers float64 [clusters, features]. Sums are taken in chunks of a fixed size which are
added up in order, so that the result is the same with any number of threads.

Sources: Lloyd, *Least squares quantization in PCM* (1982); Arthur & Vassilvitskii, *k-means++* (2007), with the greedy choice
among several candidates of its section 6; Sculley, *Web-scale k-means clustering* (2010), algorithm 1.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, chunks, in_threads, kernel, summing, summing_kernel

CHUNK = 16_384  # points that are summed up as one


@dataclass(frozen=True)
class Clusters:
    """``centers`` float64 [clusters, features]; of each point its ``label`` int32 and ``squared`` distance float64."""

    centers: Array
    label: Array
    squared: Array

    @property
    def inertia(self) -> float:
        """The sum of the squared distances."""
        return float(self.squared.sum())

    @property
    def sizes(self) -> Array:
        """int64 [clusters]: how many points each has."""
        return np.bincount(self.label, minlength=len(self.centers))


@summing
def _squared(point, center):
    total = np.float32(0.0)
    for feature in range(len(point)):
        step = point[feature] - center[feature]
        total += step * step
    return total


@summing_kernel
def _assign(low, high, points, centers, label, squared):
    for place in range(low, high):
        best, nearest = np.float32(np.inf), 0
        for cluster in range(len(centers)):
            distance = _squared(points[place], centers[cluster])
            if distance < best:
                best, nearest = distance, cluster
        label[place] = nearest
        squared[place] = best


@kernel
def _add_up(low, high, points, label, sums, counts):
    for place in range(low, high):
        cluster = label[place]
        counts[cluster] += 1
        for feature in range(points.shape[1]):
            sums[cluster, feature] += points[place, feature]


@summing_kernel
def _seed(points, uniforms):
    """Places of k-means++ starts; ``uniforms`` [clusters, candidates] in [0, 1)."""
    n_points = len(points)
    n_clusters, n_candidates = uniforms.shape
    chosen = np.zeros(n_clusters, np.int64)
    chosen[0] = min(int(uniforms[0, 0] * n_points), n_points - 1)
    nearest = np.empty(n_points, np.float32)
    for place in range(n_points):
        nearest[place] = _squared(points[place], points[chosen[0]])
    trial, kept = np.empty(n_points, np.float32), np.empty(n_points, np.float32)
    for cluster in range(1, n_clusters):
        running = np.cumsum(nearest.astype(np.float64))
        least = np.inf
        for candidate in range(n_candidates):
            place = min(np.searchsorted(running, uniforms[cluster, candidate] * running[-1], side="right"), n_points - 1)
            total = 0.0
            for other in range(n_points):
                trial[other] = min(nearest[other], _squared(points[other], points[place]))
                total += trial[other]
            if total < least:
                least = total
                chosen[cluster] = place
                kept, trial = trial, kept
        nearest, kept = kept, nearest
    return chosen


def nearest_centers(points: Array, centers: Array) -> Clusters:
    """Each point's nearest center; of centers equally near the first."""
    label, squared = np.zeros(len(points), np.int32), np.zeros(len(points), np.float64)
    rounded = centers.astype(np.float32)
    in_threads(lambda low, high: _assign(low, high, points, rounded, label, squared), list(chunks(len(points), CHUNK)))
    return Clusters(centers, label, squared)


def means_of(points: Array, label: Array, n_clusters: int) -> tuple[Array, Array]:
    """(means float64 [clusters, features], counts int64 [clusters]) of points with these labels; 0 for an empty cluster."""
    spans = list(chunks(len(points), CHUNK))
    sums = np.zeros((len(spans), n_clusters, points.shape[1]))
    counts = np.zeros((len(spans), n_clusters), np.int64)

    def add(low: int, high: int) -> None:
        _add_up(low, high, points, label, sums[low // CHUNK], counts[low // CHUNK])

    in_threads(add, spans)
    count = counts.sum(axis=0)
    return sums.sum(axis=0) / np.maximum(count, 1)[:, None], count


def refined(points: Array, centers: Array, *, n_rounds: int = 100, tolerance: float = 1e-4) -> Clusters:
    """Lloyd's rounds from ``centers``, at most ``n_rounds``, until no center moves by more than ``tolerance`` along any feature.

    A cluster that lost all its points moves to the point farthest from its center.
    """
    found = nearest_centers(points, np.asarray(centers, np.float64))
    for _ in range(n_rounds if len(points) else 0):
        means, count = means_of(points, found.label, len(centers))
        empty = np.flatnonzero(count == 0)
        if len(empty):
            far = np.argsort(-found.squared, kind="stable")[: len(empty)]
            means[empty[: len(far)]] = points[far]
        moved = float(np.abs(means - found.centers).max(initial=0.0))
        found = nearest_centers(points, means)
        if moved <= tolerance:
            break
    return found


def k_means(points: Array, n_clusters: int, *, seed: int | Sequence[int], n_starts: int = 4, n_rounds: int = 100) -> Clusters:
    """The best of ``n_starts`` runs by inertia, from greedy k-means++ starts; at most as many clusters as points."""
    n_clusters = min(n_clusters, len(points))
    if n_clusters == 0:
        return Clusters(np.zeros((0, points.shape[1])), np.zeros(0, np.int32), np.zeros(0))
    random = np.random.default_rng(seed)
    n_candidates = 2 + int(np.log(n_clusters))
    best: Clusters | None = None
    for _ in range(n_starts if n_clusters > 1 else 1):
        chosen = _seed(points, random.random((n_clusters, n_candidates)))
        found = refined(points, points[chosen].astype(np.float64), n_rounds=n_rounds)
        if best is None or found.inertia < best.inertia:
            best = found
    return best if best is not None else nearest_centers(points, np.zeros((1, points.shape[1])))


def mini_batch(points: Array, centers: Array, *, seed: int, batch: int = 16_384, n_batches: int = 200) -> Clusters:
    """Centers moved by random batches, each towards its points' mean by their share of all points it has seen; then all assigned.

    Source: Sculley (2010), with the points of a batch taken together. Costs the same for any number of points, but for the end.
    """
    random = np.random.default_rng(seed)
    moved, seen = np.array(centers, np.float64), np.zeros(len(centers))
    for _ in range(n_batches if len(points) else 0):
        drawn = points[random.integers(0, len(points), min(batch, len(points)))]
        means, count = means_of(drawn, nearest_centers(drawn, moved).label, len(moved))
        seen += count
        share = np.divide(count, seen, out=np.zeros(len(seen)), where=seen > 0)
        moved += share[:, None] * (means - moved)
    return nearest_centers(points, moved)
