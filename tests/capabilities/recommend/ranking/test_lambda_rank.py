import numpy as np
import pytest

from shopkeeper.capabilities.recommend.ranking.examples import Examples
from shopkeeper.capabilities.recommend.ranking.lambda_rank import MOST_LEVELS, learn_trees, levels
from shopkeeper.numerics.trees.ensemble import evaluate


def test_gains_become_levels():
    scale = levels(np.array([0.0, 1.0, 4.0, 1.0]))
    assert scale.of(np.array([0.0, 1.0, 4.0, 9.0, 0.2])).tolist() == [0, 1, 2, 2, 1]
    assert scale.gain == pytest.approx([0.0, 0.4, 1.6])
    many = levels(np.random.default_rng(0).random(5000))
    assert len(many.value) == MOST_LEVELS
    assert (np.diff(many.gain) > 0).all()
    assert levels(np.zeros(4)).gain == [0.0, 1.0]


def made(label_of):
    random = np.random.default_rng(0)
    features = random.normal(size=(3000, 2)).astype(np.float32)
    codes = np.zeros(3000, np.int64)
    label = label_of(features).astype(np.float32)
    return Examples(features, ("one", "two"), codes, codes, codes, codes, np.arange(0, 3001, 10), label)


def test_more_gain_stands_higher():
    examples = made(lambda x: np.where(x[:, 0] > 1, np.where(x[:, 1] > 0, 5.0, 1.0), 0.0))
    scores = evaluate(learn_trees(examples, np.zeros(3000), n_trees=30), examples.features)
    dear, cheap, nothing = (scores[examples.label == value].mean() for value in (5.0, 1.0, 0.0))
    assert dear > cheap > nothing


def test_trees_only_correct_the_first_order():
    examples = made(lambda x: x[:, 0] > 1)
    right = 100.0 * examples.label
    added = evaluate(learn_trees(examples, right, n_trees=10), examples.features)
    fresh = evaluate(learn_trees(examples, np.zeros(3000), n_trees=10), examples.features)
    assert np.abs(added).max() < 0.01 * np.abs(fresh).max()
