"""Where keys lie in a list of known ones: a hash table of whole numbers."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import itertools

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads

_MULTIPLIER = np.uint64(11400714819323198485)  # 2**64 / golden ratio (Knuth, TAOCP 3, 6.4): spreads what lies close


@inlined
def _slot(key, shift):
    return np.int64((np.uint64(key) * _MULTIPLIER) >> shift)


@kernel
def _enter(known, slots, shift):
    mask = len(slots) - 1
    for place in range(len(known)):
        at = _slot(known[place], shift)
        while slots[at] >= 0 and known[slots[at]] != known[place]:
            at = (at + 1) & mask
        if slots[at] < 0:
            slots[at] = place


@kernel
def _find(low, high, keys, known, slots, shift, found):
    mask = len(slots) - 1
    for row in range(low, high):
        at = _slot(keys[row], shift)
        while slots[at] >= 0 and known[slots[at]] != keys[row]:
            at = (at + 1) & mask
        found[row] = slots[at]


def parts(n_rows: int) -> list[tuple[int, int]]:
    """``[0, n_rows)`` in as many parts as there are threads."""
    edges = [n_rows * part // n_threads() for part in range(n_threads() + 1)]
    return list(itertools.pairwise(edges))


def places(keys: Array, known: Array) -> Array:
    """The place of each key in ``known``, -1 where it is not there: int32 [keys].

    ``keys`` and ``known`` are int64; of a key that is known twice the first place counts.
    """
    bits = max(4, int(2 * len(known)).bit_length())
    slots = np.full(2**bits, -1, np.int32)
    shift = np.uint64(64 - bits)
    _enter(known, slots, shift)
    found = np.empty(len(keys), np.int32)
    in_threads(lambda low, high: _find(low, high, keys, known, slots, shift, found), parts(len(keys)))
    return found
