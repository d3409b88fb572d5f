"""There is an answer for any data, without a word of warning; large data take the way over a sample to the same peak."""

import numpy as np
import pytest

from shopkeeper.numerics.lifetimes import bg_nbd, gamma_gamma, maximum_likelihood, nbd, pareto_nbd
from shopkeeper.numerics.lifetimes.ahead import ahead, log_chance
from shopkeeper.numerics.lifetimes.counts import grouped

RANDOM = np.random.default_rng(0)
WORLDS = {
    "nobody": ([], [], []),
    "one customer, one order": ([0], [0], [50]),
    "one customer": ([3], [40], [50]),
    "one customer of today": ([0], [0], [0]),
    "all of today": ([0] * 100, [0] * 100, [0] * 100),
    "all ordered once": ([0] * 300, [0] * 300, RANDOM.integers(0, 365, 300)),
    "all the same": ([5] * 100, [100] * 100, [120] * 100),
    "all the same, and today": ([5] * 100, [120] * 100, [120] * 100),
    "every day": ([364] * 100, [364] * 100, [364] * 100),
    "many orders, then nothing": ([20] * 100 + [0] * 100, [30] * 100 + [0] * 100, [700] * 200),
    "huge counts": (RANDOM.integers(0, 10**6, 60), RANDOM.integers(1, 1000, 60), [1000] * 60),
    "one huge count": ([10**7], [1e-3], [1e9]),
    "nonsense": ([-5, np.nan, 3, 2], [np.nan, 3, -7, 1e9], [5, np.nan, 4, -9]),
    "two": ([0, 1], [0, 5], [10, 10]),
    "a short time": (RANDOM.poisson(2, 100), [1e-9] * 100, [2e-9] * 100),
    "a long time": (RANDOM.poisson(2, 100), [1e9] * 100, [2e9] * 100),
}


@pytest.mark.parametrize("model", [bg_nbd, pareto_nbd, nbd], ids=lambda model: model.FAMILY.model)
@pytest.mark.parametrize("world", WORLDS)
def test_there_is_an_answer_for_any_data(world, model):
    columns = [np.asarray(column, float) for column in WORLDS[world]]
    counts = grouped(*columns)
    with np.errstate(divide="raise", over="raise", invalid="raise"):
        fit = model.fit(counts)
        worth = gamma_gamma.fit(gamma_gamma.spending(counts.n_repeats, counts.age))
        for horizon in (0.0, 1.0, 365.0, 1e6):
            found = ahead(fit, counts, horizon, worth=worth)
            for name in ("p_alive", "p_buys", "orders", "low", "high", "worth_low", "worth_high"):
                assert np.all(np.isfinite(getattr(found, name))), name
                assert np.all(getattr(found, name) >= 0.0), name
            assert np.all(found.low <= found.high)
            assert np.all(found.worth_low <= found.worth_high)
            assert np.all(found.p_buys <= found.p_alive + 1e-12)
            assert np.all(np.isfinite(log_chance(fit, counts, horizon, counts.n_repeats)))
    assert np.all(np.isfinite(fit.parameters))
    assert np.all(fit.parameters > 0.0)


def test_a_shop_in_which_all_ordered_once_expects_next_to_nothing():
    for model in (bg_nbd, pareto_nbd, nbd):
        counts = grouped(np.zeros(300), np.zeros(300), np.arange(300))
        fit = model.fit(counts)
        assert fit.is_regularized
        assert ahead(fit, counts, 300.0).orders.max() < 0.05


def test_a_shop_in_which_nobody_leaves_expects_everybody_to_stay(bg_world):
    drawn = bg_world(1500, r=2.0, a=0.0, seed=5)
    counts = grouped(drawn.n_repeats, drawn.last, drawn.age)
    for model in (bg_nbd, pareto_nbd):
        found = ahead(model.fit(counts), counts, 50.0)
        assert np.average(found.p_alive, weights=counts.weight) > 0.97
        assert found.orders[counts.place].mean() == pytest.approx(drawn.later.mean(), rel=0.06)


def test_little_data_is_drawn_to_usual_values_and_says_so():
    assert bg_nbd.fit(grouped([3], [40.0], [50.0])).is_regularized
    assert nbd.fit(grouped([5] * 100, [100] * 100, [120] * 100)).is_regularized


@pytest.mark.parametrize("model", [bg_nbd, pareto_nbd, nbd], ids=lambda model: model.FAMILY.model)
def test_the_way_over_a_sample_leads_to_the_same_peak(model, pareto_world, monkeypatch):
    drawn = pareto_world(4000, seed=6)
    counts = grouped(drawn.n_repeats, np.ceil(drawn.last), np.ceil(drawn.age))
    straight = model.fit(counts)
    monkeypatch.setattr(maximum_likelihood, "SEARCHED", (400, 1500))
    over = model.fit(counts)
    assert over.log_likelihood == pytest.approx(straight.log_likelihood, abs=1e-3)
    np.testing.assert_allclose(np.log(over.parameters), np.log(straight.parameters), atol=0.02)


def test_a_pull_moves_nothing_where_the_data_speaks(bg_world):
    drawn = bg_world(600)
    found = bg_nbd.fit(grouped(drawn.n_repeats, drawn.last, drawn.age))
    assert not found.is_regularized
    assert found.model == "BG/NBD"


def test_a_ridge_that_leads_out_of_the_bounds_is_left_after_a_few_looks():
    """Two parameters of which only the quotient is told, and a little that both are larger than may be."""
    n_looks = 0

    def log_likelihood(cases, parameters):
        nonlocal n_looks
        n_looks += 1
        one, other = np.log(parameters)
        apart, out = one - other - 1.0, np.exp(-0.5 * (one + other))
        slopes = np.array([100.0 * apart - 0.05 * out, -100.0 * apart - 0.05 * out])
        return -(50.0 * apart**2 + 0.1 * out) * cases.n_customers, -slopes / parameters * cases.n_customers

    family = maximum_likelihood.Family("ridge", ((1.0, 1.0), (0.1, 2.0)), (1.0, 1.0), ())
    counts = grouped(np.arange(50.0), np.arange(50.0), np.full(50, 60.0))
    found = maximum_likelihood.maximized(family, log_likelihood, counts, 1.0, is_told=True)
    assert found.is_regularized
    assert np.log(found.parameters[0] / found.parameters[1]) == pytest.approx(1.0, abs=1e-3)
    assert n_looks < 200
