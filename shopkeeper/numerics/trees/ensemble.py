"""A sum of regression trees as plain arrays, evaluated as LightGBM does, unknown values (NaN) included.

A value goes left where it is at most the node's threshold; an unknown one goes where the node sends it. Every tree is walked
for as many steps as it is deep: a leaf leads to itself, so that no step depends on a guess of the processor, and four rows are
walked at once. Thresholds are rounded down to float32, which changes no comparison of float32 features.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges

ARRAYS = ("feature", "threshold", "unknown_right", "child", "value", "root", "depth")


@dataclass(frozen=True)
class Trees:
    """Nodes of all trees one after the other: tree t begins at node ``root[t]`` and is ``depth[t]`` steps deep.

    feature uint32, threshold float32, ``unknown_right`` uint8 (1: an unknown value goes right), child uint32 [2 * nodes] (node
    n's left child, then its right one; a leaf leads to itself), value float64 (of leaves), root uint32, depth int32.
    """

    feature: Array
    threshold: Array
    unknown_right: Array
    child: Array
    value: Array
    root: Array
    depth: Array

    def __len__(self) -> int:
        """How many trees."""
        return len(self.root)

    def first(self, n: int) -> Trees:
        """The sum of the first ``n`` trees, over the same memory."""
        return dataclasses.replace(self, root=self.root[:n], depth=self.depth[:n])

    def arrays(self, prefix: str = "trees_") -> dict[str, Array]:
        """What is saved: each array under its name with ``prefix`` before it."""
        return {prefix + name: getattr(self, name) for name in ARRAYS}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], prefix: str = "trees_") -> Trees:
        """The trees that `arrays` gave, over the same memory."""
        return cls(*(arrays[prefix + name] for name in ARRAYS))


def no_trees() -> Trees:
    """A sum of nothing: 0 for every row."""
    whole, real = np.empty(0, np.uint32), np.empty(0, np.float64)
    return Trees(whole, real.astype(np.float32), whole.astype(np.uint8), whole, real, whole, whole.astype(np.int32))


def rounded_down(threshold: Array) -> Array:
    """float32: the largest that is at most each ``threshold`` float64; ``x <= threshold`` stays the same for float32 x."""
    threshold = np.asarray(threshold, np.float64)
    limits = np.finfo(np.float32)
    near = np.clip(threshold, float(limits.min), float(limits.max)).astype(np.float32)
    with np.errstate(over="ignore"):  # just below the smallest float32 lies minus infinity
        near = np.where(near.astype(np.float64) > threshold, np.nextafter(near, np.float32(-np.inf)), near)
    result: Array = np.where(np.isinf(threshold), threshold, near).astype(np.float32)
    return result


@inlined
def _goes_right(value, at, threshold, unknown_right):
    return np.uint64((value > threshold[at]) | ((value != value) & (unknown_right[at] != 0)))


@inlined
def _walk_four(x, offset, width, trees, start, steps, out, row):
    """Add the leaves of four rows at once: their walks do not wait for each other."""
    feature, threshold, unknown_right, child, value = trees
    two = np.uint64(2)
    a, b, c, d = start, start, start, start
    for _ in range(steps):
        one = x[offset + np.uint64(feature[a])]
        other = x[offset + width + np.uint64(feature[b])]
        third = x[offset + two * width + np.uint64(feature[c])]
        fourth = x[offset + np.uint64(3) * width + np.uint64(feature[d])]
        a = np.uint64(child[two * a + _goes_right(one, a, threshold, unknown_right)])
        b = np.uint64(child[two * b + _goes_right(other, b, threshold, unknown_right)])
        c = np.uint64(child[two * c + _goes_right(third, c, threshold, unknown_right)])
        d = np.uint64(child[two * d + _goes_right(fourth, d, threshold, unknown_right)])
    out[row] += value[a]
    out[row + 1] += value[b]
    out[row + 2] += value[c]
    out[row + 3] += value[d]


@kernel
def evaluate_rows(low, high, x, width, trees, root, depth, out) -> None:
    """``out[r] = sum over trees of the value of the leaf that row r of ``x`` float32 [rows * width] falls in``.

    For rows ``low`` to ``high``; ``trees`` is the tuple of the other arrays of `Trees`; ``out`` float64.
    """
    feature, threshold, unknown_right, child, value = trees
    wide = np.uint64(width)
    out[low:high] = 0.0
    for tree in range(len(root)):
        start, steps = np.uint64(root[tree]), depth[tree]
        row = low
        while row + 4 <= high:
            _walk_four(x, np.uint64(row) * wide, wide, trees, start, steps, out, row)
            row += 4
        while row < high:
            node = start
            for _ in range(steps):
                seen = x[np.uint64(row) * wide + np.uint64(feature[node])]
                node = np.uint64(child[np.uint64(2) * node + _goes_right(seen, node, threshold, unknown_right)])
            out[row] += value[node]
            row += 1


def evaluate(trees: Trees, features: Array) -> Array:
    """float64 [rows]: the sum of the trees for each row of ``features`` float32 [rows, features] (NaN: unknown)."""
    x = np.ascontiguousarray(features, np.float32)
    out = np.zeros(len(x), np.float64)
    nodes = (trees.feature, trees.threshold, trees.unknown_right, trees.child, trees.value)
    flat, width = x.reshape(-1), x.shape[1]
    # A few hundred rows are one range: the trees stay in the cache while the rows pass, and no thread is started for them.
    spans = ranges(np.ones(len(x), np.int64), min(8 * n_threads(), 1 + len(x) // 1024))
    in_threads(lambda low, high: evaluate_rows(low, high, flat, width, nodes, trees.root, trees.depth, out), spans)
    return out
