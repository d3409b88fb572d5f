"""How alike two columns of ratings are, over the rows that rated both, with trust in what many rows say.

For columns s and t and the n rows that have both, with values x and y:

    cosine            sum(x y) / sqrt(sum(x^2) sum(y^2))
    Pearson           the same of x - mean(x), y - mean(y), means over the n rows
    adjusted cosine   the cosine after each row's own mean is taken off (Sarwar et al., 2001)
    baseline          the cosine after the biases are taken off: Pearson's correlation around them (Koren, 2010)

times min(n, cut) / cut (significance weighting: Herlocker et al., 1999) times n / (n + shrinkage). Where values are not ratings
but weights of events, a missing one means zero and not "unknown": then the sums under the root and the means go over all rows.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, Tell, in_threads, inlined, kernel, n_threads, quiet, ranges
from shopkeeper.numerics.neighbors.biases import Biases
from shopkeeper.numerics.sparse_rows import counting_sort
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest

TINY = 1e-12  # below this a sum of squares is nothing but rounding


class Measure(IntEnum):
    """How the likeness of two columns is measured."""

    COSINE = 0
    PEARSON = 1
    ADJUSTED_COSINE = 2
    BASELINE = 3


@dataclass(frozen=True)
class Likeness:
    """A measure and how much it is trusted.

    ``cut``: pairs with fewer rows in common count less, in proportion (1: all alike). ``shrinkage``: as many rows that say
    nothing are added. ``only_common``: values are ratings, and a missing one is unknown; else it is zero.
    """

    measure: Measure = Measure.COSINE
    cut: float = 1.0
    shrinkage: float = 0.0
    only_common: bool = True


@dataclass(frozen=True)
class Table:
    """Values by row and by column: ``[row_starts[r], row_starts[r + 1])`` of ``column`` and ``value``, and the other way round.

    ``column`` and ``row`` int32, ``value`` and ``column_value`` float64; ``total`` and ``square`` float64 [columns] are the
    sums of each column's values and of their squares.
    """

    row_starts: Array
    column: Array
    value: Array
    column_starts: Array
    row: Array
    column_value: Array
    total: Array
    square: Array

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return len(self.row_starts) - 1

    @property
    def n_columns(self) -> int:
        """How many columns there are."""
        return len(self.column_starts) - 1


def by_rows(row: Array, column: Array, value: Array) -> tuple[Array, Array, Array]:
    """(row, column, value float64) sorted by row and column; as they are where the rows stand in order already.

    Sums over rows then do not depend on the order of the input: a row adds once to each column.
    """
    row, column, value = np.asarray(row), np.asarray(column), np.asarray(value, np.float64)
    if len(row) == 0 or bool((row[1:] >= row[:-1]).all()):
        return row, column, value
    order = np.lexsort((column, row))
    return row[order], column[order], value[order]


def table_of(row: Array, column: Array, value: Array, n_rows: int, n_columns: int) -> Table:
    """The values by row and by column; each pair (row, column) is expected once, the order of the input does not matter."""
    row, column, value = by_rows(row, column, value)
    row_starts = np.zeros(n_rows + 1, np.int64)
    np.cumsum(np.bincount(row, minlength=n_rows), out=row_starts[1:])
    column_starts, by_column = counting_sort(column, n_columns)
    return Table(
        row_starts, column.astype(np.int32), value, column_starts, row[by_column].astype(np.int32), value[by_column],
        np.bincount(column, weights=value, minlength=n_columns), np.bincount(column, weights=value**2, minlength=n_columns),
    )  # fmt: skip


def centered(row: Array, column: Array, value: Array, measure: Measure, biases: Biases) -> Array:
    """float64: the values as ``measure`` compares them: less the row's mean, less the biases, or as they are."""
    value = np.asarray(value, np.float64)
    if measure == Measure.ADJUSTED_COSINE:
        count = np.maximum(np.bincount(row), 1)
        return value - (np.bincount(row, weights=value) / count)[row] if len(row) else value
    if measure == Measure.BASELINE:
        return value - biases.of_rows(row, column)
    return value


@inlined
def add_common(source, row_starts, column, value, column_starts, row, column_value, only_common, pair, sums, touched):
    """Add up, for every column, what the rows that ``source`` has in common with it say; how many columns were touched.

    ``pair`` float64 [columns, 2] gets (n, sum x y), ``sums`` float64 [columns, 4] gets sum x, sum y, sum x^2, sum y^2.
    """
    n_touched = 0
    for place in range(column_starts[source], column_starts[source + 1]):
        x = column_value[place]
        r = row[place]
        for there in range(row_starts[r], row_starts[r + 1]):
            target = column[there]
            y = value[there]
            if pair[target, 0] == 0.0:
                touched[n_touched] = target
                n_touched += 1
            pair[target, 0] += 1.0
            pair[target, 1] += x * y
            if only_common:
                sums[target, 0] += x
                sums[target, 1] += y
                sums[target, 2] += x * x
                sums[target, 3] += y * y
    return n_touched


