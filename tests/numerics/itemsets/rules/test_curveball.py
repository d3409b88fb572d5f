from itertools import pairwise

import numpy as np
from some_baskets import by_chance, by_hand

from shopkeeper.numerics.itemsets.rules.curveball import shuffled_baskets


def test_sizes_and_frequencies_stay_and_each_basket_has_an_item_once():
    baskets = by_hand(by_chance(pairs=[(3, 4)]))
    found = shuffled_baskets(baskets, seed=1)
    assert np.array_equal(found.starts, baskets.starts)
    assert np.array_equal(found.counts, baskets.counts)
    assert not np.array_equal(found.item, baskets.item)
    inside = np.diff(found.item)[np.setdiff1d(np.arange(len(found.item) - 1), found.starts[1:-1] - 1)]
    assert (inside > 0).all()


def n_together(baskets, *pair):
    return sum(set(pair) <= set(baskets.item[low:high].tolist()) for low, high in pairwise(baskets.starts))


def test_what_went_together_does_so_no_more():
    baskets = by_hand(by_chance(pairs=[(3, 4)], share=0.1, spread=0.1))
    assert n_together(shuffled_baskets(baskets, seed=0), 3, 4) < n_together(baskets, 3, 4) / 2


def test_every_table_with_the_margins_is_as_likely():
    """Three baskets of one and two items over three items: five such tables."""
    baskets = by_hand([[0, 1], [0, 2], [1]])
    seen = [tuple(shuffled_baskets(baskets, seed=seed).item.tolist()) for seed in range(600)]
    counts = np.unique(np.array(seen), axis=0, return_counts=True)[1]
    assert len(counts) == 5
    assert counts.min() > 80


def test_one_basket_and_none():
    assert shuffled_baskets(by_hand([[0, 1]]), seed=0).item.tolist() == [0, 1]
    assert len(shuffled_baskets(by_hand([], 2), seed=0)) == 0
