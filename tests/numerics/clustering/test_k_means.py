"""K-means, whole and in mini-batches."""

import numpy as np
import pytest

from shopkeeper.numerics.clustering.k_means import k_means, means_of, mini_batch, nearest_centers, refined


def groups(seed=0, n=600, k=4, apart=8.0):
    random = np.random.default_rng(seed)
    label = random.integers(0, k, n)
    middle = random.standard_normal((k, 6))
    middle *= apart / np.linalg.norm(middle, axis=1)[:, None]
    return (middle[label] + random.standard_normal((n, 6))).astype(np.float32), label


def test_by_hand():
    points = np.array([[0.0], [1.0], [9.0], [11.0]], np.float32)
    found = refined(points, np.array([[0.0], [2.0]]))
    np.testing.assert_allclose(found.centers, [[0.5], [10.0]])
    assert found.label.tolist() == [0, 0, 1, 1]
    assert found.inertia == pytest.approx(2.5)
    assert found.sizes.tolist() == [2, 2]


def test_planted_groups_are_found():
    from shopkeeper.numerics.clustering.agreement import adjusted_rand_index

    points, label = groups()
    assert adjusted_rand_index(k_means(points, 4, seed=1).label, label) > 0.98


def test_not_worse_than_scikit_learns():
    from sklearn.cluster import KMeans

    points, _ = groups(apart=2.0)
    theirs = KMeans(7, n_init=4, random_state=0).fit(points).inertia_
    assert k_means(points, 7, seed=0).inertia < 1.02 * theirs


def test_mini_batches_come_near():
    points, _ = groups(n=5000)
    whole = k_means(points, 4, seed=0)
    found = mini_batch(points, whole.centers + 0.5, seed=0, batch=500, n_batches=50)
    assert found.inertia < 1.02 * whole.inertia


def test_the_number_of_threads_does_not_matter(monkeypatch):
    points, _ = groups(n=40_000)
    many = k_means(points, 4, seed=3, n_starts=1)
    monkeypatch.setattr("shopkeeper.numerics.compiling.n_threads", lambda: 1)
    one = k_means(points, 4, seed=3, n_starts=1)
    np.testing.assert_array_equal(many.centers, one.centers)
    np.testing.assert_array_equal(many.label, one.label)


def test_a_cluster_without_points_moves_to_the_farthest():
    points = np.array([[0.0], [0.1], [5.0]], np.float32)
    found = refined(points, np.array([[0.0], [90.0]]))
    assert sorted(found.centers[:, 0].round(3)) == [0.05, 5.0]


def test_fewer_unlike_points_than_clusters():
    found = k_means(np.array([[1.0], [1.0], [2.0]], np.float32), 3, seed=0)
    assert found.inertia == 0.0
    assert found.sizes.sum() == 3


def test_of_centers_equally_near_the_first():
    assert nearest_centers(np.array([[1.0]], np.float32), np.array([[0.0], [2.0]])).label.tolist() == [0]


def test_means():
    means, count = means_of(np.array([[1.0], [3.0], [5.0]], np.float32), np.array([0, 0, 2], np.int32), 3)
    assert means[:, 0].tolist() == [2.0, 0.0, 5.0]
    assert count.tolist() == [2, 0, 1]


def test_no_points():
    nothing = np.zeros((0, 2), np.float32)
    assert k_means(nothing, 3, seed=0).centers.shape == (0, 2)
    assert refined(nothing, np.zeros((2, 2))).label.shape == (0,)
