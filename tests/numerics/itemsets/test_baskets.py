import numpy as np
from some_baskets import by_hand

from shopkeeper.numerics.itemsets.baskets import baskets_of, ranked


def test_a_basket_has_each_item_once_in_order():
    found = baskets_of(np.array([2, 0, 2, 2, 0]), np.array([5, 1, 3, 5, 0]), 3, 6)
    assert found.starts.tolist() == [0, 2, 2, 4]
    assert found.item.tolist() == [0, 1, 3, 5]
    assert found.sizes.tolist() == [2, 0, 2]
    assert found.counts.tolist() == [1, 1, 0, 1, 0, 1]


def test_large_baskets_are_sorted_too():
    random = np.random.default_rng(0)
    item = random.integers(0, 500, 900)
    found = baskets_of(np.zeros(900, np.int64), item, 1, 500)
    assert found.item.tolist() == sorted(set(item.tolist()))


def test_some_and_between_keep_rows():
    rows = by_hand([[0], [1, 2], [], [0, 2]])
    assert rows.some(np.array([True, False, True, True])).starts.tolist() == [0, 1, 1, 3]
    part = rows.between(1, 4)
    assert (part.starts.tolist(), part.item.tolist()) == ([0, 2, 2, 4], [1, 2, 0, 2])


def test_ranks_go_from_rare_to_frequent_and_leave_out_what_is_too_rare():
    found = ranked(by_hand([[0, 1, 2], [1, 2], [2], [3]]), 2)
    assert found.code.tolist() == [1, 2]
    assert found.count.tolist() == [2, 3]
    assert found.baskets.item.tolist() == [0, 1, 0, 1, 1]
    assert len(found.baskets) == 3, "a basket without a frequent item is no basket any more"
