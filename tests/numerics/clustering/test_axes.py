"""The plane on which clusters lie apart."""

import numpy as np

from shopkeeper.numerics.clustering.axes import separating_axes


def test_the_way_between_clusters_comes_first():
    """The points spread most along the first feature, the clusters lie apart along the third."""
    random = np.random.default_rng(0)
    label = random.integers(0, 2, 2000)
    points = random.standard_normal((2000, 3)) * [2.0, 1.0, 0.3]
    points[:, 2] += 4 * label
    centers = np.array([points[label == n].mean(axis=0) for n in (0, 1)])
    axes = separating_axes(points.astype(np.float32), centers, np.bincount(label))
    np.testing.assert_allclose(np.abs(axes), [[0, 1], [0, 0], [1, 0]], atol=0.06)


def test_right_angles_and_unit_length_and_the_strongest_positive():
    random = np.random.default_rng(1)
    axes = separating_axes(
        random.standard_normal((50, 5)).astype(np.float32), random.standard_normal((3, 5)), np.array([5, 3, 2])
    )
    np.testing.assert_allclose(axes.T @ axes, np.eye(2), atol=1e-12)
    assert (axes[np.abs(axes).argmax(axis=0), [0, 1]] > 0).all()


def test_one_feature_none_and_no_points():
    assert separating_axes(np.ones((3, 1), np.float32), np.ones((1, 1)), np.array([3])).tolist() == [[1.0, 0.0]]
    assert separating_axes(np.ones((3, 0), np.float32), np.ones((1, 0)), np.array([3])).shape == (0, 2)
    assert separating_axes(np.zeros((0, 2), np.float32), np.zeros((0, 2)), np.zeros(0)).shape == (2, 2)
