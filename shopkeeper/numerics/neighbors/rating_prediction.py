"""A rating from the ratings of the same row's columns that are most alike.

    r(u, i) = b(u, i) + sum s(i, j) (r(u, j) - b(u, j)) / (damping + sum s(i, j))     over the k columns j of u most alike to i

(Koren, 2010, equation 3; ``damping`` draws what little evidence says towards the biases.)
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.neighbors.biases import fit_biases
from shopkeeper.numerics.neighbors.co_rated import Likeness, add_common, centered, likeness_to, rule_of, table_of
from shopkeeper.numerics.sparse_rows import Log, counting_sort
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest


@inlined
def _write_likes(source, n_touched, touched, pair, sums, total, square, n_rows, rule, likes):
    """How alike each touched column is to the source; the sums are emptied."""
    for place in range(n_touched):
        target = touched[place]
        if target != source:
            likes[target] = max(0.0, likeness_to(source, target, pair, sums, total, square, n_rows, rule))
        pair[target, :] = 0.0
        sums[target, :] = 0.0


@kernel
def _predict(low, high, by_row, by_column, totals, rest, rule, k, damping, asked, out):
    row_starts, column, value = by_row
    column_starts, row, column_value = by_column
    total, square = totals
    asked_starts, asked_order, asked_row = asked
    n_columns, n_rows = len(column_starts) - 1, len(row_starts) - 1
    pair = np.zeros((n_columns, 2))
    sums = np.zeros((n_columns, 4))
    touched = np.empty(n_columns, np.int32)
    likes = np.zeros(n_columns, np.float32)
    bits = likes.view(np.uint32)
    keys = np.empty(n_columns, np.uint64)
    one = np.empty(1, np.float32)
    for source in range(low, high):
        if asked_starts[source] == asked_starts[source + 1]:
            continue
        n_touched = add_common(source, row_starts, column, value, column_starts, row, column_value, True, pair, sums, touched)
        _write_likes(source, n_touched, touched, pair, sums, total, square, n_rows, rule, likes)
        for place in range(asked_starts[source], asked_starts[source + 1]):
            case = asked_order[place]
            r = asked_row[case]
            first, size = row_starts[r], 0
            for there in range(first, row_starts[r + 1]):
                if likes[column[there]] > 0.0:
                    keys[size] = key_of(bits[column[there]], there - first)
                    size += 1
            size = largest(keys, size, k)
            above, below = 0.0, damping
            for near in range(size):
                one.view(np.uint32)[0] = bits_of(keys[near])
                above += one[0] * rest[first + code_of(keys[near])]
                below += one[0]
            if below > 0.0:
                out[case] += above / below
        for place in range(n_touched):
            likes[touched[place]] = 0.0


def newest_ratings(log: Log, rating: Array) -> tuple[Array, Array, Array]:
    """(customer int64, product int64, rating float64): the newest rating of each pair, by customer and the newest first.

    ``rating`` float [events] is NaN where an event has none.
    """
    rated = np.flatnonzero(~np.isnan(rating))[::-1]
    customer = np.repeat(np.arange(log.n_rows), np.diff(log.starts))[rated]
    _, first = np.unique(customer * log.n_products + log.product[rated], return_index=True)
    first = first[np.lexsort((first, customer[first]))]
    kept = rated[first]
    return customer[first], log.product[kept].astype(np.int64), np.asarray(rating, np.float64)[kept]


def predict_by_columns(
    row: Array, column: Array, value: Array, asked_row: Array, asked_column: Array, *,
    n_rows: int, n_columns: int, like: Likeness, k: int, damping: float, row_shrinkage: float, column_shrinkage: float,
) -> Array:  # fmt: skip
    """float64 [asked]: the value expected of each asked pair, from the ``k`` columns of its row most alike to its column.

    ``row``, ``column`` and ``value`` are what is known, each pair once, the order does not matter. A pair without a neighbor
    gets what the biases say; rows and columns that are not known (or out of range) add nothing to the mean.
    """
    row, column, value = np.asarray(row, np.int64), np.asarray(column, np.int64), np.asarray(value, np.float64)
    asked_row, asked_column = np.asarray(asked_row, np.int64), np.asarray(asked_column, np.int64)
    order = np.lexsort((column, row))
    row, column, value = row[order], column[order], value[order]
    biases = fit_biases(row, column, value, n_rows, n_columns, row_shrinkage, column_shrinkage)
    out = biases.of_rows(asked_row, asked_column)
    inside = np.flatnonzero((asked_row >= 0) & (asked_row < n_rows) & (asked_column >= 0) & (asked_column < n_columns))
    if len(inside) == 0 or len(value) == 0:
        return out
    table = table_of(row, column, centered(row, column, value, like.measure, biases), n_rows, n_columns)
    rest = value - biases.of_rows(row, column)
    starts, places = counting_sort(asked_column[inside], n_columns)
    asked = (starts, inside[places], asked_row)
    by_row = (table.row_starts, table.column, table.value)
    by_column = (table.column_starts, table.row, table.column_value)
    rule = rule_of(like)
    in_threads(
        lambda low, high: _predict(
            low, high, by_row, by_column, (table.total, table.square), rest, rule, k, float(damping), asked, out
        ),
        ranges(np.diff(table.column_starts) + np.diff(starts), 8 * n_threads()),
    )
    return out
