"""BG/NBD against its paper, finite differences, and customers drawn from it."""

import numpy as np
import pytest
from scipy.special import betaln, gammaln, logsumexp

from shopkeeper.numerics.lifetimes import bg_nbd
from shopkeeper.numerics.lifetimes.counts import grouped

PUBLISHED = np.array([0.243, 4.414, 0.793, 2.426])


def by_the_paper(x, last, age, r, alpha, a, b):
    """Equation (6)."""
    start = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    if x == 0:
        return start + stayed
    left = betaln(a + 1, b + x - 1) - betaln(a, b) - (r + x) * np.log(alpha + last)
    return start + logsumexp([stayed, left])


@pytest.mark.parametrize(("x", "last", "age"), [(0, 0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31.0), (1, 0.1, 39), (900, 3, 39)])
def test_the_likelihood_is_the_papers(x, last, age):
    found, _ = bg_nbd.log_likelihood(grouped([x], [last], [age]), PUBLISHED)
    assert found == pytest.approx(by_the_paper(x, last, age, *PUBLISHED), rel=1e-11)


def test_equal_customers_count_as_often_as_there_are():
    one, slope = bg_nbd.log_likelihood(grouped([2], [30.43], [38.86]), PUBLISHED)
    many, slopes = bg_nbd.log_likelihood(grouped([2] * 7, [30.43] * 7, [38.86] * 7), PUBLISHED)
    assert many == pytest.approx(7 * one)
    np.testing.assert_allclose(slopes, 7 * slope)


@pytest.mark.parametrize("seed", range(30))
def test_derivatives_are_exact(seed, bg_world, differences):
    drawn, random = bg_world(40, seed=1), np.random.default_rng(seed)
    counts = grouped(drawn.n_repeats, drawn.last, drawn.age)
    parameters = np.exp(random.uniform(-3, 3, 4))
    value, slope = bg_nbd.log_likelihood(counts, parameters)
    by_differences = differences(bg_nbd.log_likelihood, counts, parameters)
    np.testing.assert_allclose(slope * parameters, by_differences * parameters, atol=1e-7 * abs(value))


def test_what_is_fitted_is_a_peak(bg_world):
    drawn = bg_world(600)
    counts = grouped(drawn.n_repeats, drawn.last, drawn.age)
    found = bg_nbd.fit(counts)
    value, slope = bg_nbd.log_likelihood(counts, found.parameters)
    assert value == pytest.approx(found.log_likelihood)
    np.testing.assert_allclose(slope * found.parameters, 0.0, atol=1e-2)
    assert not found.is_regularized


def test_true_parameters_are_recovered(bg_world):
    """Within three standard errors of a sample of this size, as fits of twenty such samples scatter."""
    drawn = bg_world(6000, seed=3)
    found = bg_nbd.fit(grouped(drawn.n_repeats, drawn.last, drawn.age)).parameters
    np.testing.assert_allclose(found / [0.6, 8.0, 0.8, 2.5], 1.0, atol=0.35)
    np.testing.assert_allclose(found[0] / found[1], 0.6 / 8.0, rtol=0.12)
    np.testing.assert_allclose(found[2] / (found[2] + found[3]), 0.8 / 3.3, rtol=0.15)


def test_time_may_be_told_in_any_unit(bg_world):
    drawn = bg_world(500, seed=4)
    weeks = bg_nbd.fit(grouped(drawn.n_repeats, drawn.last, drawn.age)).parameters
    days = bg_nbd.fit(grouped(drawn.n_repeats, drawn.last * 7, drawn.age * 7)).parameters
    np.testing.assert_allclose(days, weeks * [1, 7, 1, 1], rtol=1e-4)


def test_p_alive_is_the_papers():
    """Fader, Hardie & Lee 2008, Computing P(alive) Using the BG/NBD Model; Batislam et al.'s customer with no repeat is alive."""
    x, last, age = 2.0, 30.43, 38.86
    r, alpha, a, b = PUBLISHED
    expected = 1.0 / (1.0 + a / (b + x - 1.0) * ((alpha + age) / (alpha + last)) ** (r + x))
    found = bg_nbd.p_alive(grouped([0, x, 900], [0, last, 1.0], [39, age, 3000.0]), PUBLISHED)
    np.testing.assert_allclose(found, [1.0, expected, 0.0], atol=1e-12)


@pytest.mark.realdata
def test_cdnow_is_as_published(cdnow):
    """Fader, Hardie & Lee 2005, table 1."""
    found = bg_nbd.fit(grouped(cdnow["n_repeats"], cdnow["last"], cdnow["age"]))
    assert found.parameters.round(3).tolist() == PUBLISHED.tolist()
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05)
