"""Random numbers for use inside kernels, by counting: number i of a seed is the same in whatever order they are drawn."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined


@inlined
def random_bits(seed, number):
    """uint64: number ``number`` of ``seed`` (both uint64): SplitMix64 (Steele, Lea & Flood 2014)."""
    bits = seed + (number + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@inlined
def below(bits, n):
    """int64 in [0, n) from random ``bits``: their upper half times n, without division; n < 2 ** 31."""
    return np.int64(((bits >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


@inlined
def share_of(bits):
    """float64 in [0, 1) from random ``bits``: their lower half, so that it goes with `below` of the same bits."""
    return (bits & np.uint64(0xFFFFFFFF)) / 4294967296.0


def alias_table(weight: Array) -> tuple[Array, Array]:
    """(keep float64 [n], other int32 [n]): draw place i evenly, keep it with probability ``keep[i]``, else take ``other[i]``.

    So that a place is drawn by its ``weight`` float [n] >= 0 (Walker 1977, Vose 1991); evenly where all weights are 0.
    """
    n = len(weight)
    total = float(np.sum(weight, dtype=np.float64))
    scaled = np.ones(n) if total <= 0.0 else np.asarray(weight, np.float64) * (n / total)
    keep, other = scaled.copy(), np.arange(n, dtype=np.int32)
    poor, rich = list(np.flatnonzero(scaled < 1.0)), list(np.flatnonzero(scaled >= 1.0))
    while poor and rich:
        low, high = poor.pop(), rich[-1]
        other[low] = high
        keep[high] -= 1.0 - keep[low]
        if keep[high] < 1.0:
            poor.append(rich.pop())
    return np.minimum(keep, 1.0), other
