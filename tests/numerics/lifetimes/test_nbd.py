"""NBD: in closed form, and where nobody leaves."""

import numpy as np
import pytest
from scipy.stats import nbinom

from shopkeeper.numerics.lifetimes import bg_nbd, nbd
from shopkeeper.numerics.lifetimes.counts import grouped


def test_the_likelihood_is_that_of_a_negative_binomial():
    """Up to the ways in which the orders may lie in time: x! / T^x."""
    r, alpha, x, age = 0.7, 9.0, 4, 31.0
    found, _ = nbd.log_likelihood(grouped([x], [20.0], [age]), np.array([r, alpha]))
    known = nbinom.logpmf(x, r, alpha / (alpha + age)) + np.sum(np.log(np.arange(1, x + 1))) - x * np.log(age)
    assert found == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_derivatives_are_exact(seed, bg_world, differences):
    drawn, random = bg_world(40, seed=1), np.random.default_rng(seed)
    counts, parameters = grouped(drawn.n_repeats, drawn.last, drawn.age), np.exp(random.uniform(-3, 3, 2))
    value, slope = nbd.log_likelihood(counts, parameters)
    np.testing.assert_allclose(
        slope * parameters, differences(nbd.log_likelihood, counts, parameters) * parameters, atol=1e-7 * abs(value)
    )


def test_true_parameters_are_recovered_where_nobody_leaves(bg_world):
    drawn = bg_world(3000, a=0.0, seed=2)
    counts = grouped(drawn.n_repeats, drawn.last, drawn.age)
    found = nbd.fit(counts)
    np.testing.assert_allclose(found.parameters / [0.6, 8.0], 1.0, atol=0.12)
    assert not found.is_regularized
    assert bg_nbd.fit(counts).log_likelihood == pytest.approx(found.log_likelihood, abs=2.0)
