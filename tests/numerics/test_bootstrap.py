import numpy as np
import pytest

from shopkeeper.numerics.bootstrap import mean_interval, resampled_means


def test_the_interval_of_normal_values_is_the_textbook_one():
    values = np.random.default_rng(0).normal(3.0, 2.0, 4000)
    low, high = mean_interval(values, seed=1)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert low == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert high == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_few_distinct_values_give_the_same_kind_of_interval():
    values = (np.random.default_rng(0).random(4000) < 0.1).astype(float)
    low, high = mean_interval(values, seed=1)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.15 * half)


def test_it_covers_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(5)
    covered = 0
    for trial in range(200):
        low, high = mean_interval(random.exponential(1.0, 200), seed=trial, n_samples=300)
        covered += low <= 1.0 <= high
    assert 0.88 <= covered / 200 <= 0.99


def test_more_confidence_is_wider():
    values = np.random.default_rng(0).random(100)
    low, high = mean_interval(values, seed=0, confidence=0.8)
    lower, higher = mean_interval(values, seed=0, confidence=0.99)
    assert lower < low < high < higher


def test_no_cases_have_no_interval():
    assert all(np.isnan(mean_interval(np.empty(0), seed=0)))
    assert mean_interval(np.array([2.0]), seed=0) == (2.0, 2.0)


def test_resampled_means_of_columns_are_drawn_together():
    values = np.random.default_rng(0).random((200, 1))
    means = resampled_means(np.hstack([values, values + 1.0, 3.0 * values]), seed=0)
    assert means.shape == (1000, 3)
    assert means[:, 1] - means[:, 0] == pytest.approx(np.ones(1000))
    assert means[:, 2] == pytest.approx(3.0 * means[:, 0])
    assert means[:, 0].std() == pytest.approx(values.std() / np.sqrt(200), rel=0.1)


def test_resampled_means_give_the_same_interval():
    values = np.random.default_rng(1).random(500)
    low, high = np.quantile(resampled_means(values[:, None], seed=0)[:, 0], [0.025, 0.975])
    assert (low, high) == pytest.approx(mean_interval(values, seed=1), abs=3e-3)


def test_resampled_means_of_no_cases_are_unknown():
    assert np.isnan(resampled_means(np.empty((0, 2)), seed=0, n_samples=5)).all()
