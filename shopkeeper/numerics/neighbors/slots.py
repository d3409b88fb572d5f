"""Sums by code in a table that holds only the codes met: an answer needs no memory of the catalog's or the customers' size.

Open addressing with linear probing; the multiplier is Fibonacci's (Knuth, volume 3, 6.4). For use inside kernels only.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest

EMPTY = np.int32(-1)
Sums = tuple[Array, Array, Array, Array]


def table_size(n_codes: int) -> int:
    """How many slots a table for so many codes has: a power of two, at most two thirds full."""
    return 1 << max(4, int(np.ceil(np.log2(max(1, n_codes) * 1.5))))


def empty_sums(n_codes: int) -> Sums:
    """(keys int32, sums float32, slots touched int32, room to sort uint64): an empty table with room for so many codes."""
    size = table_size(n_codes)
    return np.full(size, EMPTY), np.zeros(size, np.float32), np.zeros(size, np.int32), np.zeros(size, np.uint64)


@inlined
def room_for(n_codes, n_slots):
    """How many of a table's first slots so many codes need: a small part of it stays in the processor's cache."""
    size = 16
    while 2 * size < 3 * n_codes and 2 * size <= n_slots:
        size *= 2
    return size


@inlined
def slot_of(keys, code):
    """The slot where ``code`` is, or the empty one where it belongs. The table must not be full."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(code) * np.uint64(11400714819323198485)) >> np.uint64(33)) & mask
    while keys[slot] != EMPTY and keys[slot] != code:
        slot = (slot + 1) & mask
    return slot


@inlined
def add_to(code, value, keys, total, touched, n_touched):
    """Add ``value`` to the code's sum; how many codes were touched. A table that is two thirds full takes no new codes.

    Takes arrays and no tuple of them: taking a tuple apart counts references, which costs more than the sum.
    """
    slot = slot_of(keys, code)
    if keys[slot] == EMPTY:
        if 3 * n_touched >= 2 * len(keys):
            return n_touched
        keys[slot] = code
        total[slot] = 0.0
        touched[n_touched] = slot
        n_touched += 1
    total[slot] += np.float32(value)
    return n_touched


@inlined
def claim_own(past, claim, own, sums, n_touched):
    """What the past has: left out (own < 0), as it is (0), or with ``own`` * (highest sum) * (its share of the largest claim).

    How many codes were touched.
    """
    keys, total, touched, _ = sums
    if own == 0.0:
        return n_touched
    if own < 0.0:
        for place in range(len(past)):
            slot = slot_of(keys, past[place])
            if keys[slot] != EMPTY:
                total[slot] = 0.0
        return n_touched
    highest, largest_claim = np.float32(1e-9), np.float32(1e-30)
    for place in range(n_touched):
        highest = max(highest, total[touched[place]])
    for place in range(len(claim)):
        largest_claim = max(largest_claim, claim[place])
    for place in range(len(past)):
        if past[place] >= 0 and claim[place] > 0.0:
            n_touched = add_to(past[place], own * highest / largest_claim * claim[place], keys, total, touched, n_touched)
    return n_touched


@inlined
def take_best(n_touched, allowed, sums, out_code, out_value):
    """The largest sums into ``out_*``, largest first, and the table emptied; how many there are.

    ``allowed`` uint8 by code leaves out those that are 0 (empty: none).
    """
    keys, total, touched, order = sums
    bits = total.view(np.uint32)
    size = 0
    for place in range(n_touched):
        slot = touched[place]
        code = keys[slot]
        keys[slot] = EMPTY
        if total[slot] > 0.0 and (len(allowed) == 0 or (code < len(allowed) and allowed[code] != 0)):
            order[size] = key_of(bits[slot], code)
            size += 1
    size = largest(order, size, len(out_code))
    out_bits = out_value.view(np.uint32)
    for place in range(size):
        out_code[place] = code_of(order[place])
        out_bits[place] = bits_of(order[place])
    return size
