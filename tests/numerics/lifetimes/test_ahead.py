"""What is ahead: known customers of CDNOW, exact probabilities, and intervals that hold their share."""

import numpy as np
import pytest

from shopkeeper.numerics.lifetimes import bg_nbd, gamma_gamma, pareto_nbd
from shopkeeper.numerics.lifetimes.ahead import ahead, log_chance, p_alive
from shopkeeper.numerics.lifetimes.counts import Counts, grouped
from shopkeeper.numerics.lifetimes.maximum_likelihood import Fit

BG = Fit("BG/NBD", np.array([0.243, 4.414, 0.793, 2.426]), 0.0)
FITTED_BG = Fit("BG/NBD", np.array([0.2426, 4.4136, 0.7929, 2.4259]), 0.0)
PARETO = Fit("Pareto/NBD", np.array([0.5534, 10.5802, 0.6061, 11.6562]), 0.0)
NBD = Fit("NBD", np.array([0.385, 12.07]), 0.0)
MODELS = [bg_nbd, pareto_nbd]


def each(n_repeats, last, age):
    """One history a customer."""
    columns = (np.asarray(column, float) for column in (n_repeats, last, age))
    return Counts(*columns, np.ones(len(n_repeats)), np.arange(len(n_repeats)))


def test_a_known_customer_of_the_bg_nbd_paper():
    """x = 2, t_x = 30.43, T = 38.86: 1.226 orders in the next 39 weeks (Fader, Hardie & Lee 2005, in Excel)."""
    assert ahead(BG, grouped([2], [30.43], [38.86]), 39.0).orders[0] == pytest.approx(1.226, abs=5e-4)


def test_a_known_customer_of_the_btyd_walkthrough():
    """Customer 1516 of CDNOW (x = 26, t_x = 30 6/7, T = 31), 52 weeks ahead."""
    customer = grouped([26], [216 / 7], [31.0])
    one, other = ahead(PARETO, customer, 52.0), ahead(FITTED_BG, customer, 52.0)
    assert (one.orders[0], one.p_alive[0]) == (pytest.approx(25.456, abs=3e-3), pytest.approx(0.9979, abs=5e-5))
    assert (other.orders[0], other.p_alive[0]) == (pytest.approx(25.757, abs=3e-3), pytest.approx(0.9689, abs=5e-5))


def test_a_new_customer_of_cdnow():
    """1.473 (Pareto/NBD) and 1.444 (BG/NBD) orders in the first year."""
    nobody = grouped([0], [0], [0])
    assert ahead(PARETO, nobody, 52.0).orders[0] == pytest.approx(1.473, abs=1e-3)
    assert ahead(FITTED_BG, nobody, 52.0).orders[0] == pytest.approx(1.444, abs=1e-3)


def test_orders_of_a_customer_who_never_leaves():
    """(r + x) t / (alpha + T)."""
    found = ahead(NBD, grouped([3], [10.0], [20.0]), 30.0)
    assert found.orders[0] == pytest.approx(3.385 * 30.0 / 32.07, rel=1e-6)
    assert found.p_alive[0] == 1.0


@pytest.mark.parametrize("s", [0.5, 0.999999999, 1.0, 1.000001, 3.0])
def test_orders_are_the_sum_of_their_probabilities(s):
    """The closed form of Pareto/NBD agrees with its probabilities, also where it divides by s - 1."""
    fit = Fit("Pareto/NBD", np.array([0.8, 8.0, s, 30.0]), 0.0)
    customer = each([4] * 60, [50.0] * 60, [60.0] * 60)
    told = np.exp(log_chance(fit, customer, 20.0, np.arange(60.0)))
    assert told.sum() == pytest.approx(1.0, abs=1e-5)
    assert ahead(fit, customer, 20.0).orders[0] == pytest.approx(told @ np.arange(60.0), rel=2e-3)


def test_the_horizon_may_differ_from_customer_to_customer():
    customers = each([2, 2, 2], [30, 30, 30], [39, 39, 39])
    found = ahead(BG, customers, np.array([10.0, 39.0, 0.0]))
    assert found.orders[0] == ahead(BG, customers, 10.0).orders[0]
    assert found.orders[1] == ahead(BG, customers, 39.0).orders[1]
    assert (found.orders[2], found.high[2], found.p_buys[2]) == (0.0, 0.0, 0.0)
    assert 0.0 < found.orders[0] < found.orders[1]


@pytest.mark.parametrize("fit", [BG, PARETO, NBD], ids=lambda fit: fit.model)
def test_chances_sum_to_one_and_give_the_mean(fit):
    customers = each([2] * 120, [30] * 120, [39] * 120)
    told = np.exp(log_chance(fit, customers, 39.0, np.arange(120.0)))
    assert told.sum() == pytest.approx(1.0, abs=1e-4)
    found = ahead(fit, customers, 39.0)
    assert told @ np.arange(120.0) == pytest.approx(found.orders[0], rel=5e-3)
    assert found.p_buys[0] == pytest.approx(1.0 - told[0])
    inside = told[int(found.low[0]) : int(found.high[0]) + 1].sum()
    assert inside >= 0.9
    assert inside - told[int(found.high[0])] < 0.9


