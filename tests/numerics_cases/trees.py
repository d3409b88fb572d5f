"""Trees as arrays, and candidates of several retrievers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numerics_cases.case import Case, together

MODEL = """tree
version=v4

Tree=0
num_leaves=3
num_cat=0
split_feature=0 2
split_gain=1 1
threshold=0.5 -0.25000000000000006
decision_type=10 8
left_child=1 -1
right_child=-3 -2
leaf_value=1 20 300
leaf_weight=1 1 1
end of trees
"""


def trees() -> Any:
    from shopkeeper.numerics.trees.lightgbm_dump import trees_of

    return trees_of(MODEL)


def features(random: np.random.Generator, n: int) -> np.ndarray:
    values = random.normal(size=(n, 3)).astype(np.float32)
    values[random.random((n, 3)) < 0.3] = np.nan
    return values


CASES: Mapping[str, Case] = {
    "trees.ensemble.evaluate": Case(
        lambda random, n: {"trees": trees(), "features": features(random, n)},
        together("features"),
        lambda result, inputs: np.sort(result),
    ),
    "trees.ensemble.no_trees": Case(lambda random, n: {}),
    "trees.ensemble.rounded_down": Case(
        lambda random, n: {"threshold": random.normal(size=n)}, together("threshold"), lambda result, inputs: np.sort(result)
    ),
    "trees.lightgbm_dump.trees_of": Case(lambda random, n: {"model_text": MODEL}),
}
