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

SHORT = 16  # rows with fewer entries are solved exactly in less time than by conjugate gradients
BLOCK = 4  # entries that are added to the normal equations together


@summing
def dot(left, right, size):
    """The sum of products of the first ``size`` numbers."""
    total = np.float32(0.0)
    for place in range(size):
        total += left[place] * right[place]
    return total


@summing
def _cholesky_solve(matrix, size, x):
    """Solve ``matrix`` x = x for the first ``size`` places; the lower half of ``matrix`` becomes its Cholesky factor."""
    for row in range(size):
        for column in range(row):
            value = matrix[row, column] - dot(matrix[row], matrix[column], column)
            matrix[row, column] = value / matrix[column, column]
        matrix[row, row] = np.sqrt(matrix[row, row] - dot(matrix[row], matrix[row], row))
        x[row] = (x[row] - dot(matrix[row], x, row)) / matrix[row, row]
    for row in range(size - 1, -1, -1):
        x[row] /= matrix[row, row]
        for column in range(row):
            x[column] -= matrix[row, column] * x[row]


@summing
def _solve_few(entries, weights, other, scale, unobserved, rows, matrix, right, out):
    """As many equations as entries: x = S M' (I + M M')^-1 t with M = sqrt(w) V S, S = D^-1/2."""
    n, k = len(entries), len(out)
    for row in range(n):
        root = np.sqrt(weights[row])
        right[row] = (weights[row] + unobserved) / root
        vector = other[entries[row]]
        for factor in range(k):
            rows[row, factor] = root * vector[factor] * scale[factor]
        for column in range(row + 1):
            matrix[row, column] = dot(rows[row], rows[column], k)
        matrix[row, row] += np.float32(1.0)
    _cholesky_solve(matrix, n, right)
    out[:] = np.float32(0.0)
    for row in range(n):
        value = right[row]
        for factor in range(k):
            out[factor] += value * rows[row, factor]
    for factor in range(k):
        out[factor] *= scale[factor]


@summing
def _solve_many(entries, weights, other, scale, unobserved, rows, matrix, out):
    """As many equations as factors: x = S (I + M'M)^-1 M' t."""
    n, k = len(entries), len(out)
    matrix[:k, :k] = np.float32(0.0)
    out[:] = np.float32(0.0)
    for first in range(0, n, BLOCK):
        for place in range(BLOCK):
            if first + place < n:
                weight = weights[first + place]
                root = np.sqrt(weight)
                vector = other[entries[first + place]]
                target = (weight + unobserved) / root
                for factor in range(k):
                    value = root * vector[factor] * scale[factor]
                    rows[place, factor] = value
                    out[factor] += target * value
            else:
                rows[place, :k] = np.float32(0.0)
        one, two, three, four = rows[0], rows[1], rows[2], rows[3]
        for row in range(k):
            a, b, c, d = one[row], two[row], three[row], four[row]
            line = matrix[row]
            for column in range(row + 1):
                line[column] += a * one[column] + b * two[column] + c * three[column] + d * four[column]
    for row in range(k):
        matrix[row, row] += np.float32(1.0)
    _cholesky_solve(matrix, k, out)
    for factor in range(k):
        out[factor] *= scale[factor]


@summing_kernel
def _solve_exactly(low, high, starts, entry, weight, other, gram, l2, unobserved, out):
    k = out.shape[1]
    rows = np.empty((max(k, BLOCK), k), np.float32)
    matrix = np.empty((k, k), np.float32)
    right = np.empty(k, np.float32)
    scale = np.empty(k, np.float32)
    for row in range(low, high):
        first, end = starts[row], starts[row + 1]
        if first == end:
            out[row] = np.float32(0.0)
            continue
        for factor in range(k):
            scale[factor] = np.float32(1.0) / np.sqrt(unobserved * gram[factor] + l2[row])
        if end - first <= k:
            _solve_few(entry[first:end], weight[first:end], other, scale, unobserved, rows, matrix, right, out[row])
        else:
            _solve_many(entry[first:end], weight[first:end], other, scale, unobserved, rows, matrix, out[row])


