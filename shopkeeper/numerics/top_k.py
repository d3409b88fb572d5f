"""The k largest of some values, largest first, ties to the smaller code: a heap for kernels."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined


@inlined
def is_lower(value: float, code: int, other_value: float, other_code: int) -> bool:
    """Whether (value, code) ranks below (other_value, other_code)."""
    return value < other_value or (value == other_value and code > other_code)


@inlined
def sift_down(values: Array, codes: Array, root: int, size: int) -> None:
    """Restore the heap (lowest rank on top) below ``root``."""
    value = values[root]
    code = codes[root]
    while True:
        child = 2 * root + 1
        if child >= size:
            break
        if child + 1 < size and is_lower(values[child + 1], codes[child + 1], values[child], codes[child]):
            child += 1
        if not is_lower(values[child], codes[child], value, code):
            break
        values[root] = values[child]
        codes[root] = codes[child]
        root = child
    values[root] = value
    codes[root] = code


@inlined
def offer(values: Array, codes: Array, size: int, value: float, code: int) -> int:
    """Put (value, code) in the heap of at most ``len(values)`` entries, ``size`` of them used; gives the new size."""
    if size < len(values):
        place = size
        while place > 0:
            parent = (place - 1) // 2
            if not is_lower(value, code, values[parent], codes[parent]):
                break
            values[place] = values[parent]
            codes[place] = codes[parent]
            place = parent
        values[place] = value
        codes[place] = code
        return size + 1
    if size > 0 and is_lower(values[0], codes[0], value, code):
        values[0] = value
        codes[0] = code
        sift_down(values, codes, 0, size)
    return size


@inlined
def sort_heap(values: Array, codes: Array, size: int) -> None:
    """The heap's ``size`` entries in place, highest rank first."""
    last = size - 1
    while last > 0:
        value = values[0]
        code = codes[0]
        values[0] = values[last]
        codes[0] = codes[last]
        values[last] = value
        codes[last] = code
        sift_down(values, codes, 0, last)
        last -= 1


def top_k_reference(values: Array, k: int) -> Array:
    """Codes of the ``k`` largest positive ``values``, largest first, ties to the smaller code. What the heap must equal."""
    order = np.lexsort((np.arange(len(values)), -values))
    found: Array = order[values[order] > 0][:k]
    return found
