"""How likely each number of orders is: against the papers' formulas, draws, and itself on both of its ways."""

import numpy as np
import pytest
from scipy.special import beta as beta_function
from scipy.stats import nbinom

from shopkeeper.numerics.compiling import kernel
from shopkeeper.numerics.lifetimes import chances as module
from shopkeeper.numerics.lifetimes.chances import BG_NBD, N_STAYS, PARETO_NBD, WIDTH, chances


@kernel
def worked_out(kind, alive, shape, rate, third, fourth, horizon, number, more, room):
    return chances(kind, alive, shape, rate, third, fourth, horizon, number, more, room)


def more_than(kind, *customer):
    """(numbers, P(X > number)) for alive, shape, rate, third, fourth, horizon."""
    number, more = np.empty(WIDTH), np.empty(WIDTH)
    size = worked_out(kind, *(float(each) for each in customer), number, more, np.empty((4, N_STAYS)))
    return number[:size], more[:size]


def by_the_paper(n, r, alpha, a, b, t):
    """Fader, Hardie & Lee 2005, equation (8): exactly n orders of a new customer of BG/NBD within t."""
    whole = beta_function(a, b + n) / beta_function(a, b) * nbinom.pmf(n, r, alpha / (alpha + t))
    if n == 0:
        return whole
    return whole + beta_function(a + 1, b + n - 1) / beta_function(a, b) * nbinom.sf(n - 1, r, alpha / (alpha + t))


def test_bg_nbd_is_the_papers():
    r, alpha, a, b, t = 0.243, 4.414, 0.793, 2.426, 39.0
    number, more = more_than(BG_NBD, 1.0, r, alpha, a, b, t)
    exactly = -np.diff(np.concatenate(([1.0], more)))
    np.testing.assert_allclose(exactly[:30], [by_the_paper(n, r, alpha, a, b, t) for n in range(30)], atol=1e-12)
    assert number[:4].tolist() == [0, 1, 2, 3]


def test_nobody_leaves_and_orders_are_negative_binomial():
    number, more = more_than(BG_NBD, 1.0, 2.5, 10.0, 0.0, 1.0, 30.0)
    np.testing.assert_allclose(more, nbinom.sf(number, 2.5, 0.25), atol=1e-12)


def test_pareto_nbd_is_what_is_drawn():
    random, n = np.random.default_rng(0), 400_000
    rate, stay = random.gamma(1.8, 1 / 12.0, n), random.exponential(1.0 / random.gamma(0.7, 1 / 40.0, n))
    orders = random.poisson(rate * np.minimum(stay, 52.0))
    number, more = more_than(PARETO_NBD, 1.0, 1.8, 12.0, 0.7, 40.0, 52.0)
    for n_orders in (0, 1, 3, 8, 15):
        assert more[n_orders] == pytest.approx(np.mean(orders > n_orders), abs=0.003)
    assert number[15] == 15


def test_whoever_has_left_orders_nothing():
    for kind in (BG_NBD, PARETO_NBD):
        assert more_than(kind, 0.0, 2.0, 10.0, 0.5, 2.0, 30.0)[1].tolist() == [0.0]
        assert more_than(kind, 1.0, 2.0, 10.0, 0.5, 2.0, 0.0)[1].tolist() == [0.0]
        _, whole = more_than(kind, 1.0, 2.0, 10.0, 0.5, 2.0, 30.0)
        _, half = more_than(kind, 0.5, 2.0, 10.0, 0.5, 2.0, 30.0)
        np.testing.assert_allclose(half, 0.5 * whole[: len(half)], rtol=1e-12)


@pytest.mark.parametrize("kind", [BG_NBD, PARETO_NBD])
@pytest.mark.parametrize("customer", [(0.9, 40.0, 30.0, 0.4, 9.0, 300.0), (1.0, 3.0, 5.0, 0.3, 4.0, 500.0)])
def test_both_ways_agree(kind, customer):
    """Number by number, and at 400 numbers as where they are too many: the same probabilities at the same numbers."""
    number, more = more_than(kind, *customer)
    told, sparse, room = np.empty(WIDTH), np.empty(WIDTH), np.empty((4, N_STAYS))
    if kind == PARETO_NBD:
        module.stays(customer[3], customer[4], customer[5], room[0], room[1])
    size = module._sparse(kind, *customer[:5], room[0], room[1], customer[5], told, sparse)
    assert size <= 2 * module.SPARSE
    known = told[:size] < len(number)
    np.testing.assert_allclose(sparse[:size][known], more[told[:size][known].astype(int)], atol=1e-7)


@pytest.mark.parametrize("kind", [BG_NBD, PARETO_NBD])
@pytest.mark.parametrize(
    "customer", [(1.0, 1e7, 1e3, 0.1, 5.0, 365.0), (1.0, 20.0, 2e-8, 0.5, 2.0, 1e6), (0.5, 0.01, 1e-6, 1e-5, 1e5, 1e4)]
)
def test_numbers_beyond_counting(kind, customer):
    number, more = more_than(kind, *customer)
    assert np.all(np.diff(number) > 0)
    assert np.all(np.diff(more) <= 0)
    assert np.all((more >= 0) & (more <= 1))
