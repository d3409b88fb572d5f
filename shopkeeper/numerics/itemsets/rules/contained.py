"""Which sets are in which baskets, counted by stratum: each basket is led into the tree of all sets of one size."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, n_threads, ranges
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.itemsets.families import lexical
from shopkeeper.numerics.itemsets.walking import count_rows


@dataclass(frozen=True)
class Contained:
    """``count`` int32 [sets, strata]: baskets with the set; ``first`` int64 [sets]: the first, or the number of baskets."""

    count: Array
    first: Array


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
            lambda low, high: count_rows(low, high, some.starts, some.item, np.asarray(stratum), sorted_rows, count, first), spans
        )
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return Contained(count[back], first[back])


def _only(baskets: Baskets, wanted: Array) -> Baskets:
    """The same baskets with the wanted items alone."""
    kept = wanted[baskets.item]
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(kept)))
    return Baskets(ends[baskets.starts], baskets.item[kept], baskets.n_items)
