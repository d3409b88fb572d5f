"""LightGBM (Ke et al. 2017): small trees, each learned from what those before missed; their number chosen on validation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.customers.classifying.methods.method import (
    Classifier,
    Examples,
    Method,
    Settings,
    constant,
    missed,
    quietly,
)  # fmt: skip
from shopkeeper.numerics.compiling import Array, n_threads

NUMBERS = (10, 20, 40, 80, 120)  # of trees
WORTH_THREADS = 50_000  # cases; below, threads wait for each other longer than they work


@dataclass(frozen=True)
class Boosted:
    """LightGBM's trees; scores and contributions come from the library itself."""

    booster: Any
    n_features: int

    def score(self, features: Array) -> Array:
        """float64 [cases]: the sum of the trees, log odds."""
        return self.first(features, -1)

    def first(self, features: Array, n_trees: int) -> Array:
        """float64 [cases]: the sum of the first trees; of all for -1."""
        if len(features) == 0:
            return np.zeros(0)
        threads = _threads(len(features))
        return np.asarray(self.booster.predict(features, raw_score=True, num_iteration=n_trees, num_threads=threads), np.float64)

    def contributions(self, features: Array) -> Array:
        """float64 [cases, features]: exact Shapley values over the trees (Lundberg 2018); with the mean they sum to the score."""
        if len(features) == 0:
            return np.zeros((0, self.n_features))
        found = self.booster.predict(features, pred_contrib=True, num_threads=_threads(len(features)))
        return np.asarray(found, np.float64)[:, : self.n_features]


@dataclass(frozen=True)
class _First:
    """The first trees of a longer sum, without learning it again."""

    whole: Boosted
    n_trees: int

    def score(self, features: Array) -> Array:
        return self.whole.first(features, self.n_trees)

    def contributions(self, features: Array) -> Array:
        return self.whole.contributions(features)


def _threads(n_cases: int) -> int:
    return 1 if n_cases < WORTH_THREADS else n_threads()


def _parameters(train: Examples, seed: int) -> dict[str, Any]:
    return {
        "objective": "binary", "metric": "binary_logloss", "num_leaves": 8, "max_depth": 4, "learning_rate": 0.08,
        "min_data_in_leaf": max(10, min(100, len(train) // 100)), "lambda_l2": 5.0, "feature_fraction": 0.7, "max_bin": 63,
        "seed": seed, "deterministic": True, "force_row_wise": True, "num_threads": _threads(len(train)), "verbose": -1,
    }  # fmt: skip


def fit(train: Examples, settings: Settings, seed: int) -> Classifier:
    """So many trees; constant where all examples are alike."""
    return _boosted(train, settings["n_trees"], seed) if train.has_both else constant(train)


def _boosted(train: Examples, n_trees: int, seed: int) -> Boosted:
    import lightgbm

    with quietly():
        data = lightgbm.Dataset(train.features, label=train.label.astype(np.float64))
        booster = lightgbm.train(_parameters(train, seed), data, n_trees)
    return Boosted(booster, len(train.names))


def choose(train: Examples, validation: Examples, seed: int) -> Settings:
    """The number of trees that meets the validation cases best, calibrated as the others are."""
    if not train.has_both or not validation.has_both:
        return {"n_trees": NUMBERS[1]}
    learned = _boosted(train, NUMBERS[-1], seed)
    losses = [missed(_First(learned, n_trees), validation) for n_trees in NUMBERS]
    return {"n_trees": NUMBERS[int(np.argmin(losses))]}


LIGHT_GBM = Method("lightgbm", "LightGBM", choose, fit)
