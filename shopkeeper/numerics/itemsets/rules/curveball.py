"""Baskets in which nothing goes together: as large as they were, every item as frequent as it was, all else by chance.

The curveball algorithm (Strona et al. 2014): two baskets at a time throw what only one of them has together and draw again.
Enough trades make every table with these margins equally likely (Carstens 2015).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import inlined, kernel
from shopkeeper.numerics.factors.random_numbers import below, random_bits
from shopkeeper.numerics.itemsets.baskets import Baskets

TRADES = 30
"""Trades a basket. Five are enough for baskets of one size; large ones among small ones keep their pairs for longer."""


@inlined
def _split(starts, item, left, right, both, single):
    """What both baskets have in ``both`` and what one has in ``single``, increasing; how many of each."""
    at, other = starts[left], starts[right]
    n_both, n_single = 0, 0
    while at < starts[left + 1] or other < starts[right + 1]:
        if other >= starts[right + 1] or (at < starts[left + 1] and item[at] < item[other]):
            single[n_single] = item[at]
            n_single += 1
            at += 1
        elif at >= starts[left + 1] or item[other] < item[at]:
            single[n_single] = item[other]
            n_single += 1
            other += 1
        else:
            both[n_both] = item[at]
            n_both += 1
            at += 1
            other += 1
    return n_both, n_single


@kernel
def _trade(starts, item, n_trades, seed, longest):
    n_rows = len(starts) - 1
    both, single = np.empty(2 * longest, np.int32), np.empty(2 * longest, np.int32)
    number = np.uint64(0)
    for _ in range(n_trades):
        left = below(random_bits(seed, number), n_rows)
        right = below(random_bits(seed, number + np.uint64(1)), n_rows)
        number += np.uint64(2)
        if left == right:
            continue
        n_both, n_single = _split(starts, item, left, right, both, single)
        n_left = starts[left + 1] - starts[left] - n_both
        for place in range(min(n_left, n_single - 1)):  # the first n_left of a shuffle go to the left
            other = place + below(random_bits(seed, number), n_single - place)
            number += np.uint64(1)
            single[place], single[other] = single[other], single[place]
        _put_back(starts[left], both, n_both, single, 0, n_left, item)
        _put_back(starts[right], both, n_both, single, n_left, n_single, item)


@inlined
def _put_back(first, both, n_both, single, low, high, item):
    for place in range(n_both):
        item[first + place] = both[place]
    for place in range(low, high):
        item[first + n_both + place - low] = single[place]
    item[first : first + n_both + high - low].sort()


def shuffled_baskets(baskets: Baskets, *, seed: int) -> Baskets:
    """``baskets`` with the same sizes and the same frequencies of items, and no other structure; the same seed gives the same."""
    item = baskets.item.copy()
    n_trades = TRADES * len(baskets) if len(baskets) > 1 else 0
    _trade(baskets.starts, item, n_trades, np.uint64(seed), int(baskets.sizes.max(initial=0)))
    return Baskets(baskets.starts.copy(), item, baskets.n_items)
