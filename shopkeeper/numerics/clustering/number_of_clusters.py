"""How many clusters there are, if any: elbow, silhouette beside noise, and stability under resampling, for 1, 2, 3 … of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.clustering.agreement import adjusted_rand_index
from shopkeeper.numerics.clustering.elbow import chord_distances
from shopkeeper.numerics.clustering.k_means import k_means, nearest_centers
from shopkeeper.numerics.clustering.noise import uniform_like
from shopkeeper.numerics.clustering.silhouette import silhouettes
from shopkeeper.numerics.compiling import Array, Tell, in_threads, quiet

STABLE = 0.6
"""Adjusted Rand index between clusterings of two halves from which on the clusters are said to be the same ones."""
BEYOND_NOISE = 0.02
"""By how much the silhouette must exceed that of every cloud of noise, besides what chance may do with few points:"""
OF_CHANCE = 0.3
"""this, divided by the root of the number of points that silhouettes are taken of."""
LOUDNESS = (1.0, 1.0, 2.0)
"""What elbow, silhouette and stability count."""
NEXT_TO_NOTHING = 0.05
"""A difference in points that is not worth another number of clusters than yesterday's."""


@dataclass(frozen=True)
class Curves:
    """By number of clusters, 1 to the most tried: what speaks for it.

    inertia float64 [numbers] (sum of squared distances), elbow [numbers] (distance to the chord), silhouette [numbers] (mean
    of ``values`` [numbers, points], those of a sample), noise [repeats, numbers] (the silhouettes of noise), stability [repeats,
    numbers] (adjusted Rand indices). With one cluster silhouettes are 0 and the stability is 1.
    """

    inertia: Array
    values: Array
    noise: Array
    stability: Array

    @property
    def n_clusters(self) -> Array:
        """int64 [numbers]: 1, 2 and so on."""
        return np.arange(1, len(self.inertia) + 1)

    @property
    def elbow(self) -> Array:
        """float64 [numbers]: how far the inertia lies below its chord."""
        return chord_distances(self.inertia)

    @property
    def silhouette(self) -> Array:
        """float64 [numbers]: the mean silhouette."""
        return np.asarray(self.values.mean(axis=1)) if self.values.size else np.zeros(len(self.inertia))

    @property
    def margin(self) -> float:
        """How far beyond noise a silhouette must be."""
        return BEYOND_NOISE + OF_CHANCE / float(np.sqrt(max(1, self.values.shape[1])))

    @property
    def beyond_noise(self) -> Array:
        """float64 [numbers]: the silhouette less that of the clearest cloud of noise."""
        return np.asarray(self.silhouette - self.noise.max(axis=0, initial=0.0))


@dataclass(frozen=True)
class Trial:
    """How much is tried: ``n_repeats`` pairs of halves, ``n_noise`` clouds, silhouettes on ``n_judged`` points."""

    most: int = 10
    n_repeats: int = 8
    n_noise: int = 4
    n_judged: int = 1500
    n_starts: int = 6


def curves_of(points: Array, *, seed: int, trial: Trial | None = None, tell: Tell = quiet) -> Curves:
    """The curves of ``points`` float32 [points, features]; their order matters only as that of drawing a sample does."""
    trial = trial or Trial()
    n_points = len(points)
    numbers = range(1, max(1, min(trial.most, n_points // 2)) + 1)
    random = np.random.default_rng(seed)
    judged = np.sort(random.permutation(n_points)[: trial.n_judged])
    halves = [np.array_split(random.permutation(n_points), 2) for _ in range(trial.n_repeats)]
    labels = np.zeros((len(numbers), len(judged)), np.int32)
    inertia, stability = np.zeros(len(numbers)), np.ones((trial.n_repeats, len(numbers)))
    noise_labels = np.zeros((trial.n_noise, len(numbers), len(judged)), np.int32)
    clouds = [uniform_like(points[judged], seed=[seed, 1, repeat]) for repeat in range(trial.n_noise)]

    def whole(number: int) -> None:
        found = k_means(points, number, seed=[seed, 2, number], n_starts=trial.n_starts)
        inertia[number - 1], labels[number - 1] = found.inertia, found.label[judged]

    def half(number: int, repeat: int) -> None:
        pair = [
            nearest_centers(points[judged], _centers(points[part], number, [seed, 3, number, repeat])).label
            for part in halves[repeat]
        ]
        stability[repeat, number - 1] = adjusted_rand_index(*pair)

    def cloud(number: int, repeat: int) -> None:
        noise_labels[repeat, number - 1] = k_means(
            clouds[repeat], number, seed=[seed, 4, number, repeat], n_starts=2, n_rounds=30
        ).label

    jobs: list[tuple[Callable[..., None], tuple[int, ...]]] = [(whole, (number,)) for number in reversed(numbers)]
    jobs += [(half, (number, repeat)) for number in numbers[1:] for repeat in range(trial.n_repeats)]
    jobs += [(cloud, (number, repeat)) for number in numbers[1:] for repeat in range(trial.n_noise)]
    in_threads(lambda low, _: jobs[low][0](*jobs[low][1]), [(place, place + 1) for place in range(len(jobs))], tell)
    noise = np.array([silhouettes(each, of).sum(axis=1) for each, of in zip(clouds, noise_labels, strict=True)])
    noise /= max(1, len(judged))
    return Curves(inertia, silhouettes(points[judged], labels), noise.reshape(trial.n_noise, len(numbers)), stability)


def _centers(points: Array, number: int, seed: Sequence[int]) -> Array:
    return k_means(points, number, seed=seed, n_starts=2, n_rounds=30).centers


@dataclass(frozen=True)
class Choice:
    """The number of clusters, 1 where there are none; ``points`` float64 [numbers]: how much speaks for each, 0-1.

    ``is_clear`` bool [numbers]: which are stable and clearer than noise.
    """

    n_clusters: int
    points: Array
    is_clear: Array


def choose(curves: Curves, *, before: int = 0) -> Choice:
    """The number for which elbow, silhouette and stability together speak loudest, of those that are stable and beyond noise.

    Each of the three is taken as a share of its best among all numbers; stability counts twice, since groups that another half
    of the same customers does not show are of no use. Of equals the smallest number. ``before``, the number in use, is kept
    where it is stable and beyond noise and next to nothing speaks against it.
    """
    stable = curves.stability.mean(axis=0) if curves.stability.size else np.ones(len(curves.inertia))
    clear = (stable >= STABLE) & (curves.beyond_noise > curves.margin)
    clear[:1] = False
    voices = [curves.elbow, curves.beyond_noise, stable]
    points = np.average([_share(voice) for voice in voices], axis=0, weights=LOUDNESS)
    points[:1] = 0.0
    best = int(np.argmax(np.where(clear, points, -1.0))) if clear.any() else 0
    if 1 < before <= len(clear) and clear[before - 1] and points[before - 1] >= points[best] - NEXT_TO_NOTHING:
        best = before - 1
    return Choice(best + 1, points, clear)


def _share(voice: Array) -> Array:
    loudest = float(voice[1:].max(initial=0.0))
    return np.clip(voice / loudest, 0.0, 1.0) if loudest > 0.0 else np.zeros(len(voice))
