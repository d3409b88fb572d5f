"""Thompson sampling: each arm as often as it may be the best one (Thompson 1933; Chapelle & Li 2011).

The probabilities are integrated (`best`), and the choice is drawn from them: what is written down is what was done.
"""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.bandits.best import best_of_betas, best_of_normals
from shopkeeper.numerics.bandits.linear import Ridge
from shopkeeper.numerics.compiling import Array


def drawn(probability: Array, draw: float) -> int:
    """The arm where the probabilities, one after the other, reach ``draw`` in [0, 1); -1 where there are no arms."""
    if len(probability) == 0:
        return -1
    reached = np.cumsum(probability)
    return int(min(np.searchsorted(reached, draw * reached[-1], side="right"), len(probability) - 1))


def beta_prior(mean: Array, clicks: float = 1.0) -> tuple[Array, Array]:
    """(success, failure) float64 [arms] of a Beta prior with this ``mean`` (0-1) that is worth ``clicks`` clicks, at least 1."""
    success = np.full(len(mean), max(clicks, 1.0))
    rate = np.clip(np.asarray(mean, np.float64), 1e-9, 0.5)
    return success, success * (1.0 - rate) / rate


class BetaThompson:
    """Arms that earn 1 or 0, each with a Beta posterior. ``success`` and ``failure`` float64 [arms] begin as the prior."""

    def __init__(self, success: Array, failure: Array) -> None:
        self.success, self.failure = np.array(success, np.float64), np.array(failure, np.float64)

    def probabilities(self, floor: float = 0.0) -> Array:
        """float64 [arms]: the probability with which each is chosen; ``floor`` of the choices go by lot."""
        found: Array = (1.0 - floor) * best_of_betas(self.success, self.failure) + floor / max(len(self.success), 1)
        return found

    def see(self, arm: int, reward: float) -> None:
        """Learn what ``arm`` earned: 1 or 0 (or a share)."""
        self.success[arm] += reward
        self.failure[arm] += 1.0 - reward


class LinearThompson:
    """One linear-Gaussian model for all arms over features [arms, features] (Agrawal & Goyal 2013).

    Each arm's reward is believed to be Normal(mean, (scale * noise * deviation)^2). The arms are drawn as if independent; with
    features in common they are not quite, which makes the choice a little bolder and leaves its probability exact.
    """

    def __init__(self, n_features: int, *, scale: float = 1.0, noise: float = 1.0, strength: float = 1.0) -> None:
        self.scale, self.noise = scale, noise
        self.model = Ridge(n_features, strength)

    def probabilities(self, features: Array, floor: float = 0.0) -> Array:
        """float64 [arms]: the probability with which each is chosen; ``floor`` of the choices go by lot."""
        spread = self.scale * self.noise * self.model.deviation(features)
        found: Array = (1.0 - floor) * best_of_normals(self.model.mean(features), spread) + floor / max(len(features), 1)
        return found

    def see(self, features: Array, reward: float) -> None:
        """Learn what the arm with these features [features] earned."""
        self.model.see(features, reward)
