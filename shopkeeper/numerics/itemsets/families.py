"""What frequent sets say of each other: which are closed and which are maximal."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel
from shopkeeper.numerics.itemsets.found import Itemsets
from shopkeeper.numerics.itemsets.walking import find_row


def lexical(rows: Array) -> Array:
    """int64 [rows]: the order that sorts ``rows`` int32 [rows, size] by their first item, then their second, and so on."""
    order: Array = np.lexsort(rows.T[::-1]) if len(rows) else np.empty(0, np.int64)
    return order


@kernel
def _find_parts(rows, smaller, order, base, out):
    size = rows.shape[1]
    part = np.empty(size - 1, np.int32)
    for place in range(len(rows)):
        for left_out in range(size):
            end = 0
            for column in range(size):
                if column != left_out:
                    part[end] = rows[place, column]
                    end += 1
            at = find_row(smaller, part)
            out[place * size + left_out] = base + order[at] if at >= 0 else -1


def parts(itemsets: Itemsets) -> Array:
    """int64, beside ``itemsets.item``: which set is left when the item there is taken away; -1 for none (a single item's)."""
    out = np.full(len(itemsets.item), -1, np.int64)
    for size in range(2, itemsets.largest + 1):
        first, last = itemsets.block(size)
        base, _ = itemsets.block(size - 1)
        smaller = itemsets.rows(size - 1)
        order = lexical(smaller)
        low, high = itemsets.starts[first], itemsets.starts[last]
        _find_parts(itemsets.rows(size), smaller[order], order, base, out[low:high])
    return out


def closed_and_maximal(itemsets: Itemsets) -> tuple[Array, Array]:
    """(bool [sets], bool [sets]): no larger set found is in as many baskets; no larger set was found at all.

    Pasquier et al. 1999, Bayardo 1998. What is larger than the largest size that was searched for is not known.
    """
    closed, maximal = np.ones(len(itemsets), np.bool_), np.ones(len(itemsets), np.bool_)
    part = parts(itemsets)
    larger = np.repeat(np.arange(len(itemsets)), itemsets.sizes)[part >= 0]
    part = part[part >= 0]
    maximal[part] = False
    closed[part[itemsets.count[part] == itemsets.count[larger]]] = False
    return closed, maximal
