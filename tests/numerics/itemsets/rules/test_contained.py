import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from some_baskets import by_hand

from shopkeeper.numerics.itemsets.rules.contained import contained


@given(st.lists(st.lists(st.integers(0, 6), max_size=7), max_size=20), st.integers(1, 4), st.integers(0, 99))
def test_counts_by_stratum_and_the_first_basket(rows, size, seed):
    random = np.random.default_rng(seed)
    wanted = np.unique([np.sort(random.choice(7, size, replace=False)) for _ in range(6)], axis=0).astype(np.int32)
    wanted = wanted[random.permutation(len(wanted))]
    stratum = random.integers(0, 3, len(rows))
    found = contained(by_hand(rows, 7), wanted, stratum, 3)
    for place, items in enumerate(wanted.tolist()):
        there = [number for number, row in enumerate(rows) if set(items) <= set(row)]
        assert found.count[place].tolist() == [sum(stratum[number] == each for number in there) for each in range(3)]
        assert found.first[place] == (there[0] if there else len(rows))
