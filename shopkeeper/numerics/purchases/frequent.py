"""What is most frequent with each: the channel that somebody comes by, the device."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.purchases.sorting import favorites
from shopkeeper.numerics.sparse_rows import counting_sort


@kernel
def _count(low, high, starts, rows, code, top, n_top, n_known):
    longest = 0
    for group in range(low, high):
        longest = max(longest, starts[group + 1] - starts[group])
    codes, ones = np.empty(longest, np.int64), np.ones(longest, np.int64)
    for group in range(low, high):
        n = 0
        for place in range(starts[group], starts[group + 1]):
            if code[rows[place]] >= 0:
                codes[n] = code[rows[place]]
                n += 1
        favorites(codes, ones, n, top[group : group + 1], n_top[group : group + 1])
        n_known[group] = n


def most_frequent(group: Array, code: Array, n_groups: int) -> tuple[Array, Array, Array]:
    """(the most frequent code of each group, -1 without any, of equal ones the lowest; how often; of how many): int64 [n_groups].

    ``group`` int32 and ``code`` int32 (-1: unknown, not counted) a row.
    """
    starts, rows = counting_sort(group, n_groups)
    top, n_top, n_known = np.full(n_groups, -1, np.int64), np.zeros(n_groups, np.int64), np.zeros(n_groups, np.int64)
    in_threads(lambda low, high: _count(low, high, starts, rows, code, top, n_top, n_known), ranges(np.diff(starts), n_threads()))
    return top, n_top, n_known
