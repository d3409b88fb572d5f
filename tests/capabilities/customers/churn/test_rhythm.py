import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.capabilities.customers.churn.read import DAY, OrderDays
from shopkeeper.capabilities.customers.churn.rhythm import Rhythm, gaps_days, learn_rhythm, return_days
from shopkeeper.numerics.classifying.scores import probability_of


def test_gaps_closed_and_still_open():
    moments = np.array([0, 10, 13, 5], np.int64) * DAY + 3_600_000_000
    orders = OrderDays(pa.array(["a", "b"]), np.array([0, 3, 4]), moments, moments)
    closed, still_open = gaps_days(orders, 20 * DAY)
    assert closed.tolist() == [10.0, 3.0]
    assert still_open.tolist() == [7.0, 15.0]


def test_the_time_in_which_returns_happen_by_hand():
    # Kaplan & Meier: of 4 waiting one comes back after 1 day, of 3 one after 2, one leaves our sight at 3, the last comes after 4.
    # Survival 3/4, 1/2, 1/2, 0: half of all returns are there by day 2, 95 % by day 4.
    gap, still_open = np.array([1.0, 2.0, 4.0]), np.array([3.0])
    assert return_days(gap, still_open, 0.5) == 2.0
    assert return_days(gap, still_open, 0.95) == 4.0


def test_it_is_the_quantile_of_the_gaps_where_everybody_returns():
    random = np.random.default_rng(1)
    gap = np.ceil(random.exponential(30.0, 5_000))
    assert return_days(gap, np.empty(0)) == pytest.approx(-30.0 * np.log(0.05), rel=0.07)
    # Seen for 10 to 150 days each: those seen to come back are the quicker ones.
    seen = np.ceil(random.uniform(10.0, 150.0, len(gap)))
    closed, still_open = gap[gap <= seen], seen[gap > seen]
    assert return_days(closed, still_open) == pytest.approx(-30.0 * np.log(0.05), rel=0.15)
    assert np.quantile(closed, 0.95) < 0.85 * -30.0 * np.log(0.05)


def test_nobody_ever_came_back():
    assert np.isnan(return_days(np.empty(0), np.array([5.0, 9.0])))


def test_bg_nbds_chance_of_an_order_by_hand():
    # The parameters of the CDNOW sample; x = 2, t_x = 30.43, T = 38.86 weeks; P(alive) = 0.726 as in the paper's example.
    rhythm = Rhythm(np.array([0.243, 4.414, 0.793, 2.426]), np.array([2.0]), np.array([30.43]), np.array([38.86]))
    told = float(probability_of(rhythm.log_odds(39.0))[0])
    ahead = (0.793 / (2.426 + 2 - 1)) * ((4.414 + 38.86) / (4.414 + 30.43)) ** (0.243 + 2)
    expected = (1 / (1 + ahead)) * (1 - ((4.414 + 38.86) / (4.414 + 38.86 + 39.0)) ** (0.243 + 2))
    assert told == pytest.approx(expected, rel=1e-9)


def test_bg_nbds_chance_is_what_happens_in_its_own_world():
    random = np.random.default_rng(3)
    n, horizon = 4_000, 30.0
    rate, leaves = random.gamma(1.2, 1 / 20.0, n), random.beta(0.6, 2.5, n)
    age = random.uniform(20.0, 120.0, n)
    repeats, last, ordered = np.zeros(n), np.zeros(n), np.zeros(n, bool)
    for customer in range(n):
        day, alive = 0.0, random.random() >= leaves[customer]
        alive = True
        while alive:
            day += random.exponential(1 / rate[customer])
            if day > age[customer] + horizon:
                break
            if day <= age[customer]:
                repeats[customer] += 1
                last[customer] = day
            else:
                ordered[customer] = True
            alive = random.random() >= leaves[customer]
    told = probability_of(learn_rhythm(repeats, last, age).log_odds(horizon))
    assert told.mean() == pytest.approx(ordered.mean(), abs=0.03)
    for low, high in ((0.0, 0.2), (0.2, 0.5), (0.5, 1.0)):
        inside = (told >= low) & (told < high)
        assert ordered[inside].mean() == pytest.approx(told[inside].mean(), abs=0.06)


def test_parts_sum_to_the_log_odds_against_the_middle_customer():
    random = np.random.default_rng(4)
    age = random.uniform(50.0, 200.0, 40)
    repeats = random.poisson(3.0, 40).astype(float)
    rhythm = learn_rhythm(repeats, age * random.uniform(0.2, 1.0, 40) * (repeats > 0), age)
    parts = rhythm.parts(30.0)
    rest = rhythm.log_odds(30.0) - parts.sum(axis=1)
    with_repeats = repeats > 0
    assert rest[with_repeats] == pytest.approx(np.full(int(with_repeats.sum()), rest[with_repeats][0]))
    assert parts.shape == (40, 3)
