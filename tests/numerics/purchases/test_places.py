"""Places of keys against a dictionary."""

import numpy as np

from shopkeeper.numerics.purchases.places import parts, places


def test_keys_are_found_where_they_are_known():
    random = np.random.default_rng(1)
    known = random.permutation(np.unique(np.concatenate([random.integers(-(2**63), 2**63 - 1, 3000), np.arange(-50, 50)])))
    keys = np.concatenate([known, random.integers(-100, 100, 500), [2**63 - 1, -(2**63)]])
    where = {key: place for place, key in enumerate(known.tolist())}
    assert places(keys, known).tolist() == [where.get(key, -1) for key in keys.tolist()]


def test_of_a_key_known_twice_the_first_place_counts_and_nothing_is_found_in_nothing():
    assert places(np.array([5, 7]), np.array([7, 5, 5])).tolist() == [1, 0]
    assert places(np.array([5, 7]), np.array([], np.int64)).tolist() == [-1, -1]
    assert places(np.array([], np.int64), np.array([1])).tolist() == []


def test_parts_hold_each_row_once():
    for n_rows in (0, 1, 2, 7):
        assert [row for low, high in parts(n_rows) for row in range(low, high)] == list(range(n_rows))
