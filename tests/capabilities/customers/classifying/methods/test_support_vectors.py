import numpy as np
import pytest

from shopkeeper.capabilities.customers.classifying.methods.method import Examples
from shopkeeper.capabilities.customers.classifying.methods.support_vectors import MOST_FOR_RBF, choose, fit
from shopkeeper.numerics.classifying.scores import auc


def ring(n, seed):
    """Yes lies in a circle: no line tells it from no."""
    x = np.random.default_rng(seed).normal(size=(n, 2))
    return Examples(x, np.hypot(x[:, 0], x[:, 1]) < 1.0, ("a", "b"))


def test_a_curved_border_is_chosen_where_it_is_needed_and_examples_are_few():
    settings = choose(ring(400, 1), ring(300, 2), 0)
    assert settings["border"] == "rbf"
    test = ring(400, 3)
    assert auc(test.label, fit(ring(400, 1), settings, 0).score(test.features)) > 0.97
    assert choose(ring(MOST_FOR_RBF + 1, 1), ring(300, 2), 0)["border"] == "line"


def test_the_curved_border_is_scikit_learns():
    from sklearn.svm import SVC

    examples = ring(200, 1)
    mine = fit(examples, {"border": "rbf", "strength": 0.3}, 0)
    theirs = SVC(C=0.3, gamma=0.5).fit(mine.scaling.scaled(examples.features), examples.label)
    assert mine.score(examples.features) == pytest.approx(theirs.decision_function(mine.scaling.scaled(examples.features)))
