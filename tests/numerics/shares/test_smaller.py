import numpy as np
import pytest

from shopkeeper.numerics.shares.smaller import corrected, smaller_p


def test_the_lady_tasting_tea():
    """Fisher, The Design of Experiments (1935): all eight cups right by chance once in seventy."""
    assert smaller_p(np.array([0]), np.array([4]), np.array([4]), np.array([4]))[0] == pytest.approx(1 / 70)


def test_it_is_the_hypergeometric_distribution():
    from scipy.stats import hypergeom

    random = np.random.default_rng(0)
    of, of_rest = random.integers(1, 3_000, 60), random.integers(1, 400_000, 60)
    n, n_rest = random.binomial(of, 0.28), random.binomial(of_rest, 0.3)
    wanted = hypergeom.cdf(n, of + of_rest, n + n_rest, of)
    np.testing.assert_allclose(smaller_p(n, of, n_rest, of_rest), wanted, rtol=1e-6, atol=1e-12)


def test_a_side_without_cases_says_nothing():
    assert smaller_p(np.array([0, 3]), np.array([0, 9]), np.array([5, 0]), np.array([9, 0])).tolist() == [1.0, 1.0]


def test_more_than_the_rest_is_no_drop():
    assert smaller_p(np.array([90]), np.array([100]), np.array([500]), np.array([1000]))[0] > 0.99


def test_holms_correction_by_hand():
    """The smallest of four times four, the next times three, and never less than the one before."""
    assert corrected(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert corrected(np.array([0.5, 0.9])).tolist() == [1.0, 1.0]


def test_nothing_is_found_where_there_is_nothing():
    random = np.random.default_rng(3)
    found = 0
    for _ in range(200):
        of = random.integers(20, 400, 60)
        n = random.binomial(of, 0.3)
        found += bool((corrected(smaller_p(n, of, n.sum() - n, of.sum() - of)) <= 0.05).any())
    assert found <= 20, "in about one of twenty shops of noise at most"
