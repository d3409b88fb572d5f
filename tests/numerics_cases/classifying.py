"""Yes or no with a probability."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numerics_cases.case import Case, Inputs, together


def told(random: np.random.Generator, n: int) -> Inputs:
    return {"label": random.random(n) < 0.4, "probability": random.integers(1, 20, n) / 20.0}


def scored(random: np.random.Generator, n: int) -> Inputs:
    return {"label": random.random(n) < 0.4, "score": random.integers(-5, 6, n) / 2.0}


def a_tree() -> Any:
    from shopkeeper.numerics.classifying.pruned_tree import DecisionTree

    whole, real = np.int32, np.float64
    return DecisionTree(
        np.array([0, 1, 0, 0, 0], whole), np.array([0.0, 0.5, 0, 0, 0], real), np.array([1, 2, -1, -1, -1], whole),
        np.array([4, 3, -1, -1, -1], whole), np.array([True, False, False, False, False]),
        np.array([0.25, 0.15, 0.02, 0.03, 0.01], real), np.array([0.0, -1.0, -2.0, 0.5, 1.5], real),
    )  # fmt: skip


def rows(random: np.random.Generator, n: int) -> Inputs:
    features = random.normal(size=(n, 3))
    features[random.random((n, 3)) < 0.2] = np.nan
    return {"tree": a_tree(), "features": features}


def steps() -> Any:
    from shopkeeper.numerics.classifying.calibration import Steps

    return Steps(np.array([-1.0, 0.0, 2.0]), np.array([0.1, 0.3, 0.9]))


BOTH = together("label", "probability")
SCORED = together("label", "score")

CASES: Mapping[str, Case] = {
    "classifying.scores.log_odds": Case(lambda random, n: {"probability": random.random(n)}),
    "classifying.scores.probability_of": Case(lambda random, n: {"score": 40.0 * random.normal(size=n)}),
    "classifying.scores.auc": Case(scored, SCORED),
    "classifying.scores.brier": Case(told, BOTH, exact=False, read=lambda result, inputs: np.array([result])),
    "classifying.scores.log_loss": Case(told, BOTH, exact=False, read=lambda result, inputs: np.array([result])),
    "classifying.scores.precision_recall_f1": Case(
        lambda random, n: {"label": random.random(n) < 0.4, "chosen": random.random(n) < 0.5}, together("label", "chosen")
    ),
    "classifying.scores.best_threshold": Case(scored, SCORED),
    "classifying.calibration.reliability": Case(told, BOTH),
    "classifying.calibration.fit_curve": Case(
        lambda random, n: {"score": random.normal(size=n), "target": random.random(n)},
        together("score", "target"), lambda result, inputs: np.array(result), exact=False,
    ),
    "classifying.calibration.calibration_line": Case(told, BOTH, lambda result, inputs: np.array(result), exact=False),
    "classifying.calibration.platt": Case(scored, SCORED, lambda result, inputs: np.array(result), exact=False),
    "classifying.calibration.isotonic": Case(scored, SCORED),
    "classifying.calibration.on_steps": Case(lambda random, n: {"steps": steps(), "score": random.normal(size=n)}),
    "classifying.resampled_auc.resampled_auc": Case(
        lambda random, n: {"label": random.random(n) < 0.4, "scores": random.integers(0, 9, (n, 2)) / 9.0, "seed": 1, "n_samples": 50}
    ),
    "classifying.resampled_auc.auc_interval": Case(
        lambda random, n: {"resampled": random.random(n)}, together("resampled")
    ),
    "classifying.pruned_tree.reached": Case(lambda random, n: {"tree": a_tree()}),
    "classifying.pruned_tree.collapse_alphas": Case(lambda random, n: {"tree": a_tree()}),
    "classifying.pruned_tree.pruned": Case(lambda random, n: {"tree": a_tree(), "alpha": 0.05}),
    "classifying.pruned_tree.walk": Case(
        rows, together("features"), lambda result, inputs: (np.sort(result[0]), np.sort(result[1].ravel()))
    ),
}  # fmt: skip
