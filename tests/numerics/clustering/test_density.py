"""Dense clusters of any shape, and outliers."""

import numpy as np

from shopkeeper.numerics.clustering.density import DenseClusters, dense_clusters, nearest_core


def ring_and_disk(seed=0):
    """A ring of 300 around a disk of 150, and ten far away: no k-means finds that."""
    random = np.random.default_rng(seed)
    angle = random.uniform(0, 2 * np.pi, 300)
    ring = np.c_[np.cos(angle), np.sin(angle)] * 10 + random.standard_normal((300, 2)) * 0.3
    disk = random.standard_normal((150, 2))
    far = np.c_[np.arange(10) * 20.0 + 60, np.full(10, 80.0)]
    return np.concatenate((ring, disk, far))


def test_shapes_are_told_apart_and_the_largest_is_0():
    found = dense_clusters(ring_and_disk(), least=30, n_neighbors=5)
    assert np.mean(found.label[:300] == 0) > 0.95
    assert np.mean(found.label[300:450] == 1) > 0.9
    assert (found.label[450:] == -1).all()


def test_reach_by_hand():
    """Points at 0, 1, 2, … : the second nearest of an inner one is 1 away, of the first 2."""
    found = dense_clusters(np.arange(20.0)[:, None], least=4, n_neighbors=2)
    assert found.reach[:3].tolist() == [2.0, 1.0, 1.0]


def test_new_points_join_the_core_that_reaches_them():
    cores = np.array([[0.0], [10.0], [20.0]])
    found = DenseClusters(np.array([0, 1, -1]), np.array([1.0, 3.0, 50.0]))
    assert nearest_core(np.array([[0.9], [1.1], [7.0], [20.0], [13.5]]), cores, found).tolist() == [0, -1, 1, -1, -1]


def test_too_few_or_all_alike_are_outliers():
    assert set(dense_clusters(np.zeros((3, 2)), least=10).label) == {-1}
    assert set(dense_clusters(np.ones((100, 2)), least=10).label) == {-1}
    nobody = DenseClusters(np.full(3, -1), np.zeros(3))
    assert nearest_core(np.zeros((2, 2)), np.zeros((3, 2)), nobody).tolist() == [-1, -1]
