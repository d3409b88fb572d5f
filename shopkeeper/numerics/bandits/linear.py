"""A linear model of rewards that learns one row at a time: ridge regression kept as the inverse of its matrix."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


class Ridge:
    """Rewards as ``features @ coefficient``, drawn to 0 by ``strength`` as if each feature had been seen that often.

    ``inverse`` float64 [features, features] is the inverse of ``strength * I + sum x x'``, kept by the formula of Sherman &
    Morrison (1950); ``moment`` float64 [features] is ``sum x * reward``. As a posterior: Normal(coefficient, noise^2 * inverse).
    """

    def __init__(self, n_features: int, strength: float = 1.0) -> None:
        self.inverse: Array = np.eye(n_features) / strength
        self.moment: Array = np.zeros(n_features)

    @property
    def coefficient(self) -> Array:
        """float64 [features]."""
        found: Array = self.inverse @ self.moment
        return found

    def see(self, features: Array, reward: float) -> None:
        """Learn one row."""
        self.show(features)
        self.earn(features, reward)

    def show(self, features: Array) -> None:
        """The first half of `see`: these features were tried. Their reward may come later, or never: then it is 0."""
        along = self.inverse @ features
        self.inverse -= np.outer(along, along / (1.0 + float(features @ along)))

    def earn(self, features: Array, reward: float) -> None:
        """The second half of `see`: what came of features that were shown."""
        self.moment += reward * np.asarray(features, np.float64)

    def mean(self, features: Array) -> Array:
        """float64 [rows]: the expected reward of each row of features."""
        found: Array = features @ self.coefficient
        return found

    def deviation(self, features: Array) -> Array:
        """float64 [rows]: how unsure that is, in units of the noise: ``sqrt(x' inverse x)``."""
        found: Array = np.sqrt(np.maximum(np.einsum("ij,ij->i", features @ self.inverse, features), 0.0))
        return found
