"""All methods find the same sets: by hand, by looking at every set, on real baskets, and as other libraries do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from some_baskets import bakery, by_chance, by_hand, every_set

from shopkeeper.core.errors import UnknownName
from shopkeeper.numerics.itemsets import mining
from shopkeeper.numerics.itemsets.mining import METHODS, Limits, frequent_itemsets

# Agrawal & Srikant 1994, figure 3: four transactions, minimum support two.
PAPER = [[1, 3, 4], [2, 3, 5], [1, 2, 3, 5], [2, 5]]
PAPER_SETS = {
    (1,): 2, (2,): 3, (3,): 3, (5,): 3, (1, 3): 2, (2, 3): 2, (2, 5): 3, (3, 5): 2, (2, 3, 5): 2,
}  # fmt: skip


def as_dict(itemsets):
    return {
        tuple(itemsets.item[low:high].tolist()): int(count)
        for low, high, count in zip(itemsets.starts, itemsets.starts[1:], itemsets.count, strict=False)
    }


@pytest.mark.parametrize("method", METHODS)
def test_the_paper_s_example(method):
    assert as_dict(frequent_itemsets(by_hand(PAPER), 2, method=method).itemsets) == PAPER_SETS


rows_of_baskets = st.lists(st.lists(st.integers(0, 9), max_size=8), max_size=30)


@settings(max_examples=60)
@given(rows=rows_of_baskets, min_count=st.integers(1, 5), max_items=st.integers(1, 6), above=st.integers(0, 2**9 - 1))
def test_every_method_finds_what_looking_at_every_set_finds(rows, min_count, max_items, above):
    parent = np.array([item // 2 - 1 if above >> item & 1 else -1 for item in range(10)], np.int32)
    expected = every_set(rows, min_count, max_items, parent)
    for method in METHODS:
        found = frequent_itemsets(by_hand(rows, 10), min_count, parent=parent, method=method, limits=Limits(max_items))
        assert as_dict(found.itemsets) == expected, method


def test_the_order_of_sets_is_size_then_support_then_codes():
    itemsets = frequent_itemsets(by_hand([[0, 1, 2]] * 3 + [[0, 2]] + [[5]] * 9), 1).itemsets
    assert list(as_dict(itemsets)) == [(5,), (0,), (2,), (1,), (0, 2), (0, 1), (1, 2), (0, 1, 2)]


@pytest.mark.parametrize("method", METHODS)
def test_more_sets_than_allowed_raise_the_support(method):
    baskets = by_hand(by_chance(n_baskets=400))
    everything = frequent_itemsets(baskets, 4, method=method)
    less = frequent_itemsets(baskets, 4, method=method, limits=Limits(max_sets=300))
    assert everything.min_count == 4
    assert less.min_count > 4
    assert len(less.itemsets) <= 300
    kept = {items: count for items, count in as_dict(everything.itemsets).items() if count >= less.min_count}
    assert as_dict(less.itemsets) == kept


@pytest.mark.parametrize("method", [*METHODS, "auto"])
def test_memory_is_asked_before_it_is_taken(method):
    baskets = by_hand(by_chance(n_baskets=800))
    found = frequent_itemsets(baskets, 4, method=method, limits=Limits(max_bytes=600))
    assert found.min_count > 4
    assert as_dict(found.itemsets) == as_dict(frequent_itemsets(baskets, found.min_count).itemsets)


def test_any_number_of_threads_finds_the_same(monkeypatch):
    from shopkeeper.numerics.itemsets import eclat

    baskets, found = by_hand(by_chance()), []
    for n in (1, 3):
        monkeypatch.setattr(eclat, "n_threads", lambda n=n: n)
        found.append(as_dict(frequent_itemsets(baskets, 20).itemsets))
    assert found[0] == found[1]


def test_an_unknown_method_is_refused_with_the_nearest():
    with pytest.raises(UnknownName) as refused:
        frequent_itemsets(by_hand(PAPER), 2, method="eclair")
    assert "eclat" in refused.value.wanted


def test_no_basket_and_one():
    assert len(frequent_itemsets(by_hand([]), 1).itemsets) == 0
    assert as_dict(frequent_itemsets(by_hand([[0]]), 1).itemsets) == {(0,): 1}


@pytest.mark.realdata
def test_real_baskets_by_every_method(real_data):
    """The bakery's tickets: as many sets as mlxtend 0.25 and pyfim 6.28 find in them."""
    rows, names = bakery(real_data)
    baskets = by_hand(rows, len(names))
    found = {method: as_dict(frequent_itemsets(baskets, 30, method=method).itemsets) for method in METHODS}
    assert found["eclat"] == found["apriori"] == found["fp_growth"]
    assert len(found["eclat"]) == 188
    assert mining.AUTO[0] == "eclat"


def test_what_efficient_apriori_finds():
    library = pytest.importorskip("efficient_apriori", reason="efficient-apriori is not installed")
    rows = by_chance(seed=5, n_items=30)
    theirs, _ = library.apriori([tuple(row) for row in rows], min_support=0.02, min_confidence=1.0, max_length=5)
    expected = {tuple(sorted(items)): count for of_size in theirs.values() for items, count in of_size.items()}
    assert as_dict(frequent_itemsets(by_hand(rows, 30), int(np.ceil(0.02 * len(rows)))).itemsets) == expected


def test_what_mlxtend_finds():
    library = pytest.importorskip("mlxtend.frequent_patterns", reason="mlxtend is not installed")
    import pandas

    rows = by_chance(seed=6, n_items=30)
    table = pandas.DataFrame([[item in set(row) for item in range(30)] for row in rows])
    theirs = library.fpgrowth(table, min_support=0.02, max_len=5)
    expected = {
        tuple(sorted(items)): round(support * len(rows))
        for items, support in zip(theirs["itemsets"], theirs["support"], strict=True)
    }
    assert as_dict(frequent_itemsets(by_hand(rows, 30), int(np.ceil(0.02 * len(rows)))).itemsets) == expected
