"""The strongest entries of every row, best first."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.top_k import code_of, key_of, largest


@kernel
def _strongest(low, high, starts, score, bits, keep, sizes, out):
    longest = 0
    for row in range(low, high):
        longest = max(longest, starts[row + 1] - starts[row])
    keys = np.empty(longest, np.uint64)
    for row in range(low, high):
        first, size = starts[row], 0
        for place in range(first, starts[row + 1]):
            if score[place] > 0.0:
                keys[size] = key_of(bits[place], place - first)
                size += 1
        size = largest(keys, size, keep)
        for place in range(size):
            out[first + place] = first + code_of(keys[place])
        sizes[row] = size


def strongest(starts: Array, score: Array, keep: int) -> tuple[Array, Array]:
    """(starts int64 [rows + 1], places int64): where the ``keep`` largest scores above 0 of each row lie, largest first.

    Row r is ``score[starts[r]:starts[r + 1]]`` float32; ties go to the earlier entry.
    """
    values = np.ascontiguousarray(score, np.float32)
    sizes = np.zeros(len(starts) - 1, np.int64)
    out = np.empty(len(values), np.int64)
    spans = ranges(np.diff(starts), 8 * n_threads())
    in_threads(lambda low, high: _strongest(low, high, starts, values, values.view(np.uint32), keep, sizes, out), spans)
    new_starts = np.zeros(len(starts), np.int64)
    np.cumsum(sizes, out=new_starts[1:])
    used = np.repeat(starts[:-1] - new_starts[:-1], sizes) + np.arange(int(new_starts[-1]))
    return new_starts, out[used]
