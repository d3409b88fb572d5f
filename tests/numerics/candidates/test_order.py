import numpy as np
import pytest

from shopkeeper.numerics.candidates.order import best_of_groups, ndcg_of_groups


def test_the_best_of_each_group_with_negative_scores_and_ties():
    starts = np.array([0, 4, 4, 7])
    product = np.array([3, 1, 2, 0, 5, 6, 4])
    score = np.array([-1.0, 2.0, -3.0, -0.5, 0.0, -0.0, 0.0])
    found, values = best_of_groups(starts, product, score, 3)
    assert found.tolist() == [[1, 0, 3], [-1, -1, -1], [4, 5, 6]]
    assert values[0].tolist() == [2.0, -0.5, -1.0]


def test_any_scores_sort_like_numpy():
    random = np.random.default_rng(0)
    score = random.normal(size=400).astype(np.float32) * 10.0 ** random.integers(-20, 20, 400)
    found, values = best_of_groups(np.array([0, 400]), np.arange(400), score, 400)
    assert (values[0] == -np.sort(-score.astype(np.float32))).all()
    assert (score.astype(np.float32)[found[0]] == values[0]).all()


def test_ndcg_by_hand():
    starts, product = np.array([0, 3, 5, 6]), np.arange(6)
    score = np.array([3.0, 2.0, 1.0, 1.0, 1.0, 5.0])
    label = np.array([0.0, 1.0, 3.0, 0.0, 1.0, 0.0])
    found = ndcg_of_groups(starts, product, score, label, 2)
    second = 1 / np.log2(3)
    assert found == pytest.approx([second / (3 + second), second, 0.0])
