"""The map and what its axes mean."""

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.mapping import draw_map
from shopkeeper.capabilities.customers.clusters.material import Material
from shopkeeper.capabilities.customers.clusters.vocabulary import VOCABULARY
from shopkeeper.numerics.clustering.scaling import Scale

USED = tuple(feature for feature in VOCABULARY if feature.name in ("n_orders", "value", "recency_days"))


def material(points):
    n_features = points.shape[1]
    return Material(points, USED[:n_features], (Scale(0, 1, 0, 1),) * n_features, np.ones(n_features), {}, np.arange(len(points)))


@pytest.fixture
def drawn():
    """Two clusters: few orders and little value, many and much; recency tells nothing of them."""
    random = np.random.default_rng(0)
    label = np.arange(400) % 2
    points = random.standard_normal((400, 3)).astype(np.float32) * np.array([1, 1, 0.8], np.float32)
    points[:, :2] += 4 * label[:, None]
    centers = np.array([points[label == n].mean(axis=0) for n in (0, 1)])
    value = points[:, 1].astype(float)
    return draw_map(material(points), centers, np.array([200, 200]), value), label, value


def test_clusters_lie_apart_and_value_to_the_right(drawn):
    found, label, value = drawn
    assert found.at[label == 1, 0].min() > found.at[label == 0, 0].mean()
    assert np.corrcoef(found.at[:, 0], value)[0, 1] > 0.8
    np.testing.assert_allclose(found.at.mean(axis=0), 0.0, atol=1e-5)


def test_axes_in_words(drawn):
    x = drawn[0].meaning["x"]
    assert set(x["right"].split(", ")) == {"many orders", "high value"}
    assert set(x["left"].split(", ")) == {"few orders", "low value"}
    assert abs(x["features"]["recency_days"]) < 0.2
    assert set(drawn[0].meaning["y"]) == {"up", "down", "features"}


@pytest.mark.parametrize("shape", [(1, 3), (5, 1), (5, 0)])
def test_little_to_draw(shape):
    points = np.ones(shape, np.float32)
    found = draw_map(material(points), points[:1].astype(float), np.array([shape[0]]), np.ones(shape[0]))
    assert found.at.shape == (shape[0], 2)
    assert not found.at.any()
