"""EASE: every product's ridge regression on all others at once, through one dense inverse made in place.

    P = (G + penalty)^-1,   B = P C - P diag(gamma),   gamma(t) = (P C)(t, t) / P(t, t),   so that B(t, t) = 0

``G`` are the products' inner products (`gram`), ``C`` what comes with or after each. With C = G this is
B(s, t) = -P(s, t) / P(t, t) (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW 2019, equation 8); with a
directed C it is the transition model of Choi et al. ("Session-aware linear item-item models", WWW 2021) under the same
constraint of a zero diagonal.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.linear.gram import dense_products
from shopkeeper.numerics.sparse_rows import Rows

EXACT_PRODUCTS = 2000  # up to here double precision costs nothing that anybody would notice
SMALLEST_PENALTY = 1e-6  # of the sum of the diagonal, which no eigenvalue exceeds: what single precision needs


@kernel
def _mirror(low, high, square, side):
    """Copy the upper triangle's tiles of rows ``[low, high)`` (counted in tiles) onto the lower one."""
    n = len(square)
    for tile in range(low, high):
        first, end = tile * side, min(n, (tile + 1) * side)
        for left in range(first, n, side):
            for row in range(first, end):
                for column in range(max(left, row + 1), min(n, left + side)):
                    square[column, row] = square[row, column]


def dense_ridge(rows: Rows, row_factor: Array, penalty: Array, gram: Array, forward: Array, backward: Array) -> Array:
    """Float [products, products]: the weight of each source (row) for each target (column), 0 on the diagonal.

    ``row_factor`` float [customers]; ``penalty`` float [products] > 0; ``gram``, ``forward`` and ``backward`` are weights by
    distance as in `gram.dense_products`: of the inner products (both ways), and of what comes after and before a source.
    Memory: three squares of products * 4 bytes (8 up to 2,000 products), or two where order does not matter. A product that
    nobody has gets weights of 0.
    """
    n_products = rows.n_products
    dtype = np.float64 if n_products <= EXACT_PRODUCTS else np.float32
    inverse = _inverse(dense_products(rows, row_factor, gram, gram, dtype), np.asarray(penalty, dtype))
    own = np.diag(inverse).copy()
    if np.array_equal(gram, forward) and np.array_equal(gram, backward):
        weights = np.divide(inverse, -own, out=inverse)
    else:
        partners = dense_products(rows, row_factor, forward, backward, dtype)
        np.fill_diagonal(partners, 0.0)
        weights = inverse @ partners
        weights -= np.multiply(inverse, np.diag(weights) / own, out=inverse)
    np.fill_diagonal(weights, 0.0)
    result: Array = weights
    return result


def _inverse(gram: Array, penalty: Array) -> Array:
    """(``gram`` + diag(``penalty``))^-1 in the memory of ``gram``."""
    from scipy.linalg import lapack

    n_products = len(gram)
    if n_products == 0:
        return gram
    floor = SMALLEST_PENALTY * max(float(np.trace(gram)), 1.0)
    gram[np.diag_indices(n_products)] += np.maximum(penalty, floor)
    letter = "d" if gram.dtype == np.float64 else "s"
    # LAPACK counts down columns: its lower triangle is our upper one, and the transposed view is what it works on in place.
    factor, _ = getattr(lapack, letter + "potrf")(gram.T, lower=1, clean=0, overwrite_a=1)
    inverse, _ = getattr(lapack, letter + "potri")(factor, lower=1, overwrite_c=1)
    square: Array = inverse.T
    side = 128
    tiles = np.arange(-(-n_products // side), 0, -1)
    in_threads(lambda low, high: _mirror(low, high, square, side), ranges(tiles, 4 * n_threads()))
    return square
