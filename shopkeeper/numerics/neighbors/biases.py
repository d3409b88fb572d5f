"""What a rating is before anybody's taste: the mean, how kind the customer is, how liked the product is.

    b(u, i) = mean + b(u) + b(i)
    b(i) = sum(r - mean - b(u)) / (shrinkage of i + n(i)),   b(u) = sum(r - mean - b(i)) / (shrinkage of u + n(u))

in turn until they settle (Koren, "Factor in the neighbors", 2010, section 2.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array

N_ROUNDS = 10
CUSTOMER_SHRINKAGE, PRODUCT_SHRINKAGE = 15.0, 10.0


@dataclass(frozen=True)
class Biases:
    """``mean``, and float64 by row and by column what is added to it."""

    mean: float
    row: Array
    column: Array

    def of_rows(self, row: Array, column: Array) -> Array:
        """float64 [pairs]: the rating expected of each pair; rows and columns beyond what was learned add nothing."""
        return np.asarray(self.mean + _taken(self.row, row) + _taken(self.column, column))


NO_BIASES = Biases(0.0, np.empty(0), np.empty(0))


def _taken(values: Array, code: Array) -> Array:
    code = np.asarray(code)
    known = (code >= 0) & (code < len(values))
    result = np.zeros(len(code))
    result[known] = values[code[known]]
    return result


def fit_biases(
    row: Array, column: Array, value: Array, n_rows: int, n_columns: int, row_shrinkage: float, column_shrinkage: float
) -> Biases:
    """The mean and the biases of rows and columns; who has no ratings has bias 0, and without any ratings all is 0."""
    value = np.asarray(value, np.float64)
    mean = float(value.mean()) if len(value) else 0.0
    of_row, of_column = np.zeros(n_rows), np.zeros(n_columns)
    n_of_row = np.bincount(row, minlength=n_rows) + row_shrinkage
    n_of_column = np.bincount(column, minlength=n_columns) + column_shrinkage
    for _ in range(N_ROUNDS if len(value) else 0):
        left = value - mean - of_row[row]
        of_column = np.bincount(column, weights=left, minlength=n_columns) / np.maximum(n_of_column, 1e-12)
        left = value - mean - of_column[column]
        of_row = np.bincount(row, weights=left, minlength=n_rows) / np.maximum(n_of_row, 1e-12)
    return Biases(mean, of_row, of_column)
