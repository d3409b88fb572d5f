"""Tail probabilities against scipy's and against sums of every case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from shopkeeper.numerics.itemsets.rules.tails import binomial, fisher, many_chances


def test_fishers_tea():
    """The lady who tastes tea (Fisher 1935): all four right of eight, one in seventy."""
    assert np.exp(fisher(np.array([4]), np.array([4]), np.array([4]), 8))[0] == pytest.approx(1 / 70)
    assert np.exp(fisher(np.array([3]), np.array([4]), np.array([4]), 8))[0] == pytest.approx(17 / 70)


@given(st.integers(1, 3000), st.data())
def test_fisher_is_the_hypergeometric_tail(n_all, data):
    left, right = data.draw(st.integers(0, n_all)), data.draw(st.integers(0, n_all))
    both = data.draw(st.integers(0, min(left, right)))
    found = fisher(np.array([both]), np.array([left]), np.array([right]), n_all)[0]
    expected = stats.hypergeom.sf(both - 1, n_all, left, right)
    if expected > 1e-250:
        assert found == pytest.approx(np.log(expected), rel=1e-8, abs=1e-9)


def test_what_is_too_small_for_a_number_has_a_logarithm():
    found = fisher(np.array([5000]), np.array([5000]), np.array([5000]), 1_000_000)[0]
    ways = [stats.hypergeom.logpmf(5000, 1_000_000, 5000, 5000)]
    assert found == pytest.approx(ways[0], rel=1e-9)
    assert found < -20_000


@given(st.integers(0, 400), st.floats(0.001, 0.999), st.data())
def test_binomial(n, p, data):
    k = data.draw(st.integers(0, n))
    expected = stats.binom.sf(k - 1, n, p)
    if expected > 1e-250:
        assert binomial(np.array([k]), np.array([n]), np.array([p]))[0] == pytest.approx(np.log(expected), rel=1e-8, abs=1e-9)


def every_case(n, p):
    """P(exactly k) by folding one trial after the other."""
    chance = np.ones(1)
    for times, each in zip(n, p, strict=True):
        for _ in range(times):
            chance = np.convolve(chance, [1 - each, each])
    return chance


@pytest.mark.parametrize("seed", range(6))
def test_many_chances_are_within_a_tenth_of_the_sum_of_every_case(seed):
    random = np.random.default_rng(seed)
    n, p = random.integers(5, 60, 8), 10 ** random.uniform(-3.5, -0.3, 8)
    exact = every_case(n, p)[::-1].cumsum()[::-1]
    k = np.arange(int(n @ p) + 2, min(n.sum(), 60))
    k = k[exact[k] > 1e-200]
    np.testing.assert_allclose(np.exp(many_chances(k, n, p) - np.log(exact[k])), 1.0, atol=0.1)


def test_many_chances_at_their_ends():
    n, p = np.array([2, 1]), np.array([0.5, 0.25])
    found = many_chances(np.array([0, 1, 3, 4]), n, p)
    assert found[:2].tolist() == [0.0, 0.0], "not above the mean"
    assert found[2] == pytest.approx(np.log(0.25 * 0.25)), "all of them"
    assert found[3] == -np.inf, "more than all"
