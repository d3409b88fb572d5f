"""The adjusted Rand index."""

import numpy as np
import pytest

from shopkeeper.numerics.clustering.agreement import adjusted_rand_index


def test_by_hand():
    """Contingency 2 0 / 1 1: one pair together in both; 2 and 3 pairs together, 6 in all, so 1 is expected."""
    assert adjusted_rand_index(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])) == pytest.approx(0.0)
    # 3 1 / 0 2: pairs 3+0+1 = 4; rows 6+1 = 7, columns 3+3 = 6, of 15; expected 2.8, most 6.5
    one, other = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 1, 1])
    assert adjusted_rand_index(one, other) == pytest.approx((4 - 2.8) / (6.5 - 2.8))


def test_as_scikit_learn_has_it():
    from sklearn.metrics import adjusted_rand_score

    random = np.random.default_rng(0)
    for n_one, n_other in ((2, 2), (3, 7), (40, 5)):
        one = random.integers(0, n_one, 300)
        other = np.where(random.random(300) < 0.5, one % n_other, random.integers(0, n_other, 300))
        assert adjusted_rand_index(one, other) == pytest.approx(adjusted_rand_score(one, other))


def test_other_names_for_the_same_groups():
    label = np.array([0, 1, 2, 2, 1, 0, 0])
    assert adjusted_rand_index(label, np.array([2, 0, 1])[label]) == 1.0


def test_chance_is_about_0():
    random = np.random.default_rng(1)
    found = [adjusted_rand_index(random.integers(0, 4, 200), random.integers(0, 4, 200)) for _ in range(200)]
    assert abs(np.mean(found)) < 0.005


@pytest.mark.parametrize("label", [[], [0], [0, 0, 0], [0, 1, 2]])
def test_where_there_is_nothing_to_disagree_on(label):
    assert adjusted_rand_index(np.array(label, int), np.array(label, int)) == 1.0


def test_all_together_against_all_apart_is_chance():
    assert adjusted_rand_index(np.array([0, 0, 0]), np.array([0, 1, 2])) == 0.0
