"""One side of a factorization solved while the other is fixed: a ridge regression a row, exactly or by conjugate gradients.

For a row with entries i of weight w_i and other sides v_i, the vector x is the smallest point of

    sum_i (w_i + u) (1 - v_i.x)^2 + u sum over all j not in the row (v_j.x)^2 + l2 |x|^2

(Hu, Koren & Volinsky 2008, eq. 3, divided by 1 / u: u is our ``unobserved``). All vectors are kept in the basis in which the sum
of v_j v_j' over all j is diagonal. Then a row costs nothing of the square of the number of factors unless it is long:

- exact, at most as many entries as factors: n equations for n entries (Woodbury's identity);
- exact, longer: k equations for k factors; both by Cholesky's decomposition;
- conjugate gradients (Takács, Pilászy & Tikk 2011), with the diagonal as preconditioner, from the row's last vector.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, in_threads, n_threads, quiet, ranges, summing, summing_kernel
from shopkeeper.numerics.factors.bases import BLOCK, add_block

SHORT = 8  # rows with fewer entries are solved exactly in less time than by conjugate gradients


@summing
def dot(left, right, size):
    """The sum of products of the first ``size`` numbers."""
    total = np.float32(0.0)
    for place in range(size):
        total += left[place] * right[place]
    return total


@summing
def _cholesky_solve(matrix, size, x):
    """Solve ``matrix`` x = x for the first ``size`` places; the upper half of ``matrix`` becomes its Cholesky factor."""
    for pivot in range(size):
        inverse = np.float32(1.0) / np.sqrt(matrix[pivot, pivot])
        for column in range(pivot, size):
            matrix[pivot, column] *= inverse
        value = x[pivot] * inverse
        x[pivot] = value
        for column in range(pivot + 1, size):
            x[column] -= value * matrix[pivot, column]
        for row in range(pivot + 1, size):
            share = matrix[pivot, row]
            for column in range(row, size):
                matrix[row, column] -= share * matrix[pivot, column]
    for row in range(size - 1, -1, -1):
        value = x[row]
        for column in range(row + 1, size):
            value -= matrix[row, column] * x[column]
        x[row] = value / matrix[row, row]


@summing
def _solve_few(first, end, entry, weight, other, scale, unobserved, rows, matrix, right, row, out):
    """As many equations as entries: x = S M' (I + M M')^-1 t with M = sqrt(w) V S, S = D^-1/2."""
    n, k = end - first, out.shape[1]
    for place in range(n):
        root, what = np.sqrt(weight[first + place]), entry[first + place]
        right[place] = (weight[first + place] + unobserved) / root
        for factor in range(k):
            rows[place, factor] = root * other[what, factor] * scale[factor]
        for column in range(place + 1):
            value = np.float32(0.0)
            for factor in range(k):
                value += rows[place, factor] * rows[column, factor]
            matrix[column, place] = value
        matrix[place, place] += np.float32(1.0)
    _cholesky_solve(matrix, n, right)
    for factor in range(k):
        out[row, factor] = np.float32(0.0)
    for place in range(n):
        value = right[place]
        for factor in range(k):
            out[row, factor] += value * rows[place, factor]
    for factor in range(k):
        out[row, factor] *= scale[factor]


@summing
def _solve_many(first, end, entry, weight, other, scale, unobserved, rows, matrix, right, row, out):
    """As many equations as factors: x = S (I + M'M)^-1 M' t."""
    k = out.shape[1]
    for line in range(k):
        right[line] = np.float32(0.0)
        for column in range(k):
            matrix[line, column] = np.float32(0.0)
        matrix[line, line] = np.float32(1.0)
    for begin in range(first, end, BLOCK):
        for place in range(BLOCK):
            root, target, what = np.float32(0.0), np.float32(0.0), entry[first]
            if begin + place < end:
                root, what = np.sqrt(weight[begin + place]), entry[begin + place]
                target = (weight[begin + place] + unobserved) / root
            for factor in range(k):
                value = root * other[what, factor] * scale[factor]
                rows[place, factor] = value
                right[factor] += target * value
        add_block(rows, matrix, k)
    _cholesky_solve(matrix, k, right)
    for factor in range(k):
        out[row, factor] = right[factor] * scale[factor]


@summing_kernel
def _solve_exactly(low, high, starts, entry, weight, other, gram, l2, unobserved, out):
    k = out.shape[1]
    rows = np.empty((max(k, BLOCK), k), np.float32)
    matrix = np.empty((k, k), np.float32)
    right = np.empty(k, np.float32)
    scale = np.empty(k, np.float32)
    for row in range(low, high):
        first, end = starts[row], starts[row + 1]
        for factor in range(k):
            scale[factor] = np.float32(1.0) / np.sqrt(unobserved * gram[factor] + l2[row])
        if end - first <= k:
            _solve_few(first, end, entry, weight, other, scale, unobserved, rows, matrix, right, row, out)
        else:
            _solve_many(first, end, entry, weight, other, scale, unobserved, rows, matrix, right, row, out)


@summing_kernel
def solve_one(entries, weights, other, gram, l2, unobserved, out) -> None:
    """``out`` float32 [1, factors]: the exact vector of one row with ``entries`` int32 and ``weights`` float32, see `solve_rows`.

    ``l2`` and ``unobserved`` float32. Entries out of range and weights that are not positive are left out.
    """
    k, n = out.shape[1], 0
    kept, kept_weight = np.empty(len(entries), np.int32), np.empty(len(entries), np.float32)
    for place in range(len(entries)):
        if 0 <= entries[place] < len(other) and weights[place] > np.float32(0.0):
            kept[n], kept_weight[n] = entries[place], weights[place]
            n += 1
    scale, right, size = np.empty(k, np.float32), np.empty(k, np.float32), min(n, k)
    for factor in range(k):
        scale[factor] = np.float32(1.0) / np.sqrt(unobserved * gram[factor] + l2)
    matrix, rows = np.empty((size, size), np.float32), np.empty((max(size, BLOCK), k), np.float32)
    if n <= k:
        _solve_few(0, n, kept, kept_weight, other, scale, unobserved, rows, matrix, right, 0, out)
    else:
        _solve_many(0, n, kept, kept_weight, other, scale, unobserved, rows, matrix, right, 0, out)


@summing
def _begin(first, end, entry, weight, other, diagonal, unobserved, row, x, work):
    """The residual at x and the inverse of the diagonal of the equations, in one pass over the entries."""
    k = x.shape[1]
    for factor in range(k):
        work[0, factor] = -diagonal[factor] * x[row, factor]
        work[1, factor] = diagonal[factor]
    for place in range(first, end):
        what, value, score = entry[place], weight[place], np.float32(0.0)
        for factor in range(k):
            score += other[what, factor] * x[row, factor]
        share = value + unobserved - value * score
        for factor in range(k):
            work[0, factor] += share * other[what, factor]
            work[1, factor] += value * other[what, factor] * other[what, factor]
    for factor in range(k):
        work[1, factor] = np.float32(1.0) / work[1, factor]


@summing
def _multiply(first, end, entry, weight, other, diagonal, work):
    """``work[3]`` = (D + V' W V) ``work[2]``; the sum of their products."""
    k = len(diagonal)
    for factor in range(k):
        work[3, factor] = diagonal[factor] * work[2, factor]
    for place in range(first, end):
        what, share = entry[place], np.float32(0.0)
        for factor in range(k):
            share += other[what, factor] * work[2, factor]
        share *= weight[place]
        for factor in range(k):
            work[3, factor] += share * other[what, factor]
    height = np.float32(0.0)
    for factor in range(k):
        height += work[2, factor] * work[3, factor]
    return height


@summing
def _descend(first, end, entry, weight, other, diagonal, n_steps, row, x, work):
    """``n_steps`` of conjugate gradients from x; ``work`` holds residual, inverse, direction and product."""
    k = x.shape[1]
    height = np.float32(0.0)
    for factor in range(k):
        work[2, factor] = work[1, factor] * work[0, factor]
        height += work[2, factor] * work[0, factor]
    for _ in range(n_steps):
        if height <= np.float32(1e-20):
            return
        length = height / _multiply(first, end, entry, weight, other, diagonal, work)
        below = np.float32(0.0)
        for factor in range(k):
            x[row, factor] += length * work[2, factor]
            work[0, factor] -= length * work[3, factor]
            below += work[0, factor] * work[0, factor] * work[1, factor]
        turn = below / height
        height = below
        for factor in range(k):
            work[2, factor] = work[1, factor] * work[0, factor] + turn * work[2, factor]


@summing_kernel
def _solve_by_steps(low, high, starts, entry, weight, other, gram, l2, unobserved, n_steps, out):
    k = out.shape[1]
    rows = np.empty((SHORT, k), np.float32)
    matrix = np.empty((SHORT, SHORT), np.float32)
    right = np.empty(SHORT, np.float32)
    diagonal = np.empty(k, np.float32)
    work = np.empty((4, k), np.float32)
    for row in range(low, high):
        first, end = starts[row], starts[row + 1]
        for factor in range(k):
            diagonal[factor] = unobserved * gram[factor] + l2[row]
        if end - first <= SHORT:
            for factor in range(k):
                diagonal[factor] = np.float32(1.0) / np.sqrt(diagonal[factor])
            _solve_few(first, end, entry, weight, other, diagonal, unobserved, rows, matrix, right, row, out)
        else:
            _begin(first, end, entry, weight, other, diagonal, unobserved, row, out, work)
            _descend(first, end, entry, weight, other, diagonal, n_steps, row, out, work)


def solve_rows(
    starts: Array,
    entry: Array,
    weight: Array,
    other: Array,
    gram: Array,
    l2: Array,
    *,
    unobserved: float,
    n_steps: int = 0,
    before: Array | None = None,
    tell: Tell = quiet,
) -> Array:
    """float32 [rows, factors]: each row's best vector for the other side's vectors; zero for a row without entries.

    Row r has entries ``[starts[r], starts[r + 1])`` of ``entry`` int32 (rows of ``other`` float32 [others, factors]) and
    ``weight`` float32 > 0. ``gram`` float32 [factors] is the diagonal of other' other, which must be diagonal (see
    `bases.diagonalized`); ``l2`` float32 [rows] > 0. ``n_steps`` 0 solves exactly; else that many conjugate gradient steps from
    ``before`` float32 [rows, factors] (default: zero). The same input gives the same result with any number of threads.
    """
    n_rows, k = len(starts) - 1, other.shape[1]
    sizes = np.diff(starts)
    inputs = (starts, entry, weight, other, np.asarray(gram, np.float32), np.asarray(l2, np.float32), np.float32(unobserved))
    if n_steps == 0:
        out = np.empty((n_rows, k), np.float32)
        work = np.where(sizes <= k, sizes * sizes * k, sizes * k * k) + k
        in_threads(lambda low, high: _solve_exactly(low, high, *inputs, out), ranges(work, 8 * n_threads()), tell)
        return out
    out = np.zeros((n_rows, k), np.float32) if before is None else np.array(before, np.float32)
    in_threads(lambda low, high: _solve_by_steps(low, high, *inputs, n_steps, out), ranges(sizes + 4, 8 * n_threads()), tell)
    return out
