"""A list from candidates: by hand, by the formula of maximal marginal relevance, and under hypothesis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopkeeper.numerics.steering.selection import CATEGORY_SHARE, Likeness, choose, relevance


def pick(value, n, *, usable=None, late=None, pinned=None, group=None, most=(), diversity=0.0, likeness=None):
    m = len(value)
    chosen, like = choose(
        np.array(value, np.float32),
        usable=np.ones(m, bool) if usable is None else np.array(usable, bool),
        late=np.zeros(m, np.uint8) if late is None else np.array(late, np.uint8),
        pinned=np.full(n, -1, np.int32) if pinned is None else np.array(pinned, np.int32),
        group=np.empty((m, 0), np.int32) if group is None else np.array(group, np.int32),
        most=np.array(most, np.int32), diversity=diversity, **({"likeness": likeness} if likeness else {}),
    )  # fmt: skip
    return chosen.tolist(), like


def alike(levels, brands, groups=None, code=None, edges=()):
    m = len(levels)
    starts = np.zeros(m + 1, np.int64)
    for source, _, _ in edges:
        starts[source + 1 :] += 1
    return Likeness(
        np.array(levels, np.int32).reshape(m, -1), np.array(brands, np.int32),
        np.full(m, -1, np.int32) if groups is None else np.array(groups, np.int32),
        np.arange(m, dtype=np.int32) if code is None else np.array(code, np.int32),
        starts, np.array([edge[1] for edge in edges], np.int32), np.array([edge[2] for edge in edges], np.float32),
    )  # fmt: skip


def test_relevance_keeps_falling_scores_and_goes_on_where_they_end():
    found = relevance(np.array([4.0, 2.0, 0.0, 0.0, 9.0], np.float32))
    assert found.tolist() == pytest.approx([4.0, 2.0, 2 * 2 / 3, 2 * 2 / 3 * 3 / 4, 2 * 2 / 3 * 3 / 4 * 4 / 5])
    assert relevance(np.zeros(3, np.float32)).tolist() == pytest.approx([1.0, 1 / 2, 1 / 3])
    assert relevance(np.array([1.0, 0.0, -1.0], np.float32)).tolist() == pytest.approx([1.0, np.exp(-1), np.exp(-2)])
    assert len(relevance(np.empty(0, np.float32))) == 0


def test_the_best_first_and_of_equal_ones_the_first():
    assert pick([0.2, 0.9, 0.9, 0.1], 3)[0] == [1, 2, 0]
    assert pick([], 3)[0] == []


def test_pins_take_their_positions_and_move_up_where_the_list_is_short():
    assert pick([5, 4, 3, 2], 3, pinned=[-1, 3, -1])[0] == [0, 3, 1]
    assert pick([5, 4], 5, pinned=[-1, -1, -1, 0, -1])[0] == [1, 0]
    assert pick([5, 4], 3, usable=[False, False], pinned=[-1, -1, 1])[0] == [1]


def test_what_is_late_comes_last_but_comes():
    assert pick([5, 4, 3], 3, late=[1, 0, 0])[0] == [1, 2, 0]
    assert pick([5, 4, 3], 2, late=[1, 1, 1])[0] == [0, 1]


def test_caps_hold_and_pinned_ones_count():
    group = [[0], [0], [0], [1], [-1]]
    assert pick([5, 4, 3, 2, 1], 5, group=group, most=[1])[0] == [0, 3, 4]
    assert pick([5, 4, 3, 2, 1], 5, group=group, most=[0])[0] == [4]
    assert pick([5, 4, 3, 2, 1], 4, group=group, most=[1], pinned=[-1, -1, 2, -1])[0] == [3, 4, 2]
    assert pick([5, 4, 3, 2, 1], 3, group=group, most=[1], pinned=[1, 2, -1])[0] == [1, 2, 3]


def test_variety_is_maximal_marginal_relevance():
    """By hand: 0 first; then 1 (same path) is worth 0.5 * 0.75 - 0.5 * 0.7, and 2 (another path) 0.5 * 0.5."""
    likeness = alike([[0], [0], [1], [1]], [-1, -1, -1, -1])
    chosen, like = pick([5, 4, 3, 1], 4, diversity=0.5, likeness=likeness)
    assert chosen == [0, 2, 1, 3]
    assert like.tolist() == pytest.approx([0, 0, CATEGORY_SHARE, CATEGORY_SHARE])


def test_likeness_of_levels_brands_variants_and_texts():
    levels, brands = [[0, 1], [0, 2], [0, -1], [3, -1], [-1, -1], [-1, -1]], [7, 7, -1, -1, -1, -1]
    likeness = alike(levels, brands, [-1, -1, -1, 4, 4, -1], edges=[(0, 5, 0.9)])
    _, like = pick([6, 5, 4, 3, 2, 1], 6, diversity=1e-9, likeness=likeness)
    rest = 1 - CATEGORY_SHARE
    assert like.tolist() == pytest.approx([0, CATEGORY_SHARE / 2 + rest, CATEGORY_SHARE / 2, 0, 1.0, 0.9])
    assert pick([6, 5, 4, 3, 2, 1], 2, diversity=1.0, likeness=likeness)[0] == [0, 3]


def reference(value, likeness, n, diversity):
    """Carbonell & Goldstein's formula, written down once more without cleverness."""
    chosen, rest = [], list(range(len(value)))
    width = max(max(value) - min(value), 1e-30)
    while rest and len(chosen) < n:
        near = [max((likeness[i][j] for j in chosen), default=0.0) for i in rest]
        worth = [(1 - diversity) * (value[i] - min(value)) / width - diversity * like for i, like in zip(rest, near, strict=True)]
        best = rest[int(np.argmax(worth))]
        chosen.append(best)
        rest.remove(best)
    return chosen


@given(st.integers(0, 10_000), st.integers(1, 14), st.integers(1, 10), st.sampled_from([0.0, 0.2, 0.5, 0.9]))
@settings(max_examples=80, deadline=None)
def test_it_equals_the_formula(seed, m, n, diversity):
    random = np.random.default_rng(seed)
    value = np.sort(random.random(m))[::-1].astype(np.float32)
    level, brand = random.integers(0, 4, (m, 1)), random.integers(0, 3, m)
    like = CATEGORY_SHARE * (level == level.T) + (1 - CATEGORY_SHARE) * (brand[:, None] == brand)
    chosen, _ = pick(value, n, diversity=diversity, likeness=alike(level, brand))
    assert chosen == reference(value.astype(float).tolist(), like, n, diversity)
