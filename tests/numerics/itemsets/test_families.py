from hypothesis import given
from hypothesis import strategies as st
from some_baskets import by_hand

from shopkeeper.numerics.itemsets.families import closed_and_maximal, parts
from shopkeeper.numerics.itemsets.mining import Limits, frequent_itemsets


def named(itemsets):
    return [tuple(itemsets.item[low:high].tolist()) for low, high in zip(itemsets.starts, itemsets.starts[1:], strict=False)]


def test_closed_and_maximal_by_hand():
    """Zaki & Hsiao's (2002) example: ACTW, CDW, ACTW, ACDW, ACDTW, CDT with a support of three."""
    codes = {letter: place for place, letter in enumerate("ACDTW")}
    rows = [[codes[letter] for letter in row] for row in ("ACTW", "CDW", "ACTW", "ACDW", "ACDTW", "CDT")]
    itemsets = frequent_itemsets(by_hand(rows), 3).itemsets
    closed, maximal = closed_and_maximal(itemsets)
    words = ["".join("ACDTW"[code] for code in items) for items in named(itemsets)]
    assert {word for word, is_closed in zip(words, closed, strict=True) if is_closed} == {
        "C",
        "CD",
        "CT",
        "ACW",
        "CDW",
        "CW",
        "ACTW",
    }
    assert {word for word, is_maximal in zip(words, maximal, strict=True) if is_maximal} == {"ACTW", "CDW"}


@given(st.lists(st.lists(st.integers(0, 7), max_size=6), max_size=25))
def test_closed_and_maximal_by_looking_at_all(rows):
    itemsets = frequent_itemsets(by_hand(rows, 8), 2, limits=Limits(6)).itemsets
    closed, maximal = closed_and_maximal(itemsets)
    sets, counts = [set(items) for items in named(itemsets)], itemsets.count.tolist()
    for place, mine in enumerate(sets):
        larger = [count for other, count in zip(sets, counts, strict=True) if mine < other]
        assert maximal[place] == (not larger)
        assert closed[place] == (counts[place] not in larger)


def test_parts_are_the_sets_without_the_item_there():
    itemsets = frequent_itemsets(by_hand([[0, 1, 2]] * 3 + [[2]]), 2).itemsets
    part = parts(itemsets)
    names = named(itemsets)
    for number, items in enumerate(names):
        for position in range(len(items)):
            at = part[itemsets.starts[number] + position]
            left = items[:position] + items[position + 1 :]
            assert (names[at] if at >= 0 else ()) == left
