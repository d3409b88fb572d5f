"""The short lists inside kernels: put in order, counted, and their favorites found."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import inlined

# Shell's sort with Ciura's gaps (2001), gone on by 2.25: nothing to allocate, little to compile, insertion where lists are short.
GAPS = np.array([1, 4, 10, 23, 57, 132, 301, 701, 1577, 3548, 7983, 17961, 40412, 90927, 204585, 460316, 1035711], np.int64)


@inlined
def _n_gaps(n):
    found = 0
    while found < len(GAPS) and GAPS[found] < n:
        found += 1
    return found


@inlined
def order_pairs(keys, values, n):
    """Put the first ``n`` of ``keys`` in increasing order, and ``values`` with them."""
    for step in range(_n_gaps(n) - 1, -1, -1):
        gap = GAPS[step]
        for place in range(gap, n):
            key, value = keys[place], values[place]
            at = place
            while at >= gap and keys[at - gap] > key:
                keys[at], values[at] = keys[at - gap], values[at - gap]
                at -= gap
            keys[at], values[at] = key, value


@inlined
def n_distinct(keys, n):
    """How many different numbers the first ``n`` of ``keys`` are; puts them in order."""
    for step in range(_n_gaps(n) - 1, -1, -1):
        gap = GAPS[step]
        for place in range(gap, n):
            key = keys[place]
            at = place
            while at >= gap and keys[at - gap] > key:
                keys[at] = keys[at - gap]
                at -= gap
            keys[at] = key
    found = 0
    for place in range(n):
        if place == 0 or keys[place] != keys[place - 1]:
            found += 1
    return found


@inlined
def favorites(codes, weights, n, top_codes, top_weights):
    """(how many different codes, sum of weights); fills the arrays with the heaviest codes, of equal ones the lowest first."""
    order_pairs(codes, weights, n)
    size = len(top_codes)
    n_codes, total, first = 0, 0, 0
    while first < n:
        weight, after = 0, first
        while after < n and codes[after] == codes[first]:
            weight += weights[after]
            after += 1
        n_codes += 1
        total += weight
        at = size
        while at > 0 and (top_codes[at - 1] < 0 or top_weights[at - 1] < weight):
            at -= 1
        for other in range(size - 1, at, -1):
            top_codes[other], top_weights[other] = top_codes[other - 1], top_weights[other - 1]
        if at < size:
            top_codes[at], top_weights[at] = codes[first], weight
        first = after
    return n_codes, total
