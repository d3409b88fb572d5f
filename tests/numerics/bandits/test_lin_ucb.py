"""LinUCB's three forms: against their equations, and in worlds where each is the right one."""

import numpy as np
import pytest

from shopkeeper.numerics.bandits.lin_ucb import DisjointLinUCB, HybridLinUCB, SharedLinUCB, with_floor


def test_the_floor_goes_to_all_and_the_rest_to_the_highest():
    assert with_floor(np.array([1.0, 3.0, 3.0, 2.0]), 0.2) == pytest.approx([0.05, 0.85, 0.05, 0.05])
    assert len(with_floor(np.empty(0), 0.2)) == 0


def test_disjoint_by_hand():
    """Arm 0 earned 1 at x = 1: A = 2, b = 1, mean 1/2, width 1/sqrt(2); arm 1 unseen: mean 0, width 1."""
    bandit = DisjointLinUCB(2, 1, confidence=2.0)
    bandit.see(0, np.array([1.0]), 1.0)
    assert bandit.bounds(np.array([1.0])) == pytest.approx([0.5 + 2 / np.sqrt(2), 2.0])


def test_shared_by_hand():
    bandit = SharedLinUCB(2, confidence=1.0, noise=0.5)
    bandit.see(np.array([1.0, 0.0]), 1.0)
    assert bandit.bounds(np.eye(2)) == pytest.approx([0.5 + 0.5 / np.sqrt(2), 0.5])


def test_hybrid_is_the_joint_ridge_regression():
    """Block elimination (algorithm 2) must give the mean and variance of one ridge over shared and own features together."""
    random = np.random.default_rng(1)
    n_arms, n_shared, n_own = 3, 2, 2
    bandit = HybridLinUCB(n_arms, n_shared, n_own, confidence=1.0)
    width = n_shared + n_arms * n_own
    matrix, moment = np.eye(width), np.zeros(width)

    def joint(arm, shared, own):
        row = np.zeros(width)
        row[:n_shared] = shared
        row[n_shared + arm * n_own : n_shared + (arm + 1) * n_own] = own
        return row

    for _ in range(40):
        arm, shared, own, reward = (
            random.integers(n_arms),
            random.normal(size=n_shared),
            random.normal(size=n_own),
            random.normal(),
        )
        bandit.see(int(arm), shared, own, reward)
        row = joint(arm, shared, own)
        matrix += np.outer(row, row)
        moment += reward * row
    shared, own = random.normal(size=(n_arms, n_shared)), random.normal(size=n_own)
    rows = np.array([joint(arm, shared[arm], own) for arm in range(n_arms)])
    wanted = rows @ np.linalg.solve(matrix, moment) + np.sqrt(np.einsum("ij,ij->i", rows @ np.linalg.inv(matrix), rows))
    assert bandit.bounds(shared, own) == pytest.approx(wanted)
    assert bandit.probabilities(shared, own, 0.3).sum() == pytest.approx(1.0)


def test_disjoint_finds_who_likes_what():
    """Two kinds of customers, each likes another arm: at the end nine in ten choices are right, by lot one in two."""
    random = np.random.default_rng(2)
    bandit = DisjointLinUCB(2, 2, confidence=1.0, noise=0.5)
    right = []
    for _ in range(600):
        kind = int(random.integers(2))
        features = np.eye(2)[kind]
        arm = int(random.random() < bandit.probabilities(features, 0.1)[1])
        bandit.see(arm, features, float(random.random() < (0.4 if arm == kind else 0.1)))
        right.append(arm == kind)
    assert np.mean(right[-200:]) > 0.85


def test_shared_finds_the_feature_that_counts():
    random = np.random.default_rng(3)
    bandit = SharedLinUCB(3, confidence=1.0, noise=0.3)
    earned, by_lot = [], []
    for _ in range(500):
        arms = random.random((8, 3))
        rate = 0.5 * arms[:, 1]
        arm = int(np.argmax(bandit.bounds(arms)))
        reward = float(random.random() < rate[arm])
        bandit.see(arms[arm], reward)
        earned.append(rate[arm])
        by_lot.append(rate.mean())
    assert np.mean(earned[-200:]) > 1.5 * np.mean(by_lot)
