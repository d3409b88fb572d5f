"""The k largest of some values, largest first, ties to the smaller code: for use inside kernels.

A value and its code become one whole number: the bits of a positive float32 order like the float itself, so that comparing
numbers compares values first and codes second. Selection is Hoare's (1961), sorting is his quicksort.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined

SHORT = 16  # below this many keys, inserting one by one is faster
CODE_MASK = np.uint64(0xFFFFFFFF)


@inlined
def key_of(bits: Any, code: Any) -> Any:
    """The key (uint64) of a positive float32 with these ``bits`` (uint32) and a code >= 0."""
    return (np.uint64(bits) << np.uint64(32)) | (CODE_MASK - np.uint64(code))


@inlined
def code_of(key: Any) -> Any:
    """The code (int32) in a key."""
    return np.int32(CODE_MASK - (key & CODE_MASK))


@inlined
def bits_of(key: Any) -> Any:
    """The bits (uint32) of the value in a key."""
    return np.uint32(key >> np.uint64(32))


@inlined
def _insert_in_order(keys: Array, low: int, high: int) -> None:
    for place in range(low + 1, high):
        key = keys[place]
        hole = place
        while hole > low and keys[hole - 1] < key:
            keys[hole] = keys[hole - 1]
            hole -= 1
        keys[hole] = key


@inlined
def _partition(keys: Array, low: int, high: int) -> int:
    """Where ``keys[low:high]`` is cut after moving the larger ones to the front; both parts are smaller than the whole."""
    middle = (low + high) // 2
    first, second, third = keys[low], keys[middle], keys[high - 1]
    pivot = max(min(first, second), min(max(first, second), third))
    left, right = low - 1, high
    while True:
        left += 1
        while keys[left] > pivot:
            left += 1
        right -= 1
        while keys[right] < pivot:
            right -= 1
        if left >= right:
            return right + 1 if right + 1 < high else right
        keys[left], keys[right] = keys[right], keys[left]


@inlined
def largest(keys: Array, size: int, k: int) -> int:
    """How many were kept: the ``k`` largest of the distinct ``keys[:size]`` move to the front, sorted, largest first."""
    kept = min(size, k)
    low, high = 0, size
    while high - low > SHORT and kept < high:
        cut = _partition(keys, low, high)
        if cut <= kept:
            low = cut
        if cut >= kept:
            high = cut
    if kept < high:
        _insert_in_order(keys, low, high)
    stack_low = np.empty(64, np.int64)
    stack_high = np.empty(64, np.int64)
    stack_low[0], stack_high[0], depth = 0, kept, 1
    while depth > 0:
        depth -= 1
        low, high = stack_low[depth], stack_high[depth]
        while high - low > SHORT:
            cut = _partition(keys, low, high)
            if cut - low < high - cut:  # the longer part waits, so that at most log2 parts do
                stack_low[depth], stack_high[depth] = cut, high
                high = cut
            else:
                stack_low[depth], stack_high[depth] = low, cut
                low = cut
            depth += 1
        _insert_in_order(keys, low, high)
    return kept


def top_k_reference(values: Array, k: int) -> Array:
    """Codes of the ``k`` largest positive ``values``, largest first, ties to the smaller code. What the kernels must equal."""
    order = np.lexsort((np.arange(len(values)), -values))
    found: Array = order[values[order] > 0][:k]
    return found
