"""Sums of whole numbers a group, exact."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel


@kernel
def _add(group, values, out):
    for row in range(len(group)):
        out[group[row]] += values[row]


def sums(group: Array, values: Array, n_groups: int) -> Array:
    """int64 [columns, n_groups]: each column of ``values`` (int64 [columns, rows]) added up by ``group`` (codes [rows])."""
    out = np.zeros((len(values), n_groups), np.int64)

    def add(low: int, high: int) -> None:
        for column in range(low, high):
            _add(group, values[column], out[column])

    in_threads(add, [(column, column + 1) for column in range(len(values))])
    return out
