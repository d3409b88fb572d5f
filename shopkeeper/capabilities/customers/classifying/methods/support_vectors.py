"""Support vector machines (Cortes & Vapnik 1995): a line with the widest margin; a curved border (RBF) in small shops.

Their scores are distances from the border; the calibration that every method passes through makes probabilities of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.classifying.methods.linear import Line
from shopkeeper.capabilities.customers.classifying.methods.method import (
    Classifier,
    Examples,
    Method,
    Settings,
    best_of,
    constant,
    quietly,
)  # fmt: skip
from shopkeeper.capabilities.customers.classifying.methods.scaling import Scaling, learn_scaling
from shopkeeper.numerics.compiling import Array, chunks

STRENGTHS = (0.0003, 0.01)
RBF_STRENGTHS = (0.3,)
MOST_FOR_RBF = 1_500  # examples: the work grows with their square
MOST_FOR_LINE = 40_000
ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Curved:
    """score = level + sum over support vectors of weight * exp(-gamma * squared distance), of standardized features."""

    scaling: Scaling
    vectors: Array
    weight: Array
    gamma: float
    level: float

    def score(self, features: Array) -> Array:
        """float64 [cases]: the distance from the border, positive on the side of yes."""
        return self._of(self.scaling.scaled(features))

    def _of(self, x: Array) -> Array:
        found = np.empty(len(x))
        size = np.einsum("ij,ij->i", self.vectors, self.vectors)
        for low, high in chunks(len(x), ROWS_AT_ONCE):
            part = x[low:high]
            distance = np.einsum("ij,ij->i", part, part)[:, None] + size - 2.0 * part @ self.vectors.T
            found[low:high] = np.exp(-self.gamma * np.maximum(distance, 0.0)) @ self.weight + self.level
        return found

    def contributions(self, features: Array) -> Array:
        """float64 [cases, features]: how the score falls when that feature becomes the mean one; they need not sum to it."""
        x = self.scaling.scaled(features)
        whole, found = self._of(x), np.zeros(x.shape)
        for feature in np.flatnonzero(np.isfinite(self.scaling.spread)):
            without = x.copy()
            without[:, feature] = 0.0
            found[:, feature] = whole - self._of(without)
        return found


def fit(train: Examples, settings: Settings, seed: int) -> Classifier:
    """A line or a curved border; constant where all examples are alike."""
    if not train.has_both:
        return constant(train)
    from sklearn.svm import SVC, LinearSVC

    if len(train) > MOST_FOR_LINE:
        train = train.some(np.random.default_rng(seed).permutation(len(train))[:MOST_FOR_LINE])
    scaling = learn_scaling(train.features)
    x = scaling.scaled(train.features)
    with quietly():
        if settings["border"] == "line":
            line = LinearSVC(C=settings["strength"], dual=False, tol=1e-3, random_state=seed).fit(x, train.label)
            return Line(scaling, np.asarray(line.coef_[0], np.float64), float(line.intercept_[0]))
        n_varying = max(1, int(np.isfinite(scaling.spread).sum()))
        curve = SVC(C=settings["strength"], gamma=1.0 / n_varying, cache_size=100).fit(x, train.label)
    vectors, weight = np.asarray(curve.support_vectors_), np.asarray(curve.dual_coef_[0])
    return Curved(scaling, vectors, weight, 1.0 / n_varying, float(curve.intercept_[0]))


def choose(train: Examples, validation: Examples, seed: int) -> Settings:
    """The border and penalty that meet the validation cases best; a curved one only where examples are few."""
    options: list[Settings] = [{"border": "line", "strength": strength} for strength in STRENGTHS]
    if len(train) <= MOST_FOR_RBF:
        options += [{"border": "rbf", "strength": strength} for strength in RBF_STRENGTHS]
    return best_of(options, fit, train, validation, seed)


SUPPORT_VECTORS = Method("svm", "support vector machine", choose, fit)
