"""Inner products of products' columns: how much customers have of both, by distance and direction in their order.

product(s, t) = sum over customers c who have both of  factor(c) * w(c, s) * w(c, t) * table(steps from s to t)
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from typing import Any

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.sparse_rows import Rows, counting_sort


@kernel
def _fill(low, high, entries, rows, table, out):
    entry_starts, entry, entry_row = entries
    starts, product, step, given, weight = rows
    window = len(table) // 2
    for source in range(low, high):
        line = out[source]
        for place in range(entry_starts[source], entry_starts[source + 1]):
            here = entry[place]
            row = entry_row[here]
            share = given[here]
            middle = step[here] + window  # steps count back from the newest: a smaller step is a later moment
            for there in range(starts[row], starts[row + 1]):
                line[product[there]] += share * weight[there] * table[min(max(middle - step[there], 0), 2 * window)]


def dense_products(rows: Rows, row_factor: Array, forward: Array, backward: Array, dtype: Any = np.float32) -> Array:
    """Float [products, products]: what product t (column) gets from product s (row); the diagonal is as `squares`.

    ``row_factor`` float [customers]; ``forward[g]`` and ``backward[g]`` float of one length weigh t ``g`` distinct moments after
    or before s, the last entry all larger gaps, ``forward[0]`` the same moment.
    """
    n_products = rows.n_products
    out = np.zeros((n_products, n_products), dtype)
    entry_starts, entry = counting_sort(rows.product, n_products)
    entry_row = np.repeat(np.arange(rows.n_rows, dtype=np.int32), rows.sizes)
    given = (rows.weight * np.asarray(row_factor, np.float32)[entry_row]).astype(dtype)
    table = np.concatenate((np.asarray(backward)[:0:-1], np.asarray(forward))).astype(dtype)
    columns = (rows.starts, rows.product, rows.step, given, rows.weight.astype(dtype))
    work = np.bincount(rows.product, weights=np.repeat(rows.sizes, rows.sizes), minlength=n_products)
    spans = ranges(work, 16 * n_threads())
    in_threads(lambda low, high: _fill(low, high, (entry_starts, entry, entry_row), columns, table, out), spans)
    return out


def squares(rows: Rows, row_factor: Array) -> Array:
    """float64 [products]: each product's inner product with itself, sum over customers of factor(c) * w(c, p)^2."""
    factor = np.repeat(np.asarray(row_factor, np.float64), rows.sizes)
    result: Array = np.bincount(rows.product, weights=factor * rows.weight.astype(np.float64) ** 2, minlength=rows.n_products)
    return result
