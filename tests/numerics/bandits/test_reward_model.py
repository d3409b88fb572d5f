"""Rates times appeals: by hand, on a world made so, and finding nothing where products are equal."""

import numpy as np
import pytest

from shopkeeper.numerics.bandits.reward_model import STRENGTHS, RewardModel, learn_rewards, leverage, most_probable_strength


def made(appeal, n=20_000, seed=0):
    random = np.random.default_rng(seed)
    place, product = random.integers(0, 3, n), random.integers(0, len(appeal), n)
    rate = np.array([0.1, 0.05, 0.02])
    return place, product, (random.random(n) < rate[place] * appeal[product]).astype(float)


def test_it_finds_rates_and_appeals():
    appeal = np.array([0.5, 1.0, 1.5, 2.0, 0.2])
    model = learn_rewards(*made(appeal), n_places=3, n_products=5)
    truth = np.array([0.1, 0.05, 0.02])[:, None] * appeal
    found = model.reward(np.repeat([0, 1, 2], 5), np.tile(np.arange(5), 3)).reshape(3, 5)
    assert found == pytest.approx(truth, rel=0.25, abs=0.005)


def test_equal_products_are_left_equal():
    model = learn_rewards(*made(np.ones(30)), n_places=3, n_products=30)
    assert model.strength >= 64.0
    assert model.appeal == pytest.approx(np.ones(30), abs=0.35)


def test_unknown_products_are_average():
    model = RewardModel(np.array([0.1, 0.2]), np.array([2.0]), np.array([5.0]), 1.0)
    assert model.reward(np.array([0, 1, 1]), np.array([0, -1, 7])) == pytest.approx([0.2, 0.2, 0.2])


def test_the_strength_is_weak_where_products_differ():
    expected = np.full(50, 10.0)
    random = np.random.default_rng(1)
    differing = random.poisson(expected * random.gamma(1.0, 1.0, 50)).astype(float)
    assert most_probable_strength(differing, expected) <= 4.0
    assert most_probable_strength(random.poisson(expected).astype(float), expected) >= 16.0
    assert most_probable_strength(np.zeros(3), np.ones(3)) == STRENGTHS[-1]


def test_leverage_of_the_policy_that_was_logged_is_one():
    """What the model expects of the logged policy is what was earned, so one reward more is one more."""
    place, product, reward = made(np.array([0.5, 1.0, 1.5]), n=3_000)
    model = learn_rewards(place, product, reward, n_places=3, n_products=3)
    on_product = np.bincount(product, weights=model.rate[place], minlength=3)
    on_place = np.bincount(place, weights=model.appeal[product], minlength=3)
    assert leverage(model, place, product, on_product=on_product, on_place=on_place) == pytest.approx(np.ones(3_000), abs=0.05)


def test_no_rewards_and_no_rows():
    nothing = np.empty(0, np.int64)
    assert learn_rewards(nothing, nothing, np.empty(0), n_places=2, n_products=3).appeal.tolist() == [1.0, 1.0, 1.0]
    silent = learn_rewards(np.array([0, 1]), np.array([0, 2]), np.zeros(2), n_places=2, n_products=3)
    assert silent.reward(np.array([0]), np.array([0])).tolist() == [0.0]
