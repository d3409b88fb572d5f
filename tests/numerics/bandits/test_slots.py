"""Lists with explored slots: probabilities sum to one, are those of what happens, and cost nothing to trust."""

import numpy as np
import pytest

from shopkeeper.numerics.bandits.best import best_of_betas, log_of_betas
from shopkeeper.numerics.bandits.slots import along, fill

SUCCESS, FAILURE = np.array([5.0, 9.0, 1.0, 2.0, 3.0]), np.array([100.0, 100.0, 20.0, 100.0, 90.0])
NONE = np.zeros(3, bool)


def filled(draws, *, by_draw=True, share=0.5, floor=0.2, fixed=NONE):
    belief = log_of_betas(SUCCESS, FAILURE) if by_draw else np.array([[1.0], [3.0], [2.0], [3.0], [0.0]])
    return fill(belief, by_draw=by_draw, share=share, floor=floor, draws=draws, fixed=fixed)


def test_no_share_leaves_the_list_as_it_is():
    found = filled(np.random.default_rng(0).random((3, 2)), share=0.0)
    assert found.candidate.tolist() == [0, 1, 2]
    assert found.probability.tolist() == [1.0, 1.0, 1.0]
    assert not found.explored.any()


def test_the_first_slot_by_hand():
    """Heads (0.3 < 0.5): the bandit; its draw of 0 takes the first candidate with any probability."""
    belief = np.array([[1.0], [3.0]])
    explored = fill(belief, by_draw=False, share=0.5, floor=0.2, draws=np.array([[0.3, 0.99]]), fixed=NONE)
    assert explored.candidate.tolist() == [1]
    assert explored.probability == pytest.approx([0.5 * (0.8 + 0.1)])
    kept = fill(belief, by_draw=False, share=0.5, floor=0.2, draws=np.array([[0.7, 0.99]]), fixed=NONE)
    assert kept.candidate.tolist() == [0]
    assert kept.probability == pytest.approx([0.5 + 0.5 * 0.1])


@pytest.mark.parametrize("by_draw", [True, False])
def test_probabilities_are_how_often_it_happens(by_draw):
    """Every list is drawn as often as the product of its slots' probabilities says."""
    random = np.random.default_rng(3)
    seen, said = {}, {}
    n = 20_000
    for _ in range(n):
        found = filled(random.random((3, 2)), by_draw=by_draw)
        key = tuple(found.candidate)
        seen[key] = seen.get(key, 0) + 1
        said[key] = found.probability.prod()
    assert sum(said.values()) == pytest.approx(1.0, abs=0.02), "60 lists; the rare ones may not have come"
    for key, count in seen.items():
        assert count / n == pytest.approx(said[key], abs=5 * np.sqrt(said[key] / n) + 1e-3)


def test_explored_slots_are_a_share_and_a_list_has_no_product_twice():
    random = np.random.default_rng(4)
    lists = [filled(random.random((3, 2)), share=0.3) for _ in range(5_000)]
    assert np.mean([found.explored.mean() for found in lists]) == pytest.approx(0.3, abs=0.02)
    assert all(len(set(found.candidate.tolist())) == 3 for found in lists)
    assert all((found.probability > 0).all() for found in lists)


def test_along_says_what_fill_did():
    random = np.random.default_rng(5)
    for by_draw in (True, False):
        belief = log_of_betas(SUCCESS, FAILURE) if by_draw else np.array([[1.0], [3.0], [2.0], [3.0], [0.0]])
        for _ in range(50):
            fixed = random.random(3) < 0.3
            found = filled(random.random((3, 2)), by_draw=by_draw, fixed=fixed)
            rows = along(belief, found.candidate, fixed, by_draw=by_draw, share=0.5, floor=0.2)
            assert rows.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])
            assert rows[np.arange(3), found.candidate] == pytest.approx(found.probability)


def test_along_is_thompson_in_the_first_slot():
    rows = along(log_of_betas(SUCCESS, FAILURE), np.array([0]), NONE, by_draw=True)
    assert rows[0] == pytest.approx(best_of_betas(SUCCESS, FAILURE))


def test_pinned_products_stay_and_are_not_shown_twice():
    random = np.random.default_rng(6)
    for _ in range(100):
        found = filled(random.random((3, 2)), share=1.0, fixed=np.array([False, False, True]))
        assert found.candidate[2] == 2
        assert found.probability[2] == 1.0
        assert not found.explored[2]
        assert 2 not in found.candidate[:2]


def test_fewer_candidates_than_slots():
    found = fill(
        log_of_betas(SUCCESS[:2], FAILURE[:2]), by_draw=True, share=1.0, floor=0.1, draws=np.full((3, 2), 0.5), fixed=NONE
    )
    assert sorted(found.candidate.tolist()) == [0, 1]
    assert found.probability[1] == pytest.approx(1.0), "only one was left"
    empty = fill(np.empty((0, 0)), by_draw=True, share=1.0, floor=0.1, draws=np.full((3, 2), 0.5), fixed=NONE)
    assert len(empty.candidate) == 0