@inlined
def likeness(n, product_sum, sum_x, sum_y, square_x, square_y, n_over, is_pearson, cut, shrinkage):
    """How alike two columns are: 0 where their values do not vary. ``n`` rows have both, the sums go over ``n_over`` rows."""
    if is_pearson:
        product_sum = product_sum - sum_x * sum_y / n_over
        square_x = square_x - sum_x * sum_x / n_over
        square_y = square_y - sum_y * sum_y / n_over
    if square_x <= TINY or square_y <= TINY:
        return 0.0
    value = product_sum / np.sqrt(square_x * square_y)
    return value * min(n, cut) / cut * n / (n + shrinkage)


@inlined
def likeness_to(source, target, pair, sums, total, square, n_rows, rule):
    """How alike ``source`` and ``target`` are after `add_common`; ``rule`` is (is Pearson, only common, cut, shrinkage)."""
    is_pearson, only_common, cut, shrinkage = rule
    n = pair[target, 0]
    if only_common:
        return likeness(
            n, pair[target, 1], sums[target, 0], sums[target, 1], sums[target, 2], sums[target, 3], n,
            is_pearson, cut, shrinkage,
        )  # fmt: skip
    return likeness(
        n, pair[target, 1], total[source], total[target], square[source], square[target], n_rows, is_pearson, cut, shrinkage
    )


@kernel
def _neighbors(low, high, by_row, by_column, totals, n_rows, rule, k, sizes, out_neighbor, out_weight):
    row_starts, column, value = by_row
    column_starts, row, column_value = by_column
    total, square = totals
    n_columns = len(sizes)
    pair = np.zeros((n_columns, 2))
    sums = np.zeros((n_columns if rule[1] else 1, 4))
    touched = np.empty(n_columns, np.int32)
    keys = np.empty(n_columns, np.uint64)
    one = np.empty(1, np.float32)
    bits = one.view(np.uint32)
    for source in range(low, high):
        n_touched = add_common(source, row_starts, column, value, column_starts, row, column_value, rule[1], pair, sums, touched)
        size = 0
        for place in range(n_touched):
            target = touched[place]
            one[0] = likeness_to(source, target, pair, sums, total, square, n_rows, rule)
            if target != source and one[0] > 0.0:
                keys[size] = key_of(bits[0], target)
                size += 1
            pair[target, :] = 0.0
            if rule[1]:
                sums[target, :] = 0.0
        size = largest(keys, size, k)
        for place in range(size):
            out_neighbor[source, place] = code_of(keys[place])
            one_bits = bits_of(keys[place])
            bits[0] = one_bits
            out_weight[source, place] = one[0]
        sizes[source] = size


def rule_of(like: Likeness) -> tuple[bool, bool, float, float]:
    """(is Pearson, only common, cut, shrinkage): the likeness as kernels take it."""
    return like.measure == Measure.PEARSON, like.only_common, max(1.0, float(like.cut)), float(like.shrinkage)


def column_neighbors(table: Table, like: Likeness, k: int, tell: Tell = quiet) -> Graph:
    """The ``k`` columns most alike to each one, with a likeness above 0; the values are centered already, see `centered`.

    Memory: columns * k * 8 bytes, and for each thread 16 (ratings: 48) bytes a column. The same with any number of threads.
    """
    n_columns = table.n_columns
    k = min(k, max(1, n_columns - 1))
    sizes = np.zeros(n_columns, np.int64)
    neighbor = np.empty((n_columns, k), np.int32)
    weight = np.empty((n_columns, k), np.float32)
    by_row = (table.row_starts, table.column, table.value)
    by_column = (table.column_starts, table.row, table.column_value)
    totals = (table.total, table.square)
    rule = rule_of(like)
    in_threads(
        lambda low, high: _neighbors(low, high, by_row, by_column, totals, table.n_rows, rule, k, sizes, neighbor, weight),
        ranges(_work(table), 16 * n_threads()),
        tell,
    )
    starts = np.zeros(n_columns + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    kept = np.arange(k) < sizes[:, None]
    return Graph(starts, neighbor[kept], weight[kept])


def _work(table: Table) -> Array:
    """int64 [columns]: how many pairs each column makes."""
    sizes = np.diff(table.row_starts)
    found: Array = np.bincount(table.column, weights=np.repeat(sizes, sizes), minlength=table.n_columns).astype(np.int64)
    return found
