"""A straight line over standardized features: what logistic regression and the linear support vectors learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.classifying.methods.scaling import Scaling
from shopkeeper.numerics.compiling import Array


@dataclass(frozen=True)
class Line:
    """score = level + sum over features of weight * standardized value; the mean customer has the score ``level``."""

    scaling: Scaling
    weight: Array
    level: float

    def score(self, features: Array) -> Array:
        """float64 [cases]: the height of the line."""
        return np.asarray(self.scaling.scaled(features) @ self.weight + self.level)

    def contributions(self, features: Array) -> Array:
        """float64 [cases, features]: weight times standardized value; with the level they sum to the score."""
        return np.asarray(self.scaling.scaled(features) * self.weight)
