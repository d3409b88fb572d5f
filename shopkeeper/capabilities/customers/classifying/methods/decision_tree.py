"""A decision tree (CART, Breiman et al. 1984), pruned by cost and complexity as the validation cases choose."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

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
from shopkeeper.numerics.classifying.pruned_tree import DecisionTree, collapse_alphas, walk
from shopkeeper.numerics.classifying.scores import log_odds
from shopkeeper.numerics.compiling import Array

MOST_LEAVES = 64
SMALLEST_LEAF, LEAF_SHARE = 10, 0.005
MOST_ALPHAS = 12
CASES_OF_SHOP = 10.0  # a leaf's share is drawn to the shop's as by so many cases


@dataclass(frozen=True)
class TreeClassifier:
    """A tree whose nodes tell log odds."""

    tree: DecisionTree

    def score(self, features: Array) -> Array:
        """float64 [cases]: the leaf's log odds."""
        return walk(self.tree, features)[0]

    def contributions(self, features: Array) -> Array:
        """float64 [cases, features]: how the log odds change on the way to the leaf; with the root's they sum to the score."""
        return walk(self.tree, features)[1]


def grow(train: Examples, seed: int) -> DecisionTree:
    """The whole tree, before it is pruned; ``train`` has a yes and a no."""
    from sklearn.tree import DecisionTreeClassifier

    leaf = max(SMALLEST_LEAF, int(LEAF_SHARE * len(train)))
    with quietly():
        grown = DecisionTreeClassifier(max_leaf_nodes=MOST_LEAVES, min_samples_leaf=leaf, random_state=seed)
        nodes = grown.fit(train.features.astype(np.float32), train.label).tree_
    order = _parents_first(nodes.children_left, nodes.children_right)
    place = np.full(len(order), -1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    count = nodes.weighted_n_node_samples[order]
    yes = count * nodes.value[order, 0, 1]
    shop = float(train.label.mean())
    left, right = nodes.children_left[order], nodes.children_right[order]
    return DecisionTree(
        np.maximum(nodes.feature[order], 0).astype(np.int32), nodes.threshold[order].astype(np.float64),
        np.where(left >= 0, place[left], -1).astype(np.int32), np.where(right >= 0, place[right], -1).astype(np.int32),
        nodes.missing_go_to_left[order].astype(np.bool_), nodes.impurity[order] * count / max(1, len(train)),
        log_odds((yes + CASES_OF_SHOP * shop) / (count + CASES_OF_SHOP)),
    )  # fmt: skip


def _parents_first(left: Array, right: Array) -> Array:
    """The nodes so that children come after their parents: scikit-learn grows best nodes first and numbers them so."""
    order, waiting = [], [0]
    while waiting:
        node = waiting.pop()
        order.append(node)
        if left[node] >= 0:
            waiting += [int(right[node]), int(left[node])]
    return np.array(order)


def _closed(tree: DecisionTree, alphas: Array, alpha: float) -> TreeClassifier:
    closed = alphas <= alpha
    left, right = (np.where(closed, -1, child).astype(np.int32) for child in (tree.left, tree.right))
    return TreeClassifier(dataclasses.replace(tree, left=left, right=right))


def fit(train: Examples, settings: Settings, seed: int) -> Classifier:
    """The tree, pruned at ``alpha``; constant where all examples are alike."""
    if not train.has_both:
        return constant(train)
    tree = grow(train, seed)
    return _closed(tree, collapse_alphas(tree), settings["alpha"])


def choose(train: Examples, validation: Examples, seed: int) -> Settings:
    """The complexity cost at which the validation cases are met best."""
    if not train.has_both or not validation.has_both:
        return {"alpha": 0.01}
    tree = grow(train, seed)
    alphas = collapse_alphas(tree)
    steps = np.unique(alphas[np.isfinite(alphas)])
    middle = np.sqrt(steps[1:] * steps[:-1]) if len(steps) > 1 else steps  # between two steps, as other examples have others
    options = np.concatenate(([0.0], middle, steps[-1:] * 2.0))
    options = options[np.unique(np.linspace(0, len(options) - 1, MOST_ALPHAS).round().astype(int))]
    losses = [missed(_closed(tree, alphas, float(alpha)), validation) for alpha in options]
    return {"alpha": float(options[int(np.argmin(losses))])}


DECISION_TREE = Method("decision_tree", "pruned decision tree", choose, fit)
