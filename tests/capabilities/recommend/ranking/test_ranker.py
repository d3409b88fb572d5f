import numpy as np
import pytest

from shopkeeper.capabilities.recommend.ranking.blend import Blend
from shopkeeper.capabilities.recommend.ranking.features import FeatureTables, features_of
from shopkeeper.capabilities.recommend.ranking.ranker import LearnedRanker
from shopkeeper.numerics.candidates.describe import PRODUCT_NUMBERS
from shopkeeper.numerics.trees.lightgbm_dump import trees_of

SOURCES = ("first", "own")
TREES = """
Tree=0
num_leaves=2
num_cat=0
split_feature=0
threshold=0.5
decision_type=8
left_child=-1
right_child=-2
leaf_value=-1 2
"""


class Network:
    """Scores by the product's code."""

    def score(self, features, customer, product, category, brand):
        return (product * 10 + category + 0.0 * customer + brand).astype(np.float32)

    def arrays(self):
        return {}


def a_question():
    random = np.random.default_rng(0)
    number = random.random((6, len(PRODUCT_NUMBERS))).astype(np.float32)
    tables = FeatureTables(number, np.arange(6, dtype=np.int32), np.zeros(6, np.int32), 0)
    past = (np.array([5], np.int32), np.ones(1, np.float32), np.zeros(1, np.int32), np.ones(1, np.float32), np.ones(1, np.int32))
    candidate, score = np.array([3, 0, 4], np.int32), np.array([[2.0, 0.0], [4.0, 0.0], [0.0, 1.0]], np.float32)
    return tables, past, candidate, score


def test_the_mix_and_the_trees_add_up():
    tables, past, candidate, score = a_question()
    ranker = LearnedRanker(SOURCES, "lambda_rank", Blend(np.array([1.0, 0.5, 0, 0, 0, 0, 0, 0])), trees_of(TREES))
    assert ranker.rank(tables, past, candidate, score, 0) == pytest.approx([0.5 - 1.0, 1.0 + 2.0, 0.5 - 1.0])


def test_saved_and_back():
    tables, past, candidate, score = a_question()
    ranker = LearnedRanker(SOURCES, "lambda_rank", Blend(np.arange(8.0)), trees_of(TREES), reached={"blend": 0.5}, n_judged=7)
    back = LearnedRanker.from_arrays(ranker.arrays(), ranker.card())
    assert np.array_equal(back.rank(tables, past, candidate, score, 0), ranker.rank(tables, past, candidate, score, 0))
    assert (back.sources, back.kind, dict(back.reached)) == (SOURCES, "lambda_rank", {"blend": 0.5})
    assert back.n_bytes == ranker.n_bytes > 0


def test_a_network_is_told_the_codes():
    tables, past, candidate, score = a_question()
    ranker = LearnedRanker(SOURCES, "fm", Blend(np.zeros(8)), network=Network())
    assert ranker.rank(tables, past, candidate, score, 0, customer=2).tolist() == [33.0, 0.0, 44.0]
    assert ranker.scores(features_of(tables, past, candidate, score, 0)).tolist() == [0.0, 0.0, 0.0]


def test_a_product_that_came_later_is_unknown_to_a_network():
    number = np.random.default_rng(0).random((6, len(PRODUCT_NUMBERS))).astype(np.float32)
    tables = FeatureTables(number, np.arange(6, dtype=np.int32), np.zeros(6, np.int32), 0)
    codes = []

    class Listening(Network):
        def score(self, features, customer, product, category, brand):
            codes.append((customer.tolist(), product.tolist(), category.tolist(), brand.tolist()))
            return super().score(features, customer, product, category, brand)

    known = np.random.default_rng(0).random((9, len(PRODUCT_NUMBERS))).astype(np.float32)
    grown = FeatureTables(known, tables.category, tables.brand, 0)  # the numbers are there: only its kinds are not known
    past = (np.array([5], np.int32), np.ones(1, np.float32), np.zeros(1, np.int32), np.ones(1, np.float32), np.ones(1, np.int32))
    ranker = LearnedRanker(SOURCES, "fm", Blend(np.zeros(8)), network=Listening())
    ranker.rank(tables, past, np.array([3, 5], np.int32), np.ones((2, 2), np.float32), 0, customer=4)
    ranker.rank(grown, past, np.array([3, 8], np.int32), np.ones((2, 2), np.float32), 0)
    assert codes == [([4, 4], [3, 5], [3, 5], [0, 0]), ([-1, -1], [3, -1], [3, -1], [0, -1])]
