"""A learned classifier as plain JSON and back, so that another task can use what one has learned: never a pickle."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from shopkeeper.capabilities.customers.classifying.calibrating import Calibration
from shopkeeper.capabilities.customers.classifying.exam import Ready
from shopkeeper.capabilities.customers.classifying.methods.baselines import OneFeature
from shopkeeper.capabilities.customers.classifying.methods.decision_tree import TreeClassifier
from shopkeeper.capabilities.customers.classifying.methods.gradient_boosting import Boosted
from shopkeeper.capabilities.customers.classifying.methods.linear import Line
from shopkeeper.capabilities.customers.classifying.methods.method import Classifier, Constant, Method
from shopkeeper.capabilities.customers.classifying.methods.scaling import Scaling
from shopkeeper.capabilities.customers.classifying.methods.support_vectors import Curved
from shopkeeper.numerics.classifying.calibration import Steps
from shopkeeper.numerics.classifying.pruned_tree import DecisionTree
from shopkeeper.numerics.compiling import Array

KINDS: Mapping[str, type] = {
    kind.__name__: kind
    for kind in (Constant, OneFeature, Line, Curved, TreeClassifier, DecisionTree, Scaling, Steps, Calibration)
}
INFINITE = "infinite"


def as_json(ready: Ready) -> dict[str, Any]:
    """The prepared method as numbers, texts, lists and dictionaries."""
    return {
        "method": ready.method.name, "settings": dict(ready.settings), "threshold": ready.threshold, "missed": ready.missed,
        "classifier": _plain(ready.classifier), "calibration": _plain(ready.calibration),
    }  # fmt: skip


def from_json(kept: Mapping[str, Any], methods: tuple[Method, ...]) -> Ready:
    """What `as_json` gave, as it was; ``methods`` are those that it may be of."""
    method = next(each for each in methods if each.name == kept["method"])
    return Ready(
        method, kept["settings"], _made(kept["classifier"]), _made(kept["calibration"]), kept["threshold"], kept["missed"]
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Boosted):
        return {"kind": "Boosted", "text": value.booster.model_to_string(), "n_features": value.n_features}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, np.ndarray):
        numbers = [INFINITE if number == np.inf else number for number in value.ravel().tolist()]
        return {"array": numbers, "shape": list(value.shape), "type": value.dtype.str}
    return list(value) if isinstance(value, tuple) else value


def _made(kept: Any) -> Any:
    if isinstance(kept, list):
        return tuple(kept)
    if not isinstance(kept, dict):
        return kept
    if "array" in kept:
        numbers = [np.inf if number == INFINITE else number for number in kept["array"]]
        found: Array = np.array(numbers, np.dtype(kept["type"])).reshape(kept["shape"])
        return found
    if kept["kind"] == "Boosted":
        import lightgbm

        return Boosted(lightgbm.Booster(model_str=kept["text"]), kept["n_features"])
    parts = {name: _made(value) for name, value in kept.items() if name != "kind"}
    made: Classifier | Calibration = KINDS[kept["kind"]](**parts)
    return made
