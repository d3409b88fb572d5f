"""The discriminant of two groups: by hand in two dimensions, and beside scikit-learn's."""

import numpy as np
import pytest

from shopkeeper.numerics.likeness import discriminant as module
from shopkeeper.numerics.likeness.discriminant import contributions, covariance, discriminant, likeness, standardized


@pytest.fixture
def groups():
    random = np.random.default_rng(5)
    matrix = random.standard_normal((400, 3)).astype(np.float32)
    matrix[:, 1] += 0.8 * matrix[:, 0]
    matrix[:100, 0] += 2.0
    return matrix, np.arange(100)


def test_it_is_fishers_without_shrinkage(groups, monkeypatch):
    """Weights are those of linear discriminant analysis (scikit-learn), but for the prior."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    monkeypatch.setattr(module, "DIAGONAL_SHARE", 0.0)
    monkeypatch.setattr(module, "SURE", 0.0)
    matrix, members = groups
    found = discriminant(matrix, covariance(matrix), members)
    is_member = np.isin(np.arange(len(matrix)), members)
    peer = LinearDiscriminantAnalysis(solver="lsqr").fit(matrix.astype(float), is_member)
    np.testing.assert_allclose(found.weights, peer.coef_[0], rtol=1e-4)
    odds = peer.decision_function(matrix.astype(float)) - np.log(100 / 300)
    np.testing.assert_allclose(likeness(matrix, found), 1 / (1 + np.exp(-odds)), atol=1e-4)


def test_by_hand():
    """Two features without correlation, variances 1 and 4 within: weights are the differences over the variances."""
    matrix = np.array([[3, 2], [1, -2], [3, -2], [1, 2], [-1, 2], [1, -2], [-1, -2], [1, 2]], np.float32)
    found = discriminant(matrix, covariance(matrix), np.arange(4))
    error = np.sqrt(1.0 * (1 / 4 + 1 / 4))
    np.testing.assert_allclose(found.weights, [2.0 - error, 0.0], rtol=1e-5)
    np.testing.assert_allclose(found.middle, [1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(contributions(matrix[0], found), [(2.0 - error) * 2.0, 0.0], rtol=1e-5)
    assert likeness(np.array([[1.0, 5.0]], np.float32), found) == pytest.approx(0.5)


def test_contributions_sum_to_the_log_odds(groups):
    matrix, members = groups
    found = discriminant(matrix, covariance(matrix), members)
    odds = np.log(likeness(matrix[7:8], found)[0] / (1 - likeness(matrix[7:8], found)[0]))
    assert contributions(matrix[7], found).sum() == pytest.approx(odds, rel=1e-3)


def test_a_feature_that_tells_nothing_gets_no_weight():
    random = np.random.default_rng(1)
    matrix = random.standard_normal((300, 5)).astype(np.float32)
    matrix[:10, 0] += 3.0
    found = discriminant(matrix, covariance(matrix), np.arange(10))
    assert abs(found.weights[0]) > 5 * np.abs(found.weights[1:]).max()


def test_nobody_or_everybody_is_like_anybody(groups):
    matrix, _ = groups
    for members in (np.empty(0, np.int64), np.arange(len(matrix))):
        np.testing.assert_allclose(likeness(matrix, discriminant(matrix, covariance(matrix), members)), 0.5)


def test_standardized_means_and_unknowns():
    values = np.array([[1.0, 5.0, 7.0], [np.nan, 5.0, -7.0], [np.e**2 - 1, 5.0, 0.0]])
    found = standardized(values, np.array([True, False, True]))
    np.testing.assert_allclose(found.center[0], (np.log(2.0) + 2.0) / 2.0)
    assert found.matrix[1, 0] == 0.0
    assert found.matrix[:, 1].tolist() == [0.0, 0.0, 0.0]
    np.testing.assert_allclose(found.matrix[:, 2], [1.2247449, -1.2247449, 0.0], rtol=1e-6)
    np.testing.assert_allclose(found.covariance, np.cov(found.matrix.T, bias=True), atol=1e-6)
