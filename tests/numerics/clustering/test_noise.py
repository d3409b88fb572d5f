"""Noise that is spread as the data."""

import numpy as np

from shopkeeper.numerics.clustering.noise import uniform_like


def test_means_and_covariances_are_kept():
    random = np.random.default_rng(0)
    points = (random.standard_normal((20_000, 3)) @ random.standard_normal((3, 3)) + [1.0, 2.0, 3.0]).astype(np.float32)
    noise = uniform_like(points, seed=1)
    np.testing.assert_allclose(noise.mean(axis=0), points.mean(axis=0), atol=0.06)
    np.testing.assert_allclose(np.cov(noise.T), np.cov(points.T), atol=0.1)


def test_groups_are_gone():
    """Half of the points at -5, half at 5: the middle is empty in the data and full in the noise."""
    points = np.repeat(np.array([[-5.0], [5.0]], np.float32), 500, axis=0)
    noise = uniform_like(points, seed=1)
    assert np.mean(np.abs(noise) < 2) > 0.15


def test_no_points():
    assert uniform_like(np.zeros((0, 2), np.float32), seed=0).shape == (0, 2)
