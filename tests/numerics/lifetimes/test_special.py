"""Special functions against scipy's."""

import numpy as np
import pytest
from scipy import special as exact

from shopkeeper.numerics.lifetimes import special


@pytest.mark.parametrize("x", [1e-9, 1e-3, 0.243, 0.999, 1.0, 1.4616321, 7.9, 8.0, 30.86, 1e4, 1e9])
def test_digamma(x):
    assert special.digamma(x) == pytest.approx(exact.digamma(x), rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("start", [1e-6, 0.3, 2.0, 900.0, 9e4])
@pytest.mark.parametrize("steps", [0.0, 0.5, 1.0, 40.0, 1e4])
def test_ratios_of_gamma_functions(start, steps):
    assert special.log_rising(start, steps) == pytest.approx(
        exact.gammaln(start + steps) - exact.gammaln(start), rel=1e-9, abs=1e-9
    )


def test_ratios_lose_no_digits_where_the_start_is_large():
    """log((a)_3) for a = 1e8, by the product itself."""
    a = 1e8
    assert special.log_rising(a, 3.0) == pytest.approx(np.log(a) + np.log(a + 1) + np.log(a + 2), abs=1e-12)


def test_log_sum():
    assert special.log_sum(np.log(3.0), np.log(4.0)) == pytest.approx(np.log(7.0))
    assert special.log_sum(-1e5, -1e5) == pytest.approx(-1e5 + np.log(2.0))
    assert special.log_sum(1000.0, -1000.0) == 1000.0


@pytest.mark.parametrize("x", [0.0, 1e-6, 0.1, 0.63, 0.999, 1.0])
@pytest.mark.parametrize(("a", "b"), [(1.0, 0.24), (3.0, 26.2), (51.0, 0.5), (400.0, 900.0), (1e5, 3.0)])
def test_incomplete_beta(x, a, b):
    assert special.beta_below(x, a, b) == pytest.approx(exact.betainc(a, b, x), rel=1e-9, abs=1e-12)
