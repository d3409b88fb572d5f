"""Gamma-Gamma against its note, finite differences, and worths drawn from it."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma as gamma_distribution

from shopkeeper.numerics.lifetimes import gamma_gamma
from shopkeeper.numerics.lifetimes.gamma_gamma import order_value, spending

PUBLISHED = np.array([6.25, 3.74, 15.44])


def drawn(n, p=3.0, q=4.0, gamma=20.0, seed=0):
    random = np.random.default_rng(seed)
    count = random.integers(1, 6, n)
    rate = random.gamma(q, 1.0 / gamma, n)
    return count, random.gamma(p * count, 1.0 / (rate * count)), p / rate


def test_the_same_cases_are_counted_once_and_what_tells_nothing_is_left_out():
    found = spending([2, 1, 2, 0, 3, 1], [5.0, 4.0, 5.0, 9.0, -2.0, np.nan])
    assert found.n_orders.tolist() == [1, 2]
    assert found.mean_value.tolist() == [4.0, 5.0]
    assert found.weight.tolist() == [1, 2]
    assert found.mean == pytest.approx(14 / 3)


def test_the_likelihood_is_an_integral_over_the_customers_rate():
    """Equation (1a) is the density of the mean given the rate, averaged over rates."""
    p, q, gamma = PUBLISHED
    x, mean = 3, 22.0

    def part(rate):
        return gamma_distribution.pdf(mean, p * x, scale=1 / (rate * x)) * gamma_distribution.pdf(rate, q, scale=1 / gamma)

    found, _ = gamma_gamma.log_likelihood(spending([x], [mean]), PUBLISHED)
    assert found == pytest.approx(np.log(quad(part, 0, 5)[0]), rel=1e-7)


@pytest.mark.parametrize("seed", range(20))
def test_derivatives_are_exact(seed, differences):
    count, mean, _ = drawn(30, seed=1)
    cases, parameters = spending(count, mean), np.exp(np.random.default_rng(seed).uniform(-2, 4, 3))
    value, slope = gamma_gamma.log_likelihood(cases, parameters)
    by_differences = differences(gamma_gamma.log_likelihood, cases, parameters)
    np.testing.assert_allclose(slope * parameters, by_differences * parameters, atol=1e-6 * abs(value))


def test_true_parameters_are_recovered_and_the_worth_beats_the_customers_own_mean():
    count, mean, truth = drawn(6000)
    found = gamma_gamma.fit(spending(count, mean))
    np.testing.assert_allclose(found.parameters / [3.0, 4.0, 20.0], 1.0, atol=0.15)
    told = order_value(count, mean, found.parameters)
    assert np.mean((told - truth) ** 2) < 0.8 * np.mean((mean - truth) ** 2)
    assert np.mean((told - truth) ** 2) < 0.8 * np.mean((mean.mean() - truth) ** 2)


def test_worth_by_hand():
    """p (gamma + 7 x 30) / (7 p + q - 1), and p gamma / (q - 1) where nothing is known."""
    found = order_value([7, 0, 2], [30.0, 99.0, -4.0], PUBLISHED)
    np.testing.assert_allclose(found, [6.25 * 225.44 / 46.49, 6.25 * 15.44 / 2.74, 6.25 * 15.44 / 15.24])


@pytest.mark.parametrize(
    ("count", "mean"),
    [
        ([], []),
        ([3], [7.0]),
        ([1, 2], [-3.0, 0.0]),
        ([2] * 50, [10.0] * 50),
        (range(1, 40), [3.0] * 39),
        ([1, 2], [1e300, 1e-300]),
    ],
    ids=["none", "one", "all came back", "all the same", "the same mean", "no money"],
)
def test_whatever_comes_there_is_a_sensible_answer(count, mean):
    cases = spending(list(count), mean)
    found = gamma_gamma.fit(cases)
    assert np.all(np.isfinite(found.parameters))
    assert found.is_regularized
    assert order_value([0], [0.0], found.parameters)[0] == pytest.approx(cases.mean, rel=0.5)


def test_a_tail_without_a_mean_is_kept_at_the_customers_own():
    cases = spending(np.ones(3000), np.random.default_rng(1).pareto(0.7, 3000))
    found = gamma_gamma.fit(cases)
    assert found.is_regularized
    assert order_value([0], [0.0], found.parameters)[0] == pytest.approx(cases.mean)


def test_a_sample_holds_as_many_customers_as_asked_for():
    cases = spending(*drawn(300)[:2])
    assert cases.sampled(40, seed=0).n_customers == 40
    assert cases.sampled(300, seed=0) is cases


@pytest.mark.realdata
def test_cdnow_is_as_published(cdnow):
    """Fader & Hardie 2013, from the 946 customers who came back."""
    cases = spending(cdnow["n_repeats"], cdnow["mean_value"])
    assert cases.n_customers == 946
    assert gamma_gamma.fit(cases).parameters.round(2).tolist() == PUBLISHED.tolist()
