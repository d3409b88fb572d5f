"""Logistic regression: a straight line in log odds, held back by an L2 penalty that the validation cases choose."""

from __future__ import annotations

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
from shopkeeper.capabilities.customers.classifying.methods.scaling import learn_scaling

STRENGTHS = (0.003, 0.03, 0.3)  # C: the smaller, the nearer are the weights to 0


def fit(train: Examples, settings: Settings, seed: int) -> Classifier:
    """A line in log odds; constant where all examples are alike."""
    del seed  # the one answer there is
    if not train.has_both:
        return constant(train)
    from sklearn.linear_model import LogisticRegression

    scaling = learn_scaling(train.features)
    with quietly():
        learned = LogisticRegression(C=settings["strength"], solver="newton-cholesky", max_iter=100)
        learned.fit(scaling.scaled(train.features), train.label)
    return Line(scaling, np.asarray(learned.coef_[0], np.float64), float(learned.intercept_[0]))


def choose(train: Examples, validation: Examples, seed: int) -> Settings:
    """The penalty that meets the validation cases best."""
    return best_of([{"strength": strength} for strength in STRENGTHS], fit, train, validation, seed)


LOGISTIC = Method("logistic", "logistic regression", choose, fit)
