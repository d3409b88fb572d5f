import numpy as np
import pytest

from shopkeeper.numerics.ranking_metrics import (
    coverage,
    diversity,
    hit_rate,
    hits,
    ndcg,
    novelty,
    pessimistic_ranks,
    recall,
    reciprocal_rank,
    value_captured,
    value_wanted,
)

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


def test_novelty_is_the_mean_surprise_of_what_is_listed():
    share = np.array([0.5, 0.25, 0.125])
    got = novelty(np.array([[0, 1], [2, -1], [-1, -1]]), share)
    assert got[:2].tolist() == [1.5, 3.0]
    assert np.isnan(got[2])


def test_diversity_is_the_share_of_pairs_of_different_categories():
    category = np.array([0, 0, 1, 1, -1])
    got = diversity(np.array([[0, 1, 2], [0, 2, 4], [0, 1, -1], [0, 4, -1]]), category)
    assert got[:3] == pytest.approx([2 / 3, 1.0, 0.0])
    assert np.isnan(got[3]), "one product of a known category is no pair"
    assert np.isnan(diversity(np.array([[0, 1]]), np.full(5, -1))).all()


def test_diversity_counts_pairs_wherever_they_stand():
    random = np.random.default_rng(0)
    category, listed = random.integers(-1, 3, 30), random.integers(0, 30, (20, 7))
    for case, got in enumerate(diversity(listed, category)):
        kinds = [kind for kind in category[listed[case]] if kind >= 0]
        pairs = [(a, b) for place, a in enumerate(kinds) for b in kinds[place + 1 :]]
        assert got == pytest.approx(np.mean([a != b for a, b in pairs]))


def test_coverage_counts_each_product_once():
    assert coverage(np.array([[0, 1], [1, -1]]), 8) == 0.25
    assert coverage(np.empty((0, 5), np.int64), 8) == 0.0


def test_value_captured_and_wanted():
    price = np.array([0, 10.0, 5.0, np.nan, 0, 0, 0, 2.0, 4.0, 8.0])
    hit = hits(LISTED, STARTS, TARGET)
    assert value_captured(hit, LISTED, price).tolist() == [2.0 + 8.0, 10.0, 0.0]
    assert value_wanted(STARTS, TARGET, price).tolist() == [10.0, 10.0, 0.0]
    assert value_wanted(np.array([0, 2]), np.array([7, 7]), price).tolist() == [2.0], "a product is bought once"
    assert value_captured(hit, LISTED, np.full(10, np.nan)).tolist() == [0.0, 0.0, 0.0]


def test_every_product_of_an_equal_score_stands_before_the_wanted_one():
    listed = np.array([[5, 6, 7, 8, 9]] * 6)
    tier = np.array([[1, 2, 2, 3, 4]] * 6)
    assert pessimistic_ranks(listed, tier, np.array([5, 6, 7, 8, 9, 1])).tolist() == [1, 3, 3, 4, 0, 0]


def test_a_tie_that_may_go_on_behind_the_list_is_a_miss():
    listed = np.array([[5, 6, 7], [5, 6, -1]])
    tier = np.array([[1, 2, 2], [1, 2, 2]])
    assert pessimistic_ranks(listed, tier, np.array([6, 6])).tolist() == [0, 2], "there is nothing behind a list that ends"
