"""How many clusters, and none in noise."""

import numpy as np
import pytest

from shopkeeper.numerics.clustering.number_of_clusters import Curves, Trial, choose, curves_of

QUICK = Trial(most=8, n_judged=800)


def planted(k, seed, n=1200):
    """Groups at the corners of a simplex, six deviations apart from the middle."""
    random = np.random.default_rng(seed)
    middle = np.zeros((k, 8))
    middle[np.arange(k), np.arange(k)] = 6.0
    return (middle[random.integers(0, k, n)] + random.standard_normal((n, 8))).astype(np.float32)


@pytest.mark.parametrize("k", [2, 3, 4, 6])
def test_planted_groups_are_counted(k):
    assert choose(curves_of(planted(k, seed=k), seed=0, trial=QUICK)).n_clusters == k


NOISE = {
    "one round blob": lambda random: random.standard_normal((1200, 6)),
    "one stretched blob": lambda random: random.standard_normal((1200, 6)) @ random.standard_normal((6, 6)),
    "heavy tails": lambda random: random.standard_t(3, (1200, 5)),
    "uniform": lambda random: random.uniform(size=(1200, 6)),
    "uniform and long": lambda random: random.uniform(size=(1200, 2)) * [6.0, 1.0],
    "few": lambda random: random.standard_normal((40, 5)),
}


@pytest.mark.parametrize("world", NOISE)
@pytest.mark.parametrize("seed", [0, 1])
def test_none_in_noise(world, seed):
    points = NOISE[world](np.random.default_rng(seed)).astype(np.float32)
    found = choose(curves_of(points, seed=seed, trial=QUICK))
    assert found.n_clusters == 1
    assert not found.is_clear.any()


def test_a_stretched_blob_is_stable_but_not_clearer_than_noise():
    """Why stability alone does not decide."""
    points = (np.random.default_rng(0).standard_normal((1200, 2)) * [5.0, 1.0]).astype(np.float32)
    curves = curves_of(points, seed=0, trial=QUICK)
    assert curves.stability.mean(axis=0)[1] > 0.8
    assert curves.beyond_noise[1] < 0
    assert choose(curves).n_clusters == 1


def test_same_seed_same_curves_another_seed_others():
    points = planted(3, seed=1, n=300)
    one, again, other = (curves_of(points, seed=seed, trial=QUICK) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.stability, again.stability)
    np.testing.assert_array_equal(one.noise, again.noise)
    assert (one.noise != other.noise).any()


def test_the_choice_by_hand():
    """Three: stable and clear; two is clearer by itself but not stable."""
    values = np.repeat(np.array([[0.0], [0.5], [0.45], [0.2]]), 400, axis=1)
    curves = Curves(
        inertia=np.array([10.0, 6.0, 2.0, 1.0]), values=values, noise=np.full((2, 4), 0.2),
        stability=np.array([[1.0, 0.3, 0.9, 0.9]] * 3),
    )  # fmt: skip
    found = choose(curves)
    assert found.n_clusters == 3
    assert found.is_clear.tolist() == [False, False, True, False]
    # elbow 0.222 of 0.222 at three; beyond noise 0.25 of 0.3; stability 0.9 of 0.9
    assert found.points[2] == pytest.approx((1 + 0.25 / 0.3 + 2) / 4)
    assert curves.margin == pytest.approx(0.02 + 0.3 / 20)


def test_the_number_in_use_is_kept_where_nothing_speaks_against_it():
    values = np.repeat(np.array([[0.0], [0.4], [0.41], [0.3]]), 400, axis=1)
    curves = Curves(np.array([9.0, 4.0, 1.9, 1.0]), values, np.full((2, 4), 0.2), np.array([[1.0, 0.9, 0.91, 0.7]] * 3))
    alone = choose(curves).n_clusters
    other = 5 - alone
    assert {alone, other} == {2, 3}
    assert choose(curves, before=other).n_clusters == other
    assert choose(curves, before=4).n_clusters == alone
    assert choose(curves, before=9).n_clusters == alone


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_too_few_points(n):
    found = choose(curves_of(np.zeros((n, 2), np.float32), seed=0))
    assert found.n_clusters == 1
