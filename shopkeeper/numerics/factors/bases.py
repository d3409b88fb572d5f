"""The basis in which the squares of many vectors are diagonal, and turning vectors into it: plain threads, no library's own.

A linear algebra library's threads wait by spinning and take the processor from ours; these kernels are as fast for thin matrices.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, chunks, in_threads, summing, summing_kernel

PART = 1 << 14  # rows whose squares are added in float32 before they join the float64 sum; the same for any number of threads
BLOCK = 8  # rows that are added together


@summing
def add_block(rows, matrix, k):
    """Add the squares of BLOCK rows; whole lines, which the processor does in fewer steps than half of them."""
    for line in range(k):
        a, b, c, d = rows[0, line], rows[1, line], rows[2, line], rows[3, line]
        e, f, g, h = rows[4, line], rows[5, line], rows[6, line], rows[7, line]
        for column in range(k):
            matrix[line, column] += (
                a * rows[0, column] + b * rows[1, column] + c * rows[2, column] + d * rows[3, column]
                + e * rows[4, column] + f * rows[5, column] + g * rows[6, column] + h * rows[7, column]
            )  # fmt: skip


@summing_kernel
def _add_squares(low, high, vectors, parts):
    k = vectors.shape[1]
    rows = np.zeros((BLOCK, k), np.float32)
    for first in range(low, high, BLOCK):
        for place in range(BLOCK):
            for factor in range(k):
                rows[place, factor] = vectors[first + place, factor] if first + place < high else np.float32(0.0)
        add_block(rows, parts[low // PART], k)


@summing_kernel
def _rotate(low, high, vectors, rotation, out):
    k = vectors.shape[1]
    whole = k - k % BLOCK
    for row in range(low, high):
        for column in range(k):
            out[row, column] = np.float32(0.0)
        for f in range(0, whole, BLOCK):
            a, b, c, d = vectors[row, f], vectors[row, f + 1], vectors[row, f + 2], vectors[row, f + 3]
            e, g, h, i = vectors[row, f + 4], vectors[row, f + 5], vectors[row, f + 6], vectors[row, f + 7]
            for column in range(k):
                out[row, column] += (
                    a * rotation[f, column] + b * rotation[f + 1, column] + c * rotation[f + 2, column]
                    + d * rotation[f + 3, column] + e * rotation[f + 4, column] + g * rotation[f + 5, column]
                    + h * rotation[f + 6, column] + i * rotation[f + 7, column]
                )  # fmt: skip
        for f in range(whole, k):
            value = vectors[row, f]
            for column in range(k):
                out[row, column] += value * rotation[f, column]


def squares(vectors: Array) -> Array:
    """float64 [factors, factors]: the sum of v v' over the rows of ``vectors`` float32 [rows, factors]."""
    spans = list(chunks(len(vectors), PART))
    parts = np.zeros((len(spans), vectors.shape[1], vectors.shape[1]), np.float32)
    in_threads(lambda low, high: _add_squares(low, high, vectors, parts), spans)
    return parts.sum(axis=0, dtype=np.float64)


def rotated(vectors: Array, rotation: Array) -> Array:
    """float32 [rows, factors]: ``vectors`` float32 of the same shape @ ``rotation`` float32 [factors, factors]."""
    out = np.empty(vectors.shape, np.float32)
    in_threads(lambda low, high: _rotate(low, high, vectors, rotation, out), list(chunks(len(vectors), PART)))
    return out


def diagonalized(vectors: Array) -> tuple[Array, Array]:
    """(rotation float32 [factors, factors], diagonal float32 [factors]): ``vectors`` @ rotation has diagonal `squares`."""
    values, rotation = np.linalg.eigh(squares(vectors))
    # A fixed sign: decompositions are unique but for it.
    rotation = rotation * np.where(rotation[np.abs(rotation).argmax(axis=0), np.arange(len(values))] < 0, -1.0, 1.0)
    return np.ascontiguousarray(rotation[:, ::-1], np.float32), np.maximum(values[::-1], 0.0).astype(np.float32)
