"""LightGBM's LambdaRank (Burges, 2010): trees that move what was chosen up, learned on top of a first order.

LightGBM learns; the trees are served as arrays (`numerics.trees`), without it.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.ranking.examples import Examples
from shopkeeper.numerics.compiling import Array, Tell, n_threads, quiet
from shopkeeper.numerics.trees.ensemble import Trees
from shopkeeper.numerics.trees.lightgbm_dump import trees_of

MOST_LEVELS = 30  # distinct gains that LightGBM is told apart; its labels are whole numbers
SHORTEST_LEAF = 20
WORTH_THREADS = 200_000  # candidates; below, threads wait for each other longer than they work


@dataclass(frozen=True)
class Levels:
    """Gains as the whole numbers that LightGBM wants: level 0 is not chosen, level i stands for the gain ``value[i - 1]``."""

    value: Array

    @property
    def gain(self) -> list[float]:
        """What each level counts, 1 on average."""
        return [0.0, *(self.value / self.value.mean()).tolist()]

    def of(self, label: Array) -> Array:
        """int32: the level that is nearest to each label."""
        edges = (self.value[1:] + self.value[:-1]) / 2.0
        result: Array = np.where(label > 0.0, 1 + np.searchsorted(edges, label), 0).astype(np.int32)
        return result


def levels(label: Array) -> Levels:
    """The distinct gains in ``label`` float, or quantiles of them where they are many."""
    positive = np.asarray(label[label > 0.0], np.float64)
    value = np.unique(positive)
    if len(value) > MOST_LEVELS:
        value = np.unique(np.quantile(positive, (np.arange(MOST_LEVELS) + 0.5) / MOST_LEVELS))
    return Levels(value if len(value) else np.ones(1))


def why_not() -> str:
    """Why trees cannot be learned on this machine, in one sentence; "" where they can."""
    try:
        importlib.import_module("lightgbm")
    except (ImportError, OSError) as error:  # its wheel needs the system's OpenMP library, which a bare machine may lack
        return f"LightGBM cannot be loaded ({error}); on Debian and Ubuntu `apt-get install libgomp1` mends that."
    return ""


def learn_trees(examples: Examples, first: Array, *, n_trees: int, seed: int = 0, tell: Tell = quiet) -> Trees:
    """``n_trees`` trees that are added to the first order: ``first`` float [candidates] are its scores, as log odds.

    The same examples and seed give the same trees with any number of threads.
    """
    import lightgbm

    scale = levels(examples.label)
    parameters: dict[str, Any] = {
        "objective": "lambdarank", "metric": "none", "label_gain": scale.gain, "lambdarank_truncation_level": 20,
        "num_leaves": 15, "max_depth": 6, "learning_rate": 0.05, "max_bin": 63, "lambda_l2": 5.0, "feature_fraction": 0.8,
        "min_data_in_leaf": max(SHORTEST_LEAF, min(200, len(examples.label) // 200)), "seed": seed, "deterministic": True,
        "force_row_wise": True, "num_threads": 1 if len(examples.label) < WORTH_THREADS else n_threads(), "verbose": -1,
    }  # fmt: skip

    def told(environment: Any) -> None:
        tell((environment.iteration + 1) / n_trees)

    sizes, label, start = np.diff(examples.group), scale.of(examples.label), np.asarray(first, np.float64)
    data = lightgbm.Dataset(examples.features, label=label, group=sizes, init_score=start)
    return trees_of(lightgbm.train(parameters, data, n_trees, callbacks=[told]).model_to_string())
