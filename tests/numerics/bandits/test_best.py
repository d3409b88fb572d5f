"""The probability of being the best: beside closed forms, beside drawing, and with arms that cannot win."""

import numpy as np
import pytest
from scipy.stats import norm

from shopkeeper.numerics.bandits.best import best_of_betas, best_of_normals, log_of_betas


def by_drawing(draws):
    return np.bincount(draws.argmax(axis=1), minlength=draws.shape[1]) / len(draws)


@pytest.mark.parametrize(("mean", "deviation"), [([1.0, 2.0], [1.0, 0.5]), ([0.0, 0.0], [1.0, 9.0]), ([3.0, 0.0], [0.1, 0.1])])
def test_two_normals_have_a_closed_form(mean, deviation):
    exact = norm.cdf((mean[0] - mean[1]) / np.hypot(*deviation))
    assert best_of_normals(np.array(mean), np.array(deviation)) == pytest.approx([exact, 1 - exact], abs=2e-3)


def test_two_betas_have_a_closed_form():
    """P(Beta(2, 1) > Beta(1, 1)) = E[X] = 2/3; P(Beta(1, 9) > Beta(1, 1)) = 1/10."""
    assert best_of_betas(np.array([2.0, 1.0]), np.array([1.0, 1.0]))[0] == pytest.approx(2 / 3, abs=0.01)
    assert best_of_betas(np.array([1.0, 1.0]), np.array([9.0, 1.0]))[0] == pytest.approx(1 / 10, abs=0.01)


def test_equal_arms_share_equally():
    assert best_of_betas(np.ones(7), np.full(7, 49.0)) == pytest.approx(np.full(7, 1 / 7))


@pytest.mark.parametrize("n_arms", [2, 5, 17, 60])
def test_many_arms_are_what_drawing_finds(n_arms):
    random = np.random.default_rng(n_arms)
    success = 1.0 + random.integers(0, 4, n_arms) * random.integers(0, 30, n_arms)
    failure = success * random.uniform(10, 80, n_arms)
    ours = best_of_betas(success, failure)
    assert ours.sum() == pytest.approx(1.0)
    assert ours == pytest.approx(by_drawing(random.beta(success, failure, size=(20_000, n_arms))), abs=0.02)


def test_a_sure_loser_is_nearly_impossible_and_an_unknown_arm_is_not():
    """A hundred thousand shows against none: the narrow arms decide between themselves, the unknown one has its tail."""
    found = best_of_betas(np.array([1000.0, 1100.0, 1.0, 10.0]), np.array([50_000.0, 50_000.0, 49.0, 50_000.0]))
    random = np.random.default_rng(1)
    drawn = by_drawing(random.beta([1000, 1100, 1, 10], [50_000, 50_000, 49, 50_000], size=(50_000, 4)))
    assert found == pytest.approx(drawn, abs=0.01)
    assert found[3] < 1e-6


def test_nothing_and_one():
    assert len(best_of_betas(np.empty(0), np.empty(0))) == len(best_of_normals(np.empty(0), np.empty(0))) == 0
    assert best_of_betas(np.array([3.0]), np.array([5.0])) == pytest.approx([1.0])
    assert log_of_betas(np.empty(0), np.empty(0)).size == 0


def test_the_grid_is_the_distribution_function():
    """ln F on the grid grows with each point and ends at 0: Peizer and Pratt's deviate is monotone."""
    found = log_of_betas(np.array([1.0, 4.0, 300.0]), np.array([9.0, 90.0, 4000.0]))
    assert (np.diff(found, axis=1) >= -1e-9).all()
    assert np.exp(found[:, -1]) == pytest.approx([1.0, 1.0, 1.0], abs=1e-3)
