"""What frequent sets say of each other: which are closed and which are maximal."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel
from shopkeeper.numerics.itemsets.apriori import find_row
from shopkeeper.numerics.itemsets.found import Itemsets


@kernel
def _mark_parts(rows, count, smaller, smaller_count, is_closed, is_maximal):
    """Tell every part of ``rows`` with one item less that it has a larger set."""
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
            if at >= 0:
                is_maximal[at] = False
                if smaller_count[at] == count[place]:
                    is_closed[at] = False


def lexical(rows: Array) -> Array:
    """int64 [rows]: the order that sorts ``rows`` int32 [rows, size] by their first item, then their second, and so on."""
    order: Array = np.lexsort(rows.T[::-1]) if len(rows) else np.empty(0, np.int64)
    return order


def closed_and_maximal(itemsets: Itemsets) -> tuple[Array, Array]:
    """(bool [sets], bool [sets]): no larger set found is in as many baskets; no larger set was found at all.

    Pasquier et al. 1999, Bayardo 1998. What is larger than the largest size that was searched for is not known.
    """
    closed, maximal = np.ones(len(itemsets), np.bool_), np.ones(len(itemsets), np.bool_)
    for size in range(1, itemsets.largest):
        first, last = itemsets.block(size)
        low, high = itemsets.block(size + 1)
        rows = itemsets.rows(size)
        order = lexical(rows)
        is_closed, is_maximal = np.ones(last - first, np.bool_), np.ones(last - first, np.bool_)
        counts = itemsets.count[first:last][order]
        _mark_parts(itemsets.rows(size + 1), itemsets.count[low:high], rows[order], counts, is_closed, is_maximal)
        closed[first + order], maximal[first + order] = is_closed, is_maximal
    return closed, maximal