def test_a_wider_interval_holds_the_narrower_one():
    customers = each([0, 2, 26], [0, 30, 30], [39, 39, 31])
    one, other = ahead(PARETO, customers, 39.0, share=0.5), ahead(PARETO, customers, 39.0, share=0.95)
    assert np.all(other.low <= one.low)
    assert np.all(other.high >= one.high)


def test_more_customers_are_worked_out_in_threads_and_alike():
    random = np.random.default_rng(0)
    age = random.integers(1, 900, 20_000)
    counts = each(random.integers(0, 9, 20_000), age // 2, age)
    worth = Fit("Gamma-Gamma", np.array([6.25, 3.74, 15.44]), 0.0)
    whole = ahead(PARETO, counts, 39.0, worth=worth)
    part = ahead(PARETO, each(counts.n_repeats[777:779], counts.last[777:779], counts.age[777:779]), 39.0, worth=worth)
    for name in ("p_alive", "p_buys", "orders", "low", "high", "worth_low", "worth_high"):
        assert getattr(whole, name)[777:779].tolist() == getattr(part, name).tolist(), name


@pytest.mark.parametrize("share", [0.8, 0.9])
def test_intervals_hold_their_share_of_customers_drawn_from_bg_nbd(share, bg_world):
    drawn = bg_world(4000, r=1.5, seed=7, ahead=80.0)
    _holds(bg_nbd, drawn, 80.0, share)


@pytest.mark.parametrize("share", [0.8, 0.9])
def test_intervals_hold_their_share_of_customers_drawn_from_pareto_nbd(share, pareto_world):
    drawn = pareto_world(4000, r=1.5, seed=7, ahead=80.0)
    _holds(pareto_nbd, drawn, 80.0, share)


def _holds(model, drawn, horizon, share):
    counts = grouped(drawn.n_repeats, drawn.last, drawn.age)
    fit = model.fit(counts)
    found = ahead(fit, counts, horizon, share=share)
    low, high = found.low[counts.place], found.high[counts.place]
    inside = (drawn.later >= low) & (drawn.later <= high)
    assert inside.mean() > share - 0.02
    # Whole numbers hold more than the share where there are few of them: who has left for sure is met always.
    assert share - 0.02 < inside[high - low >= 3].mean() < share + 0.05
    assert found.orders[counts.place].mean() == pytest.approx(drawn.later.mean(), rel=0.08)
    own = drawn.n_repeats / drawn.age * horizon
    told = np.mean((found.orders[counts.place] - drawn.later) ** 2)
    assert told < 0.9 * np.mean((own - drawn.later) ** 2)
    assert told < 0.9 * np.mean((own.mean() - drawn.later) ** 2)


@pytest.mark.realdata
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.FAMILY.model)
@pytest.mark.parametrize("share", [0.8, 0.9])
def test_intervals_hold_their_share_of_cdnow(cdnow, model, share):
    """The second 39 weeks of CDNOW: orders and worth, told from the first 39."""
    counts = grouped(cdnow["n_repeats"], cdnow["last"], cdnow["age"])
    worth = gamma_gamma.fit(gamma_gamma.spending(cdnow["n_repeats"], cdnow["mean_value"]))
    found = ahead(model.fit(counts), counts, 39.0, share=share, worth=worth)
    low, high = found.low[counts.place], found.high[counts.place]
    assert share - 0.02 < np.mean((cdnow["later"] >= low) & (cdnow["later"] <= high)) < share + 0.06
    paid = worth.parameters[2] + cdnow["n_repeats"] * cdnow["mean_value"]
    low, high = found.worth_low[counts.place] * paid, found.worth_high[counts.place] * paid
    assert share - 0.04 < np.mean((cdnow["value_later"] >= low) & (cdnow["value_later"] <= high)) < share + 0.06


@pytest.mark.realdata
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.FAMILY.model)
def test_orders_of_cdnow_are_foretold_by_how_often_customers_came(cdnow, model):
    """Figure 4 of Fader, Hardie & Lee 2005: conditional expectations follow what came, and beat both naive answers."""
    counts = grouped(cdnow["n_repeats"], cdnow["last"], cdnow["age"])
    told = ahead(model.fit(counts), counts, 39.0).orders[counts.place]
    group = np.minimum(cdnow["n_repeats"], 7)
    for repeats in range(8):
        assert told[group == repeats].mean() == pytest.approx(cdnow["later"][group == repeats].mean(), rel=0.3, abs=0.1)
    error = np.mean((told - cdnow["later"]) ** 2)
    assert error < 0.6 * np.mean((cdnow["n_repeats"] / cdnow["age"] * 39.0 - cdnow["later"]) ** 2)
    assert error < 0.7 * np.mean((cdnow["later"].mean() - cdnow["later"]) ** 2)


def test_nobody_is_asked_about():
    nobody = grouped([], [], [])
    for fit in (BG, PARETO, NBD):
        assert len(ahead(fit, nobody, 39.0).orders) == 0
        assert len(p_alive(fit, nobody)) == 0
        assert len(log_chance(fit, nobody, 39.0, np.empty(0))) == 0
