"""Pairs are counted as by hand, from both sides, and the strongest are kept."""

import itertools
from collections import Counter

import numpy as np
import pytest

from shopkeeper.numerics.complements.pairs import capped, pair_counts
from shopkeeper.numerics.itemsets.baskets import Baskets, baskets_of


def baskets_from(lists, n_items):
    basket = np.repeat(np.arange(len(lists)), [len(items) for items in lists])
    return baskets_of(basket, np.array([item for items in lists for item in items], np.int64), len(lists), n_items)


def as_dict(pairs):
    rows = zip(
        pairs.source.tolist(), pairs.other.tolist(), pairs.n.tolist(), pairs.weight.tolist(), pairs.views.tolist(), strict=True
    )
    return {(source, other): (n, weight, views) for source, other, n, weight, views in rows}


def test_counted_by_hand():
    baskets = baskets_from([[0, 1], [0, 1, 2], [2, 1], [3]], 4)
    visits = baskets_from([[0, 1], [0, 3], [1, 2], [0, 1, 2]], 4)
    found = as_dict(pair_counts(baskets, np.array([1.0, 2.0, 4.0, 8.0]), visits, at_least=2))
    assert found == {(0, 1): (2, 3.0, 2), (1, 0): (2, 3.0, 2), (1, 2): (2, 6.0, 2), (2, 1): (2, 6.0, 2)}


def test_equal_to_counting_every_pair():
    random = np.random.default_rng(0)
    lists = [random.choice(30, random.integers(1, 9), replace=False).tolist() for _ in range(400)]
    weight = random.random(400)
    expected, total = Counter(), Counter()
    for items, value in zip(lists, weight.tolist(), strict=True):
        for pair in itertools.permutations(items, 2):
            expected[pair] += 1
            total[pair] += value
    found = as_dict(pair_counts(baskets_from(lists, 30), weight, at_least=2, keep=100))
    assert {pair: n for pair, (n, _, _) in found.items()} == {pair: n for pair, n in expected.items() if n >= 2}
    for pair, (_, value, views) in found.items():
        assert value == pytest.approx(total[pair], rel=1e-5)
        assert views == 0


def test_the_strongest_partners_are_kept():
    lists = [[0, 1]] * 5 + [[0, 2]] * 3 + [[0, 3]] * 2
    pairs = pair_counts(baskets_from(lists, 4), np.ones(10), keep=2)
    assert sorted(other for source, other in as_dict(pairs) if source == 0) == [1, 2]
    assert (3, 0) in as_dict(pairs), "the other side has room"


def test_large_baskets_are_cut_and_small_ones_left():
    baskets = baskets_from([list(range(50)), [1, 2, 3], []], 50)
    cut = capped(baskets, 10, seed=1)
    assert cut.sizes.tolist() == [10, 3, 0]
    assert set(cut.item[:10]) <= set(range(50))
    assert (np.diff(cut.item[:10]) > 0).all()
    assert cut.item[10:].tolist() == [1, 2, 3]
    assert capped(baskets, 50, seed=1) is baskets
    assert not np.array_equal(capped(baskets, 10, seed=2).item, cut.item)


def test_nothing_gives_nothing():
    nothing = Baskets(np.zeros(1, np.int64), np.empty(0, np.int32), 3)
    assert len(pair_counts(nothing, np.empty(0))) == 0
    assert len(pair_counts(baskets_from([[0]], 3), np.ones(1))) == 0


def test_some_keep_their_places():
    pairs = pair_counts(baskets_from([[0, 1, 2]] * 3, 3), np.ones(3))
    some = pairs.some(np.array([1, 4]))
    assert list(zip(some.source.tolist(), some.other.tolist(), strict=True)) == [(0, 2), (2, 0)]
    assert some.starts.tolist() == [0, 1, 1, 2]
