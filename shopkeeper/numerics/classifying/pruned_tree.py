"""One decision tree as arrays: walked, pruned by its weakest links, and taken apart along each row's path."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array


@dataclass(frozen=True)
class DecisionTree:
    """Node 0 is the root; children have higher numbers. ``left`` and ``right`` int32 [nodes], -1 at a leaf.

    A row goes left where its ``feature`` int32 is at most ``threshold`` float64, and where it is unknown (NaN) if
    ``unknown_left`` bool says so. ``impurity`` float64: the node's impurity times its share of the cases. ``value`` float64: what
    a row here is told.
    """

    feature: Array
    threshold: Array
    left: Array
    right: Array
    unknown_left: Array
    impurity: Array
    value: Array

    @property
    def n_leaves(self) -> int:
        """How many leaves are reached from the root."""
        return int((self.left[reached(self)] < 0).sum())


def reached(tree: DecisionTree) -> Array:
    """Bool [nodes]: which nodes can be reached from the root."""
    found = np.zeros(len(tree.left), np.bool_)
    found[:1] = True
    for node in range(len(tree.left)):  # children come after their parent
        if found[node] and tree.left[node] >= 0:
            found[tree.left[node]] = found[tree.right[node]] = True
    return found


def collapse_alphas(tree: DecisionTree) -> Array:
    """float64 [nodes]: from which complexity cost on each inner node is a leaf; infinite for what never is one, and for leaves.

    Weakest-link pruning (Breiman et al. 1984, ch. 3): again and again the inner node with the smallest
    (impurity as a leaf - impurity of its leaves) / (leaves - 1) is collapsed, and costs what was reached so far at least.
    """
    n_nodes = len(tree.left)
    alpha = np.full(n_nodes, np.inf)
    left, right = tree.left.copy(), tree.right.copy()
    reached_so_far = 0.0
    while n_nodes and left[0] >= 0:
        below, leaves = tree.impurity.astype(np.float64).copy(), np.ones(n_nodes)
        for node in range(n_nodes - 1, -1, -1):
            if left[node] >= 0:
                below[node] = below[left[node]] + below[right[node]]
                leaves[node] = leaves[left[node]] + leaves[right[node]]
        inner = (left >= 0) & reached(dataclasses.replace(tree, left=left, right=right))
        cost = np.where(inner, (tree.impurity - below) / np.maximum(leaves - 1.0, 1.0), np.inf)
        node = int(np.argmin(cost))
        reached_so_far = max(reached_so_far, float(cost[node]))
        alpha[node] = reached_so_far
        left[node] = right[node] = -1
    return alpha


def pruned(tree: DecisionTree, alpha: float) -> DecisionTree:
    """The tree in which every inner node that `collapse_alphas` gives at most ``alpha`` is a leaf."""
    closed = collapse_alphas(tree) <= alpha
    return dataclasses.replace(
        tree,
        left=np.where(closed, -1, tree.left).astype(tree.left.dtype),
        right=np.where(closed, -1, tree.right).astype(tree.right.dtype),
    )


def walk(tree: DecisionTree, features: Array) -> tuple[Array, Array]:
    """(value float64 [rows], contribution float64 [rows, features]) of ``features`` float [rows, features].

    A contribution is the sum of the changes of value at the nodes that ask for the feature, on the row's way (Saabas 2014): with
    the root's value they sum to the row's value exactly.
    """
    n_rows = len(features)
    contribution = np.zeros(features.shape)
    node = np.zeros(n_rows, np.int64)
    row = np.flatnonzero(np.full(n_rows, len(tree.left) > 0 and tree.left[0] >= 0))
    while len(row):
        here = node[row]
        asked = tree.feature[here]
        seen = features[row, asked]
        goes_left = np.where(np.isnan(seen), tree.unknown_left[here], seen <= tree.threshold[here])
        next_node = np.where(goes_left, tree.left[here], tree.right[here])
        contribution[row, asked] += tree.value[next_node] - tree.value[here]
        node[row] = next_node
        row = row[tree.left[next_node] >= 0]
    return tree.value[node] if len(tree.value) else np.zeros(n_rows), contribution
