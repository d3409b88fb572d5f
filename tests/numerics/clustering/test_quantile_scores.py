"""Scores by quantile, with ties."""

import numpy as np
import pytest

from shopkeeper.numerics.clustering.quantile_scores import quantile_scores, score_borders


def test_without_ties_they_are_fifths():
    assert quantile_scores(np.arange(10.0)).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert quantile_scores(np.arange(10.0), ties="lowest").tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_equal_values_have_equal_scores():
    values = np.array([1.0] * 70 + [2.0] * 20 + [9.0] * 10)
    assert set(quantile_scores(values)[:70]) == {2}, "their middle is at 35 %"
    assert set(quantile_scores(values)[70:90]) == {5}, "at 80 %"
    assert set(quantile_scores(values, ties="lowest")[:70]) == {1}, "nobody is below"
    assert set(quantile_scores(values, ties="lowest")[70:90]) == {4}, "70 % are below"
    assert set(quantile_scores(values, ties="lowest")[90:]) == {5}


def test_all_alike_are_in_the_middle():
    assert set(quantile_scores(np.full(7, 3.0))) == {3}
    assert set(quantile_scores(np.full(7, 3.0), ties="lowest")) == {1}


def test_what_is_not_known_has_no_score():
    assert quantile_scores(np.array([np.nan, 1.0, 2.0])).tolist() == [0, 2, 4]
    assert quantile_scores(np.array([np.nan])).tolist() == [0]
    assert len(quantile_scores(np.array([]))) == 0


@pytest.mark.parametrize("ties", ["middle", "lowest"])
def test_more_is_never_scored_less(ties):
    random = np.random.default_rng(0)
    for _ in range(20):
        values = random.geometric(0.4, 60).astype(float)
        order = np.argsort(values)
        assert (np.diff(quantile_scores(values, ties=ties)[order]) >= 0).all()


def test_borders():
    values = np.array([5.0, 6.0, 9.0, 1.0])
    np.testing.assert_array_equal(score_borders(values, np.array([2, 2, 5, 0])), [np.nan, 5.0, np.nan, np.nan, 9.0])
