"""LinUCB (Li, Chu, Langford & Schapire 2010): the arm whose reward may be highest, given the features of the moment.

Three forms: one linear model for all arms over features of arm and customer (shared), one model an arm (disjoint: their
algorithm 1), and both at once (hybrid: their algorithm 2). The choice is deterministic, so a floor goes by lot: without it
nothing could be said of other policies from the log.
"""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.bandits.linear import Ridge
from shopkeeper.numerics.compiling import Array


def with_floor(bound: Array, floor: float) -> Array:
    """float64 [arms]: 1 - floor for the highest ``bound`` (the first of equals), and ``floor`` divided among all arms."""
    found = np.full(len(bound), floor / max(len(bound), 1))
    if len(bound):
        found[int(np.argmax(bound))] += 1.0 - floor
    return found


class SharedLinUCB:
    """One model for all arms; an arm is a row of features [arms, features].

    ``confidence`` (their alpha) says how many deviations above the expectation an arm's bound lies; ``noise`` is the deviation of
    one reward: 1 in the paper, about sqrt(rate) for clicks.
    """

    def __init__(self, n_features: int, *, confidence: float = 1.0, noise: float = 1.0, strength: float = 1.0) -> None:
        self.confidence, self.noise = confidence, noise
        self.model = Ridge(n_features, strength)

    def bounds(self, features: Array) -> Array:
        """float64 [arms]: the upper bound of each arm's expected reward."""
        found: Array = self.model.mean(features) + self.confidence * self.noise * self.model.deviation(features)
        return found

    def probabilities(self, features: Array, floor: float) -> Array:
        """float64 [arms]: the probability with which each is chosen."""
        return with_floor(self.bounds(features), floor)

    def see(self, features: Array, reward: float) -> None:
        """Learn what the arm with these features [features] earned."""
        self.model.see(features, reward)


class DisjointLinUCB:
    """One model an arm over the features of the moment [features] (Li et al. 2010, algorithm 1)."""

    def __init__(
        self, n_arms: int, n_features: int, *, confidence: float = 1.0, noise: float = 1.0, strength: float = 1.0
    ) -> None:
        self.confidence, self.noise = confidence, noise
        self.models = [Ridge(n_features, strength) for _ in range(n_arms)]

    def bounds(self, features: Array) -> Array:
        """float64 [arms]: the upper bound of each arm's expected reward."""
        row = np.asarray(features, np.float64)[None, :]
        wide = self.confidence * self.noise
        return np.array([float(model.mean(row)[0] + wide * model.deviation(row)[0]) for model in self.models])

    def probabilities(self, features: Array, floor: float) -> Array:
        """float64 [arms]: the probability with which each is chosen."""
        return with_floor(self.bounds(features), floor)

    def see(self, arm: int, features: Array, reward: float) -> None:
        """Learn what ``arm`` earned."""
        self.models[arm].see(features, reward)


class HybridLinUCB:
    """A model an arm, and one that all arms share over features of arm and moment (Li et al. 2010, algorithm 2).

    ``shared`` features are [arms, shared], ``own`` ones [features]. Names: A0 ``shared_matrix``, b0 ``shared_moment``, A_a
    ``inverse`` (its inverse), B_a ``cross``, b_a ``moment``. The arms' inverses are kept by Sherman & Morrison; the shared matrix
    is small.
    """

    def __init__(self, n_arms: int, n_shared: int, n_own: int, *, confidence: float = 1.0, noise: float = 1.0) -> None:
        self.confidence, self.noise = confidence, noise
        self.shared_matrix, self.shared_moment = np.eye(n_shared), np.zeros(n_shared)
        self.inverse = np.tile(np.eye(n_own), (n_arms, 1, 1))
        self.cross = np.zeros((n_arms, n_own, n_shared))
        self.moment = np.zeros((n_arms, n_own))

    def bounds(self, shared: Array, own: Array) -> Array:
        """float64 [arms]: the upper bound of each arm's expected reward."""
        spread = np.linalg.inv(self.shared_matrix)
        common = spread @ self.shared_moment
        found = np.empty(len(shared))
        for arm, z in enumerate(shared):
            along = self.inverse[arm] @ own  # A_a^-1 x
            particular = self.inverse[arm] @ (self.moment[arm] - self.cross[arm] @ common)
            through = self.cross[arm].T @ along  # B_a' A_a^-1 x
            variance = z @ spread @ z - 2.0 * z @ spread @ through + own @ along + through @ spread @ through
            mean = z @ common + own @ particular
            found[arm] = mean + self.confidence * self.noise * max(float(variance), 0.0) ** 0.5
        return found

    def probabilities(self, shared: Array, own: Array, floor: float) -> Array:
        """float64 [arms]: the probability with which each is chosen."""
        return with_floor(self.bounds(shared, own), floor)

    def see(self, arm: int, shared: Array, own: Array, reward: float) -> None:
        """Learn what ``arm``, with ``shared`` features [shared] of its own, earned."""
        before = self.cross[arm].T @ self.inverse[arm]
        self.shared_matrix += before @ self.cross[arm]
        self.shared_moment += before @ self.moment[arm]
        along = self.inverse[arm] @ own
        self.inverse[arm] -= np.outer(along, along) / (1.0 + float(own @ along))
        self.cross[arm] += np.outer(own, shared)
        self.moment[arm] += reward * np.asarray(own, np.float64)
        after = self.cross[arm].T @ self.inverse[arm]
        self.shared_matrix += np.outer(shared, shared) - after @ self.cross[arm]
        self.shared_moment += reward * np.asarray(shared, np.float64) - after @ self.moment[arm]
