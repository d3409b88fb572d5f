import numpy as np
import pytest

from shopkeeper.numerics.rhythm.gaps import GapPrior, fit_gap_prior, next_gap

PRIOR = GapPrior(3.0, 2.0, 4.0, 2.0)


def drawn(n_customers, prior, seed=0):
    """Sufficient statistics of customers drawn from the prior, with one to twelve gaps each."""
    random = np.random.default_rng(seed)
    variance = prior.rate / random.gamma(prior.shape, 1.0, n_customers)
    own = random.normal(prior.mean, np.sqrt(variance / prior.weight))
    n = random.integers(1, 13, n_customers)
    rows = [random.normal(own[c], np.sqrt(variance[c]), n[c]) for c in range(n_customers)]
    return n.astype(float), np.array([row.mean() for row in rows]), np.array([row.var() * len(row) for row in rows])


def test_the_prior_that_gaps_were_drawn_from_is_found():
    found = fit_gap_prior(*drawn(6_000, PRIOR))
    assert found.mean == pytest.approx(3.0, abs=0.03)
    assert found.weight == pytest.approx(2.0, rel=0.1)
    assert found.shape == pytest.approx(4.0, rel=0.15)
    assert found.rate / found.shape == pytest.approx(0.5, rel=0.05)


def test_the_next_gap_by_hand():
    """Two gaps of mean log 5 and squares 0.5: location (2*3 + 2*5)/4, rate 2 + 0.25 + 2*2*4/(2*4), scale^2 rate*5/(5*4)."""
    location, scale = next_gap(PRIOR, np.array([2.0]), np.array([5.0]), np.array([0.5]))
    assert location[0] == 4.0
    assert scale[0] == pytest.approx(np.sqrt(4.25 * 5 / (5 * 4)))


def test_without_gaps_everybody_is_as_usual_and_with_many_themselves():
    n = np.array([0.0, 1.0, 1000.0])
    location, scale = next_gap(PRIOR, n, np.array([9.0, 9.0, 9.0]), np.zeros(3))
    assert location[0] == 3.0
    assert location[1] == 5.0
    assert location[2] == pytest.approx(9.0, abs=0.02)
    assert scale[2] < 0.3 < scale[0]


def test_it_never_fails():
    for n, mean in (
        (np.zeros(0), np.zeros(0)),
        (np.zeros(4), np.zeros(4)),
        (np.ones(1), np.array([10.5])),
        (np.full(50, 9.0), np.full(50, 1.9)),
    ):
        found = fit_gap_prior(n, mean, np.zeros(len(n)))
        assert np.isfinite([found.mean, found.weight, found.shape, found.rate]).all()
        assert min(found.weight, found.shape, found.rate) > 0
