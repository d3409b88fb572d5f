"""Sets in lexical order as a tree: finding one among them, and leading baskets into it to count those that have each."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import inlined, kernel


@inlined
def compare(rows, place, key):
    """Negative, 0 or positive as row ``place`` comes before, is, or comes after ``key``."""
    for column in range(len(key)):
        if rows[place, column] != key[column]:
            return -1 if rows[place, column] < key[column] else 1
    return 0


@inlined
def find_row(rows, key):
    """The place of ``key`` among rows in lexical order, or -1."""
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        if compare(rows, middle, key) < 0:
            low = middle + 1
        else:
            high = middle
    if low < len(rows) and compare(rows, low, key) == 0:
        return low
    return -1


@inlined
def first_not_below(rows, column, low, high, wanted):
    """The first row of ``[low, high)`` whose ``column`` is at least ``wanted``: doubling steps, then halving ones."""
    step = 1
    while low + step < high and rows[low + step, column] < wanted:
        low += step
        step *= 2
    high = min(high, low + step)
    while low < high:
        middle = (low + high) // 2
        if rows[middle, column] < wanted:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def count_rows(first_row, last_row, starts, item, stratum, rows, count, first):
    """Lead every basket into the tree of sets: ``count`` [sets, strata] of the baskets with each, ``first`` of them [sets].

    Rows ``[low, high)`` of a node share their first items; the walk goes down where the basket has the next item.
    """
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
