"""Apriori (Agrawal & Srikant 1994): level by level, sets all of whose parts are frequent are counted in the baskets.

Pairs are counted in a triangle of counters; larger candidates stand in a tree of their items, into which every basket is led.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, inlined, kernel, quiet
from shopkeeper.numerics.itemsets.baskets import Baskets, Ranked
from shopkeeper.numerics.itemsets.found import COMPLETE, TOO_LARGE, TOO_MANY, are_related
from shopkeeper.numerics.itemsets.walking import count_rows, find_row


@kernel
def _count_pairs(starts, item, n_items, triangle):
    for basket in range(len(starts) - 1):
        for place in range(starts[basket], starts[basket + 1]):
            left = item[place]
            row = left * (2 * n_items - left - 1) // 2 - left - 1
            for other in range(place + 1, starts[basket + 1]):
                triangle[row + item[other]] += 1


@kernel
def _frequent_pairs(triangle, n_items, min_count, parent, code, max_sets):
    """(items int32 [pairs, 2], counts) in order, or more than ``max_sets`` of them."""
    n_found = 0
    for place in range(len(triangle)):
        n_found += triangle[place] >= min_count
    n_found = min(n_found, max_sets + 1)
    rows, count = np.empty((n_found, 2), np.int32), np.empty(n_found, np.int32)
    end, place = 0, 0
    for left in range(n_items):
        for right in range(left + 1, n_items):
            if triangle[place] >= min_count and end < n_found and not are_related(parent, code[left], code[right]):
                rows[end, 0], rows[end, 1], count[end] = left, right, triangle[place]
                end += 1
            place += 1
    return rows[:end], count[:end]


@inlined
def _parts_are_frequent(rows, key, part):
    """Whether every part of ``key`` without one of its first items is among the rows; the last two have been seen to be."""
    size = len(key)
    for left_out in range(size - 2):
        end = 0
        for place in range(size):
            if place != left_out:
                part[end] = key[place]
                end += 1
        if find_row(rows, part) < 0:
            return False
    return True


@kernel
def _candidates(rows, out):
    """Join sets that differ in their last item alone, keep those all of whose parts are frequent. How many; ``out`` is filled."""
    size = rows.shape[1]
    key, part = np.empty(size + 1, np.int32), np.empty(size, np.int32)
    n_found = 0
    for place in range(len(rows)):
        for column in range(size):
            key[column] = rows[place, column]
        for other in range(place + 1, len(rows)):
            same = True
            for column in range(size - 1):
                if rows[other, column] != rows[place, column]:
                    same = False
                    break
            if not same:
                break
            key[size] = rows[other, size - 1]
            if _parts_are_frequent(rows, key, part):
                if n_found < len(out):
                    for column in range(size + 1):
                        out[n_found, column] = key[column]
                n_found += 1
    return n_found


def candidates(rows: Array) -> Array:
    """int32 [candidates, size + 1]: sets all of whose parts are among ``rows`` int32 [sets, size], both in lexical order."""
    n_found = _candidates(rows, np.empty((0, rows.shape[1] + 1), np.int32))
    out = np.empty((n_found, rows.shape[1] + 1), np.int32)
    _candidates(rows, out)
    return out


def n_candidates(rows: Array) -> int:
    """How many `candidates` the ``rows`` int32 [sets, size] in lexical order have."""
    return int(_candidates(rows, np.empty((0, rows.shape[1] + 1), np.int32)))


@kernel
def _pack(rows, count, flat):
    size, end = rows.shape[1], 0
    for place in range(len(rows)):
        flat[end], flat[end + 1] = size, count[place]
        for column in range(size):
            flat[end + 2 + column] = rows[place, column]
        end += size + 2


def _packed(rows: Array, count: Array) -> Array:
    flat = np.empty(len(rows) * (rows.shape[1] + 2), np.int32)
    _pack(rows, count, flat)
    return flat


def _pairs(baskets: Baskets, min_count: int, parent: Array, code: Array, max_sets: int) -> tuple[Array, Array]:
    n = baskets.n_items
    triangle = np.zeros(n * (n - 1) // 2, np.int32)
    _count_pairs(baskets.starts, baskets.item, n, triangle)
    return _frequent_pairs(triangle, n, min_count, parent, code, max_sets)


def _counts(baskets: Baskets, tried: Array) -> Array:
    """int32 [candidates]: in how many baskets each is; all baskets are of one stratum."""
    count, first = np.zeros((len(tried), 1), np.int32), np.full(len(tried), len(baskets), np.int64)
    count_rows(0, len(tried), baskets.starts, baskets.item, np.zeros(len(baskets), np.int8), tried, count, first)
    return count[:, 0]


def apriori(
    ranked: Ranked, min_count: int, max_items: int, parent: Array, *, max_sets: int, max_bytes: int, tell: Tell = quiet
) -> tuple[list[Array], int]:
    """(parts for `found.in_order`, how the search ended): every set of two to ``max_items`` items in ``min_count`` baskets.

    ``parent`` int32 by item's code. At most ``max_sets`` sets and ``max_bytes`` of counters and candidates.
    """
    baskets = ranked.baskets
    if 2 * baskets.n_items**2 > max_bytes:
        return [], TOO_LARGE
    rows, count = _pairs(baskets, min_count, parent, ranked.code, max_sets)
    parts, found = [_packed(rows, count)], len(rows)
    for size in range(3, max_items + 1):
        if found > max_sets:
            return parts, TOO_MANY
        if len(rows) < size:
            break
        tell((size - 2) / max_items)
        if n_candidates(rows) * 4 * (size + 1) > max_bytes:
            return parts, TOO_LARGE
        tried = candidates(rows)
        count = _counts(baskets, tried)
        rows, count = tried[count >= min_count], count[count >= min_count]
        parts.append(_packed(rows, count))
        found += len(rows)
    return parts, TOO_MANY if found > max_sets else COMPLETE
