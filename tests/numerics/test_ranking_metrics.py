import numpy as np
import pytest

from shopkeeper.numerics.ranking_metrics import hit_rate, hits, ndcg, recall, reciprocal_rank

# three cases: targets {7, 9}, {1}, {} and four-long lists
LISTED = np.array([[5, 7, 8, 9], [1, 2, 3, -1], [1, 2, 3, 4]])
STARTS = np.array([0, 2, 3, 3])
TARGET = np.array([7, 9, 1])
N_TARGETS = np.diff(STARTS)


def test_hits():
    assert hits(LISTED, STARTS, TARGET).tolist() == [[False, True, False, True], [True, False, False, False], [False] * 4]


def test_minus_one_never_hits():
    assert not hits(np.array([[-1, -1]]), np.array([0, 1]), np.array([0])).any()


def test_ndcg_by_hand():
    got = ndcg(hits(LISTED, STARTS, TARGET), N_TARGETS)
    wanted = (1 / np.log2(3) + 1 / np.log2(5)) / (1 + 1 / np.log2(3))
    assert got == pytest.approx([wanted, 1.0, 0.0])


def test_ndcg_of_more_targets_than_places_can_reach_one():
    assert ndcg(np.array([[True, True]]), np.array([7])) == pytest.approx([1.0])


def test_recall_hit_rate_and_reciprocal_rank():
    hit = hits(LISTED, STARTS, TARGET)
    assert recall(hit, N_TARGETS).tolist() == [1.0, 1.0, 0.0]
    assert recall(hit[:, :2], N_TARGETS).tolist() == [0.5, 1.0, 0.0]
    assert hit_rate(hit).tolist() == [1.0, 1.0, 0.0]
    assert reciprocal_rank(hit).tolist() == [0.5, 1.0, 0.0]


def test_no_cases():
    hit = hits(np.empty((0, 3), np.int64), np.zeros(1, np.int64), np.empty(0, np.int64))
    assert hit.shape == (0, 3)
    assert len(ndcg(hit, np.empty(0, np.int64))) == 0
