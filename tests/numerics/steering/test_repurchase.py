"""Waits between purchases and what is learned from them: against worlds whose truth is known."""

import numpy as np
import pytest

from shopkeeper.numerics.steering.repurchase import MANY, first_guess, fit, timeliness, waits, with_peaks

DAY = 86_400_000_000
FAR = np.array([[0.5, 3.0, 1.0]])


def test_waits_by_hand():
    """Customer 0 buys thing 0 on days 0, 0.2 (the same occasion) and 10, thing 1 on day 4, and is last seen on day 30."""
    group = np.array([0, 0, 1, 0, -1, 0], np.int32)
    customer = np.array([0, 0, 0, 0, 0, 1], np.int32)
    at = (np.array([0, 0.2, 4, 10, 11, 5]) * DAY).astype(np.int64)
    starts, days, ended = waits(group, customer, at, np.array([30, 5]) * DAY, 3)
    assert starts.tolist() == [0, 2, 3, 3]  # customer 1 was not seen again, and says nothing
    assert days.tolist() == pytest.approx([9.8, 20.0, 26.0])
    assert ended.tolist() == [True, False, False]


def made(random, n, share, median, spread, follow):
    """Waits of which ``share`` end, cut off after ``follow`` days at most."""
    wait = np.where(random.random(n) < share, median * np.exp(spread * random.standard_normal(n)), np.inf)
    seen = random.random(n) * follow
    return np.minimum(wait, seen).astype(np.float32), wait <= seen


@pytest.mark.parametrize(("share", "median", "spread"), [(0.8, 28.0, 0.4), (0.3, 60.0, 0.8), (0.05, 20.0, 0.5)])
def test_the_truth_is_found_though_waits_break_off(share, median, spread):
    days, ended = made(np.random.default_rng(1), MANY, share, median, spread, 400)
    [[p, mu, sigma]] = fit(np.array([0, MANY]), days, ended, first_guess(days, ended)[None], 5.0)
    assert p == pytest.approx(share, abs=0.05)
    assert np.exp(mu) == pytest.approx(median, rel=0.15)
    assert sigma == pytest.approx(spread, rel=0.25)
    assert ended.mean() < share  # what one would have said without thinking of waits that broke off


def test_groups_without_waits_are_as_their_parent_and_few_waits_move_little():
    days, ended = np.full(2, 100.0, np.float32), np.zeros(2, bool)
    found = fit(np.array([0, 0, 2]), days, ended, np.repeat(FAR, 2, axis=0), 20.0)
    assert found[0].tolist() == FAR[0].tolist()
    assert 0.4 < found[1, 0] < 0.5


def test_no_waits_at_all():
    nothing = np.empty(0, np.float32)
    assert fit(np.zeros(1, np.int64), nothing, nothing > 0, np.empty((0, 3)), 5.0).shape == (0, 3)
    assert first_guess(nothing, nothing > 0)[0] == 0.5
    assert first_guess(np.ones(8, np.float32), np.zeros(8, bool))[0] == 0.1


def factor(days, share, median, spread, candidate=0, category=(0, 0), kind=None):
    rows = with_peaks(np.array([[share, np.log(median), spread]] * 2))
    kinds = rows if kind is None else with_peaks(np.array([kind, kind]))
    return float(
        timeliness(
            np.array([0], np.int32), np.array([days], np.float32), np.array([candidate], np.int32),
            category=np.array(category, np.int32), of_product=rows, of_again=rows, of_category=kinds,
        )[0]
    )  # fmt: skip


def test_coffee_is_held_back_comes_again_when_due_and_goes_when_it_was_not_bought():
    course = [factor(days, 0.9, 28.0, 0.3) for days in (0, 3, 14, 26, 60, 200)]
    assert course[0] < course[1] < 0.05
    assert course[1] < course[2] < course[3]
    assert course[3] > 1.2
    assert course[4] < course[3]
    assert course[5] < 0.1


def test_a_phone_is_offered_once():
    assert max(factor(days, 0.03, 700.0, 0.5) for days in range(0, 3000, 50)) <= 0.06


def test_the_rest_of_a_category_waits_only_where_hardly_anybody_buys_from_it_again():
    phones, shirts = [0.05, np.log(700.0), 0.4], [0.8, np.log(40.0), 1.0]
    assert factor(5, 0.05, 700.0, 0.4, candidate=1, kind=phones) < 0.01
    assert factor(5, 0.05, 700.0, 0.4, candidate=1, kind=shirts) == 1.0
    assert factor(5, 0.05, 700.0, 0.4, candidate=1, category=(0, -1), kind=phones) == 1.0  # nothing known of it
    assert factor(5, 0.05, 700.0, 0.4, candidate=1, category=(0, 7), kind=phones) == 1.0
