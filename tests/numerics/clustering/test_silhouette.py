"""Silhouettes."""

import numpy as np

from shopkeeper.numerics.clustering.silhouette import silhouettes


def test_by_hand():
    """0 and 1 against 4: a = 1, b = 4 and 3 for the first two; the third is alone."""
    points = np.array([[0.0], [1.0], [4.0]], np.float32)
    np.testing.assert_allclose(silhouettes(points, np.array([[0, 0, 1]])), [[3 / 4, 2 / 3, 0.0]])


def test_as_scikit_learn_has_it():
    from sklearn.metrics import silhouette_samples

    random = np.random.default_rng(0)
    points = random.standard_normal((400, 5)).astype(np.float32)
    labels = np.array([random.integers(0, k, 400) for k in (2, 3, 9)])
    found = silhouettes(points, labels)
    for label, values in zip(labels, found, strict=True):
        np.testing.assert_allclose(values, silhouette_samples(points, label), atol=1e-6)


def test_one_cluster_has_no_silhouette():
    points = np.random.default_rng(0).standard_normal((5, 2)).astype(np.float32)
    assert not silhouettes(points, np.zeros((1, 5), int)).any()


def test_equal_points_in_two_clusters():
    assert not silhouettes(np.ones((4, 2), np.float32), np.array([[0, 0, 1, 1]])).any()


def test_numbers_of_clusters_need_not_be_without_gaps():
    points = np.array([[0.0], [1.0], [4.0]], np.float32)
    np.testing.assert_allclose(silhouettes(points, np.array([[1, 1, 7]])), [[3 / 4, 2 / 3, 0.0]])
