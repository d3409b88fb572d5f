"""From the text that LightGBM saves a model as to plain arrays: https://lightgbm.readthedocs.io, "Parameters Format"."""

from __future__ import annotations

import numpy as np

from shopkeeper.core.errors import BadRequest
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.trees.ensemble import Trees, no_trees, rounded_down

# The bits of `decision_type`: is it a category, does an unknown value go left, and which values are unknown.
CATEGORY_BIT, LEFT_BIT, MISSING_SHIFT = 1, 2, 2
NONE, ZERO, NAN = 0, 1, 2


def trees_of(model_text: str, n_trees: int = -1) -> Trees:
    """The trees of ``model_text`` (`Booster.model_to_string()`), at most the first ``n_trees`` (-1: all).

    Raises BadRequest for a model that splits by categories or takes zeros for unknown values: those have no arrays here.
    """
    blocks = [block.split("end of trees")[0] for block in model_text.split("\nTree=")[1:]]
    parts = [_tree(_fields(block)) for block in (blocks if n_trees < 0 else blocks[:n_trees])]
    if not parts:
        return no_trees()
    sizes = np.array([len(part[0]) for part in parts])
    root = np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.uint32)
    feature, threshold, unknown_right, child, value = (np.concatenate([part[place] for part in parts]) for place in range(5))
    depth = np.array([part[5] for part in parts], np.int32)
    return Trees(feature, threshold, unknown_right, child + np.repeat(root, 2 * sizes), value, root, depth)


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _numbers(fields: dict[str, str], name: str, kind: type) -> Array:
    return np.array(fields.get(name, "").split(), dtype=kind)


def _tree(fields: dict[str, str]) -> tuple[Array, Array, Array, Array, Array, int]:
    """(feature, threshold, unknown_right, child, value, depth) of one tree: its inner nodes, then its leaves."""
    leaf = _numbers(fields, "leaf_value", np.float64)
    n_inner, n_nodes = len(leaf) - 1, 2 * len(leaf) - 1
    decision = _numbers(fields, "decision_type", np.int64)[:n_inner]
    missing = decision >> MISSING_SHIFT & 3
    if (decision & CATEGORY_BIT).any() or (missing == ZERO).any():
        raise BadRequest(
            "A model of this kind cannot be kept as plain arrays.",
            got="a tree that splits by categories, or one that takes zeros for unknown values",
            wanted="trees that compare numbers, with NaN for what is unknown",
            next="learn with zero_as_missing=false and without categorical_feature",
        )
    limit = _numbers(fields, "threshold", np.float64)[:n_inner]
    goes_left = np.where(missing == NAN, (decision & LEFT_BIT) > 0, limit >= 0.0)  # without NAN, an unknown value counts as 0
    itself = np.arange(n_nodes, dtype=np.int32)
    feature, left, right = np.zeros(n_nodes, np.uint32), itself.copy(), itself.copy()
    threshold, value = np.full(n_nodes, np.inf, np.float32), np.zeros(n_nodes)
    unknown_right = np.zeros(n_nodes, np.uint8)
    feature[:n_inner] = _numbers(fields, "split_feature", np.int64)[:n_inner]
    threshold[:n_inner], unknown_right[:n_inner] = rounded_down(limit), ~goes_left
    for side, name in ((left, "left_child"), (right, "right_child")):
        child = _numbers(fields, name, np.int64)[:n_inner]
        side[:n_inner] = np.where(child >= 0, child, n_inner + ~child)
    value[n_inner:] = leaf
    child = np.stack((left, right), axis=1).reshape(-1).astype(np.uint32)
    return feature, threshold, unknown_right, child, value, _depth(left, right, n_inner)


def _depth(left: Array, right: Array, n_inner: int) -> int:
    """How many steps the longest way from the root to a leaf takes."""
    depth, level = 0, np.zeros(min(1, n_inner), np.int64)
    while len(level):
        depth += 1
        below = np.concatenate((left[level], right[level]))
        level = below[below < n_inner]
    return depth
