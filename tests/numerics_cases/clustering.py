"""The formulas of clustering."""

from collections.abc import Mapping

import numpy as np
from numerics_cases.case import Case, Inputs, together


def points(random: np.random.Generator, n: int) -> np.ndarray:
    """Three groups in four dimensions."""
    return (random.standard_normal((n, 4)) + 6 * random.integers(0, 3, n)[:, None]).astype(np.float32)


def centers(random: np.random.Generator) -> np.ndarray:
    return np.asarray(random.standard_normal((3, 4)) + 6 * np.arange(3)[:, None])


def curves(random: np.random.Generator, n: int) -> object:
    from shopkeeper.numerics.clustering.number_of_clusters import Trial, curves_of

    return curves_of(points(random, n), seed=1, trial=Trial(most=4, n_repeats=2, n_noise=2))


def cores(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.clustering.density import dense_clusters

    known = points(random, 60)
    return {"points": points(random, n), "cores": known, "found": dense_clusters(known, least=5, n_neighbors=3)}


def axes(random: np.random.Generator, n: int) -> Inputs:
    return {"points": points(random, n), "centers": centers(random), "sizes": np.array([5, 3, 2])}


def in_order(result: object, inputs: Inputs) -> object:
    return np.sort(result)


def measured(result: object, inputs: Inputs) -> object:
    """What does not follow the order of the points."""
    return [result.centers, np.sort(result.squared), result.sizes]


CASES: Mapping[str, Case] = {
    "clustering.agreement.adjusted_rand_index": Case(
        lambda random, n: {"one": random.integers(0, 3, n), "other": random.integers(0, 4, n)}, together("one", "other"),
        exact=False,
    ),
    "clustering.axes.separating_axes": Case(axes, together("points"), exact=False),
    "clustering.density.dense_clusters": Case(
        lambda random, n: {"points": points(random, n), "least": 8, "n_neighbors": 4}, together("points"),
        lambda result, inputs: [np.sort(result.label), np.sort(result.reach)], exact=False,
    ),
    "clustering.density.nearest_core": Case(cores, together("points"), in_order),
    "clustering.elbow.chord_distances": Case(lambda random, n: {"falling": np.sort(random.random(n))[::-1]}),
    "clustering.k_means.k_means": Case(lambda random, n: {"points": points(random, n), "n_clusters": 3, "seed": 1}),
    "clustering.k_means.means_of": Case(
        lambda random, n: {"points": points(random, n), "label": random.integers(0, 3, n).astype(np.int32), "n_clusters": 3},
        together("points", "label"), exact=False,
    ),
    "clustering.k_means.mini_batch": Case(
        lambda random, n: {"points": points(random, n), "centers": centers(random), "seed": 1, "batch": 16, "n_batches": 5}
    ),
    "clustering.k_means.nearest_centers": Case(
        lambda random, n: {"points": points(random, n), "centers": centers(random)}, together("points"), measured
    ),
    "clustering.k_means.refined": Case(
        lambda random, n: {"points": points(random, n), "centers": centers(random)}, together("points"), measured, exact=False
    ),
    "clustering.noise.uniform_like": Case(lambda random, n: {"points": points(random, n), "seed": 1}),
    "clustering.number_of_clusters.choose": Case(lambda random, n: {"curves": curves(random, n)}),
    "clustering.number_of_clusters.curves_of": Case(lambda random, n: {"points": points(random, n), "seed": 1}),
    "clustering.quantile_scores.quantile_scores": Case(
        lambda random, n: {"values": np.where(random.random(n) < 0.1, np.nan, random.integers(0, 9, n))}, together("values"),
        in_order,
    ),
    "clustering.quantile_scores.score_borders": Case(
        lambda random, n: {"values": random.random(n), "scores": random.integers(0, 6, n)}, together("values", "scores")
    ),
    "clustering.scaling.robust_scale": Case(
        lambda random, n: {"values": np.where(random.random(n) < 0.1, np.nan, random.random(n))}, together("values"),
    ),
    "clustering.silhouette.silhouettes": Case(
        lambda random, n: {"points": points(random, n), "labels": random.integers(0, 3, (2, n))}
    ),
}  # fmt: skip
