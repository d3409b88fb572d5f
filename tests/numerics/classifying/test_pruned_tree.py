import numpy as np
import pytest
from numerics_cases.classifying import a_tree

from shopkeeper.numerics.classifying.pruned_tree import collapse_alphas, pruned, reached, walk
from shopkeeper.numerics.classifying.scores import log_odds


def test_weakest_links_by_hand():
    # Node 1: (0.15 - 0.05) / 1 = 0.10. The root: (0.25 - 0.06) / 2 = 0.095, which is weaker: the whole tree goes at once.
    tree = a_tree()
    assert collapse_alphas(tree)[0] == pytest.approx(0.095)
    assert pruned(tree, 0.05).n_leaves == 3
    assert pruned(tree, 0.1).n_leaves == 1


def test_prunes_as_scikit_learn_does():
    from sklearn.tree import DecisionTreeClassifier

    from shopkeeper.capabilities.customers.classifying.methods.decision_tree import grow
    from shopkeeper.capabilities.customers.classifying.methods.method import Examples

    random = np.random.default_rng(4)
    x = random.normal(size=(600, 4)).astype(np.float32).astype(np.float64)
    label = random.random(600) < 1 / (1 + np.exp(-(x[:, 0] + (x[:, 1] > 0.3) * x[:, 2])))
    tree = grow(Examples(x, label, ("a", "b", "c", "d")), 0)
    alphas = np.unique(collapse_alphas(tree))
    for alpha in [0.0, *(0.5 * (alphas[1:-1] + alphas[:-2]))]:
        theirs = DecisionTreeClassifier(max_leaf_nodes=64, min_samples_leaf=10, random_state=0, ccp_alpha=alpha).fit(x, label)
        assert pruned(tree, alpha).n_leaves == theirs.get_n_leaves()
        leaf = theirs.apply(x)
        n, yes = np.bincount(leaf), np.bincount(leaf, weights=label)
        expected = log_odds((yes[leaf] + 10 * label.mean()) / (n[leaf] + 10))  # drawn to the mean as by ten cases
        assert walk(pruned(tree, alpha), x)[0] == pytest.approx(expected)


def test_a_row_goes_its_way_and_its_contributions_sum_to_what_it_is_told():
    x = np.array([[-1.0, 0.0, 9.0], [-1.0, 1.0, 9.0], [1.0, 0.0, 9.0], [np.nan, np.nan, 9.0]])
    told, added = walk(a_tree(), x)
    assert told.tolist() == [-2.0, 0.5, 1.5, 0.5]  # unknown goes left at the root and right after it
    assert added.tolist() == [[-1.0, -1.0, 0.0], [-1.0, 1.5, 0.0], [1.5, 0.0, 0.0], [-1.0, 1.5, 0.0]]
    assert added.sum(axis=1) == pytest.approx(told - a_tree().value[0])


def test_what_is_pruned_is_not_reached():
    assert reached(a_tree()).all()
    assert reached(pruned(a_tree(), 1.0)).tolist() == [True, False, False, False, False]
