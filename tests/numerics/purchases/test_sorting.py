"""Short lists in kernels: the functions run inside numba only, so they are compiled here into one."""

import numba
import numpy as np

from shopkeeper.numerics.purchases.sorting import n_distinct, order_pairs


@numba.njit
def _both(keys, values):
    order_pairs(keys, values, len(keys))
    return n_distinct(keys.copy(), len(keys))


def test_lists_of_any_length_come_in_order_with_their_values():
    random = np.random.default_rng(5)
    for n in (0, 1, 2, 3, 50, 3000):
        keys = random.integers(-(2**62), 2**62, n) if n > 3 else random.integers(0, 2, n)
        found, values = keys.copy(), np.arange(n)
        assert _both(found, values) == len(set(keys.tolist()))
        np.testing.assert_array_equal(found, np.sort(keys))
        np.testing.assert_array_equal(keys[values], found)
