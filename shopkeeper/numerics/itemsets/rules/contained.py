"""Which sets are in which baskets, counted by stratum: each basket is led into the tree of all sets of one size."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.itemsets.apriori import find_row, first_not_below
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.itemsets.families import lexical
from shopkeeper.numerics.itemsets.found import Itemsets


@dataclass(frozen=True)
class Contained:
    """``count`` int32 [sets, strata]: baskets with the set; ``first`` int64 [sets]: the first, or the number of baskets."""

    count: Array
    first: Array


@kernel
def _count(first_row, last_row, starts, item, stratum, rows, count, first):
    """Rows ``[low, high)`` of a node share their first items; the walk goes down where the basket has the next item."""
    size = rows.shape[1]
    low, high = np.zeros(size + 1, np.int64), np.zeros(size + 1, np.int64)
    at = np.zeros(size + 1, np.int64)
    for basket in range(len(starts) - 1):
        last = starts[basket + 1]
        if last - starts[basket] < size:
            continue
        depth = 0
        low[0], high[0], at[0] = first_row, last_row, starts[basket]
        while depth >= 0:
            if low[depth] >= high[depth] or at[depth] > last - (size - depth):
                depth -= 1
                continue
            wanted = item[at[depth]]
            here = rows[low[depth], depth]
            if here < wanted:
                low[depth] = first_not_below(rows, depth, low[depth], high[depth], wanted)
            elif here > wanted:
                at[depth] += 1
            else:
                end = first_not_below(rows, depth, low[depth], high[depth], wanted + 1)
                row, low[depth] = low[depth], end
                at[depth] += 1
                if depth == size - 1:
                    count[row, stratum[basket]] += 1
                    first[row] = min(first[row], basket)
                else:
                    low[depth + 1], high[depth + 1], at[depth + 1] = row, end, at[depth]
                    depth += 1


def contained(baskets: Baskets, rows: Array, stratum: Array, n_strata: int) -> Contained:
    """How many baskets of each stratum have each set.

    ``rows`` int32 [sets, size] of items, each increasing, in any order; ``stratum`` int [baskets] below ``n_strata``.
    """
    order = lexical(rows)
    sorted_rows = np.ascontiguousarray(rows[order])
    count = np.zeros((len(rows), n_strata), np.int32)
    first = np.full(len(rows), len(baskets), np.int64)
    if len(rows) and rows.shape[1]:
        wanted = np.zeros(baskets.n_items, np.bool_)
        wanted[rows] = True
        some = _only(baskets, wanted)
        spans = ranges(np.ones(len(rows), np.int64), n_threads())
        in_threads(
            lambda low, high: _count(low, high, some.starts, some.item, np.asarray(stratum), sorted_rows, count, first), spans
        )
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return Contained(count[back], first[back])


def _only(baskets: Baskets, wanted: Array) -> Baskets:
    """The same baskets with the wanted items alone."""
    kept = wanted[baskets.item]
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(kept)))
    return Baskets(ends[baskets.starts], baskets.item[kept], baskets.n_items)


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
