"""Sums by code in a table that holds only the codes met: an answer needs no memory of the catalog's or the customers' size.

Open addressing with linear probing; the multiplier is Fibonacci's (Knuth, volume 3, 6.4). For use inside kernels only.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False

from __future__ import annotations

from typing import Any

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined

EMPTY = np.int32(-1)


def table_size(n_codes: int) -> int:
    """How many slots a table for so many codes has: a power of two, at most two thirds full."""
    return 1 << max(4, int(np.ceil(np.log2(max(1, n_codes) * 1.5))))


@inlined
def slot_of(keys: Array, code: Any) -> Any:
    """The slot where ``code`` is, or the empty one where it belongs. The table must not be full."""
    mask = len(keys) - 1
    slot = np.int64((np.uint64(code) * np.uint64(11400714819323198485)) >> np.uint64(33)) & mask
    while keys[slot] != EMPTY and keys[slot] != code:
        slot = (slot + 1) & mask
    return slot
