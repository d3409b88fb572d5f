"""What is known of candidates: features by hand, replay beside a plain loop, and how positions are looked at."""

import numpy as np
import pytest

from shopkeeper.numerics.bandits.evidence import N_FEATURES, Evidence, features, looks, looks_before, replay
from shopkeeper.numerics.bandits.linear import Ridge


def test_features_by_hand():
    """Rank 2 with half the score; 3 rewards where 1 was expected; twice as popular as the mean."""
    found = features(np.array([2]), np.array([0.5]), np.array([3.0]), np.array([10.0]), np.array([2.0]), rate=0.1, prior=1.0)
    assert found[0] == pytest.approx([1.0, 1 / np.log2(4), 0.5, np.log(4 / 2), 1 / np.sqrt(2), np.log(2)])


def test_replay_is_a_plain_loop():
    random = np.random.default_rng(0)
    n, n_products = 30, 5
    starts, place = np.arange(n + 1) * 2, random.integers(-1, 2, n)
    product, rank = random.integers(0, n_products, 2 * n), random.integers(0, 4, 2 * n)
    strength, look, reward = random.random(2 * n), np.tile([1.0, 0.6], n), (random.random(2 * n) < 0.3).astype(float)
    rates, popular = np.array([0.1, 0.2, 0.3]), random.random(n_products) + 0.5
    none = np.zeros((3, n_products), np.float32)
    after = replay(
        Evidence(none, none, np.eye(N_FEATURES), np.zeros(N_FEATURES)), starts, place, product, rank=rank, strength=strength,
        look=look, reward=reward, rates=rates, popular=popular, prior=1.0,
    )  # fmt: skip
    earned, shown, model = np.zeros((3, n_products)), np.zeros((3, n_products)), Ridge(N_FEATURES)
    for decision in range(n):
        row = place[decision] + 1
        slots = range(2 * decision, 2 * decision + 2)
        for slot in slots:
            p = product[slot]
            one = [np.array([values[slot]]) for values in (rank, strength)]
            x = features(*one, earned[row, [p]], shown[row, [p]], popular[[p]], rate=rates[row], prior=1.0)[0]
            model.see(look[slot] * x, reward[slot])
        for slot in slots:
            for which in {0, row}:
                earned[which, product[slot]] += reward[slot]
                shown[which, product[slot]] += look[slot]
    assert after.earned == pytest.approx(earned)
    assert after.shown == pytest.approx(shown, rel=1e-5)
    assert after.inverse == pytest.approx(model.inverse, rel=1e-4, abs=1e-6)
    assert after.moment == pytest.approx(model.moment, rel=1e-4)
    assert none.sum() == 0


def test_looks_find_how_positions_are_looked_at():
    random = np.random.default_rng(1)
    truth = np.array([1.0, 0.3, 0.3, 0.1])
    position = random.integers(0, 4, 60_000)
    found = looks(position, (random.random(60_000) < 0.1 * truth[position]).astype(float), 4)
    assert found == pytest.approx(truth, abs=0.05)


def test_looks_before_anything_is_known():
    assert looks_before(2).tolist() == pytest.approx([1.0, 1 / np.log2(3)])
    assert looks(np.empty(0, np.int64), np.empty(0), 3) == pytest.approx(looks_before(3))
    assert len(looks(np.empty(0, np.int64), np.empty(0), 0)) == 0
