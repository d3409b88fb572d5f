"""Pareto/NBD against its papers (with Gauss's hypergeometric function), finite differences, and customers drawn from it."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1

from shopkeeper.numerics.lifetimes import pareto_nbd
from shopkeeper.numerics.lifetimes.counts import grouped

PUBLISHED = np.array([0.553, 10.578, 0.606, 11.669])


def by_the_paper(x, last, age, r, alpha, s, beta):
    """Fader & Hardie 2005, equations (18) to (20): the likelihood by 2F1."""
    total = r + s + x

    def one(t):
        if alpha >= beta:
            return hyp2f1(total, s + 1, total + 1, (alpha - beta) / (alpha + t)) / (alpha + t) ** total
        return hyp2f1(total, r + x, total + 1, (beta - alpha) / (beta + t)) / (beta + t) ** total

    stayed = 1.0 / ((alpha + age) ** (r + x) * (beta + age) ** s)
    left = s / total * (one(last) - one(age))
    return gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.log(stayed + left)


CUSTOMERS = [(0, 0.0, 38.86), (2, 30.43, 38.86), (26, 30.86, 31.0), (1, 0.14, 39.0), (5, 1.0, 39.0), (3, 39.0, 39.0)]
PARAMETERS = [PUBLISHED, [0.5, 11.669, 0.6, 11.669], [0.5, 11.67, 0.6, 11.669], [0.5, 2.0, 0.3, 40.0], [3.0, 40.0, 0.4, 2.0]]


@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("customer", CUSTOMERS)
def test_the_likelihood_is_the_papers(customer, parameters):
    """For alpha above, below, near and equal to beta."""
    found, _ = pareto_nbd.log_likelihood(grouped(*([each] for each in customer)), np.array(parameters))
    assert found == pytest.approx(by_the_paper(*customer, *parameters), rel=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_the_likelihood_far_from_anything_usual(seed):
    """By the integral itself, where the differences of the papers' formula cancel."""
    random = np.random.default_rng(seed)
    r, alpha, s, beta = np.exp(random.uniform(-4, 5, 4))
    x, age = float(random.choice([0, 1, 4, 60])), float(np.exp(random.uniform(0, 5)))
    last = age * random.random() if x else 0.0
    top = -(r + x) * np.log(alpha + last) - (s + 1) * np.log(beta + last)

    def part(u):  # on a logarithmic scale
        y = last + (age - last) * np.exp(-u)
        return np.exp(-(r + x) * np.log(alpha + y) - (s + 1) * np.log(beta + y) - top - u) * (age - last)

    left = sum(quad(part, low, low + 2.0, epsrel=1e-11)[0] for low in np.arange(0.0, 40.0, 2.0))
    stayed = np.exp(-(r + x) * np.log(alpha + age) - s * np.log(beta + age) - top)
    expected = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + top + np.log(stayed + s * left)
    found, _ = pareto_nbd.log_likelihood(grouped([x], [last], [age]), np.array([r, alpha, s, beta]))
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("seed", range(40))
def test_derivatives_are_exact(seed, pareto_world, differences):
    drawn, random = pareto_world(40, seed=1), np.random.default_rng(seed)
    counts = grouped(drawn.n_repeats, drawn.last, drawn.age)
    parameters = np.exp(random.uniform(-4, 4, 4))
    value, slope = pareto_nbd.log_likelihood(counts, parameters)
    by_differences = differences(pareto_nbd.log_likelihood, counts, parameters)
    np.testing.assert_allclose(slope * parameters, by_differences * parameters, atol=1e-7 * abs(value))


def test_derivatives_where_both_times_are_the_same(pareto_world, differences):
    drawn = pareto_world(40, seed=2)
    counts, parameters = grouped(drawn.n_repeats, drawn.last, drawn.age), np.array([0.7, 9.0, 0.8, 9.0])
    _, slope = pareto_nbd.log_likelihood(counts, parameters)
    np.testing.assert_allclose(slope, differences(pareto_nbd.log_likelihood, counts, parameters), rtol=1e-6)


def test_true_parameters_are_recovered(pareto_world):
    drawn = pareto_world(6000, seed=3)
    found = pareto_nbd.fit(grouped(drawn.n_repeats, drawn.last, drawn.age))
    assert not found.is_regularized
    np.testing.assert_allclose(found.parameters[:2] / [0.8, 8.0], 1.0, atol=0.15)
    np.testing.assert_allclose(found.parameters[2:] / [0.9, 30.0], 1.0, atol=0.4)


def test_p_alive_is_right_for_customers_whose_truth_is_known(pareto_world):
    drawn = pareto_world(6000, seed=4)
    counts = grouped(drawn.n_repeats, drawn.last, drawn.age)
    told = pareto_nbd.p_alive(counts, np.array([0.8, 8.0, 0.9, 30.0]))[counts.place]
    for low, high in ((0.0, 0.3), (0.3, 0.6), (0.6, 0.9), (0.9, 1.0)):
        among = (told >= low) & (told < high)
        assert drawn.alive[among].mean() == pytest.approx(told[among].mean(), abs=4 * 0.5 / np.sqrt(among.sum()))


@pytest.mark.realdata
def test_cdnow_is_as_published(cdnow):
    """Fader, Hardie & Lee 2005, table 1."""
    found = pareto_nbd.fit(grouped(cdnow["n_repeats"], cdnow["last"], cdnow["age"]))
    assert found.parameters.round(3).tolist() == PUBLISHED.tolist()
    assert found.log_likelihood == pytest.approx(-9595.0, abs=0.05)
