"""Thompson sampling finds the best arm, wastes little, and says how probable each choice was."""

import numpy as np
import pytest

from shopkeeper.numerics.bandits.thompson import BetaThompson, LinearThompson, beta_prior, drawn


def test_the_draw_falls_where_the_probabilities_reach_it():
    assert [drawn(np.array([0.2, 0.5, 0.3]), draw) for draw in (0.0, 0.19, 0.2, 0.69, 0.71, 0.999)] == [0, 0, 1, 1, 2, 2]
    assert drawn(np.empty(0), 0.5) == -1


def test_a_prior_has_its_mean_and_its_worth():
    success, failure = beta_prior(np.array([0.02, 0.1, 0.9]), 2.0)
    assert success.tolist() == [2.0, 2.0, 2.0]
    assert success / (success + failure) == pytest.approx([0.02, 0.1, 0.5])


def run(rates, n, seed, floor=0.0):
    random = np.random.default_rng(seed)
    bandit = BetaThompson(*beta_prior(np.full(len(rates), 0.1)))
    shown = np.zeros((n, len(rates)), bool)
    said = np.zeros((n, len(rates)))
    for step in range(n):
        said[step] = bandit.probabilities(floor)
        arm = drawn(said[step], random.random())
        shown[step, arm] = True
        bandit.see(arm, float(random.random() < rates[arm]))
    return shown, said


def test_it_finds_the_best_arm():
    shown, _ = run(np.array([0.05, 0.05, 0.25, 0.1]), 1_000, seed=0)
    assert shown[-300:].mean(axis=0)[2] > 0.9


def test_it_earns_more_than_choosing_by_lot_or_greedily():
    """Regret over 600 steps, ten worlds: below half of the lot's, and below that of always taking the best mean so far."""
    rates = np.array([0.05, 0.1, 0.3, 0.1, 0.05])
    lost = [(0.3 - run(rates, 600, seed)[0] @ rates).mean() for seed in range(5)]
    greedy = [greedily(rates, 600, seed) for seed in range(20)]
    assert np.mean(lost) < 0.5 * (0.3 - rates.mean())
    assert np.mean(lost) < np.mean(greedy)


def greedily(rates, n, seed):
    random = np.random.default_rng(seed)
    success, failure = beta_prior(np.full(len(rates), 0.1))
    lost = 0.0
    for _ in range(n):
        arm = int(np.argmax(success / (success + failure)))
        reward = random.random() < rates[arm]
        success[arm] += reward
        failure[arm] += 1 - reward
        lost += 0.3 - rates[arm]
    return lost / n


def test_where_all_are_equal_nothing_is_found():
    """Late in a world of equal arms no arm has been given most of the shows, on average over worlds."""
    shares = np.array([np.sort(run(np.full(4, 0.1), 300, seed)[0].mean(axis=0)) for seed in range(6)])
    assert shares[:, -1].mean() < 0.75


def test_what_it_says_is_how_often_it_happens():
    shown, said = run(np.array([0.1, 0.2, 0.3]), 1_500, seed=4, floor=0.1)
    assert said.sum(axis=1) == pytest.approx(np.ones(1_500))
    assert said.min() >= 0.1 / 3 - 1e-12
    noise = np.sqrt((said * (1 - said)).sum(axis=0))
    assert (np.abs(shown.sum(axis=0) - said.sum(axis=0)) < 4 * noise).all()


def test_linear_finds_the_feature_that_counts():
    random = np.random.default_rng(5)
    bandit = LinearThompson(2, noise=0.4)
    earned, by_lot = [], []
    for _ in range(400):
        arms = random.random((6, 2))
        rate = 0.6 * arms[:, 0]
        probability = bandit.probabilities(arms, 0.05)
        assert probability.sum() == pytest.approx(1.0)
        arm = drawn(probability, random.random())
        bandit.see(arms[arm], float(random.random() < rate[arm]))
        earned.append(rate[arm])
        by_lot.append(rate.mean())
    assert np.mean(earned[-200:]) > 1.4 * np.mean(by_lot)