@summing_kernel
def solve_one(entries, weights, other, gram, l2, unobserved, out) -> None:
    """``out`` float32 [factors]: the exact vector of one row with ``entries`` int32 and ``weights`` float32, see `solve_rows`.

    ``l2`` and ``unobserved`` float32. Entries out of range and weights that are not positive are left out.
    """
    k, n = len(out), 0
    kept, kept_weight = np.empty(len(entries), np.int32), np.empty(len(entries), np.float32)
    for place in range(len(entries)):
        if 0 <= entries[place] < len(other) and weights[place] > np.float32(0.0):
            kept[n], kept_weight[n] = entries[place], weights[place]
            n += 1
    scale = np.empty(k, np.float32)
    for factor in range(k):
        scale[factor] = np.float32(1.0) / np.sqrt(unobserved * gram[factor] + l2)
    size = min(n, k)
    matrix = np.empty((size, size), np.float32)
    if n <= k:
        rows, right = np.empty((n, k), np.float32), np.empty(n, np.float32)
        _solve_few(kept[:n], kept_weight[:n], other, scale, unobserved, rows, matrix, right, out)
    else:
        rows = np.empty((BLOCK, k), np.float32)
        _solve_many(kept[:n], kept_weight[:n], other, scale, unobserved, rows, matrix, out)


@summing
def _multiply(entries, weights, other, diagonal, x, out):
    """``out`` = (D + V' W V) x."""
    k = len(x)
    for factor in range(k):
        out[factor] = diagonal[factor] * x[factor]
    for place in range(len(entries)):
        vector = other[entries[place]]
        share = weights[place] * dot(vector, x, k)
        for factor in range(k):
            out[factor] += share * vector[factor]


@summing
def _begin(entries, weights, other, diagonal, unobserved, x, residual, inverse):
    """The residual at x and the inverse of the diagonal of the equations, in one pass over the entries."""
    k = len(x)
    for factor in range(k):
        residual[factor] = -diagonal[factor] * x[factor]
        inverse[factor] = diagonal[factor]
    for place in range(len(entries)):
        vector, value = other[entries[place]], weights[place]
        share = value + unobserved - value * dot(vector, x, k)
        for factor in range(k):
            residual[factor] += share * vector[factor]
            inverse[factor] += value * vector[factor] * vector[factor]
    for factor in range(k):
        inverse[factor] = np.float32(1.0) / inverse[factor]


@summing
def _descend(entries, weights, other, diagonal, n_steps, x, work):
    """``n_steps`` of conjugate gradients from x; ``work`` holds residual, inverse, direction and product."""
    residual, inverse, direction, product = work[0], work[1], work[2], work[3]
    k = len(x)
    height = np.float32(0.0)
    for factor in range(k):
        direction[factor] = inverse[factor] * residual[factor]
        height += direction[factor] * residual[factor]
    for step in range(n_steps):
        if height <= np.float32(1e-20):
            return
        _multiply(entries, weights, other, diagonal, direction, product)
        length = height / dot(direction, product, k)
        below = np.float32(0.0)
        for factor in range(k):
            x[factor] += length * direction[factor]
            residual[factor] -= length * product[factor]
            below += residual[factor] * residual[factor] * inverse[factor]
        turn = below / height
        height = below
        if step + 1 < n_steps:
            for factor in range(k):
                direction[factor] = inverse[factor] * residual[factor] + turn * direction[factor]


@summing_kernel
def _solve_by_steps(low, high, starts, entry, weight, other, gram, l2, unobserved, n_steps, out):
    k = out.shape[1]
    rows = np.empty((SHORT, k), np.float32)
    matrix = np.empty((SHORT, SHORT), np.float32)
    right = np.empty(SHORT, np.float32)
    diagonal = np.empty(k, np.float32)
    scale = np.empty(k, np.float32)
    work = np.empty((4, k), np.float32)
    for row in range(low, high):
        first, end = starts[row], starts[row + 1]
        if first == end:
            out[row] = np.float32(0.0)
            continue
        for factor in range(k):
            diagonal[factor] = unobserved * gram[factor] + l2[row]
        entries, weights = entry[first:end], weight[first:end]
        if end - first <= SHORT:
            for factor in range(k):
                scale[factor] = np.float32(1.0) / np.sqrt(diagonal[factor])
            _solve_few(entries, weights, other, scale, unobserved, rows, matrix, right, out[row])
        else:
            _begin(entries, weights, other, diagonal, unobserved, out[row], work[0], work[1])
            _descend(entries, weights, other, diagonal, n_steps, out[row], work)


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
    `als.diagonalized`); ``l2`` float32 [rows] > 0. ``n_steps`` 0 solves exactly; else that many conjugate gradient steps from
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
