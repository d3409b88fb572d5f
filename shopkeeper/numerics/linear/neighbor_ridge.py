"""A small ridge regression for every product: over the products that most often stand beside it, and no others.

    minimize over b:  |y(t) - X b|^2 + sum over s of  penalty(s) b(s)^2,   b(s) = 0 but for t's strongest partners (never t)

``X`` are customers' weighted products and ``y(t)`` what comes (by distance and direction) with product t. Only the products'
inner products are used: G = X'X and c(t) = X'y(t), so that b = (G + penalty)^-1 c on the partners. With all partners and c = G
this is EASE (Steck, "Embarrassingly Shallow Autoencoders for Sparse Data", 2019) column by column; cut to neighborhoods it is
Steck's block-wise approximation ("Markov random fields for collaborative filtering", 2019); with a directed c it is the
transition model of Choi et al. ("Session-aware linear item-item models", 2021).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, Tell, in_threads, inlined, kernel, n_threads, quiet, ranges

SMALLEST_PIVOT = np.float32(1e-5)  # of its diagonal: below that, a partner is explained wholly by those before it
PANEL = 4  # rows that are taken off the rest at once, so that the rest is loaded and stored a quarter as often


@inlined
def _fill_block(members, size, gram, diagonal, penalty, place_of, block):
    """The members' inner products in the upper triangle of ``block``, with the penalties on its diagonal."""
    starts, neighbor, weight = gram
    for row in range(size):
        place_of[members[row]] = row
        block[row, row:size] = 0.0
    for row in range(size):
        source = members[row]
        for edge in range(starts[source], starts[source + 1]):
            column = place_of[neighbor[edge]]
            if column > row:
                block[row, column] = weight[edge]
            elif 0 <= column < row:  # the inner products may be cut to the strongest: either side's entry will do
                block[column, row] = weight[edge]
        block[row, row] = diagonal[source] + penalty[source]
    for row in range(size):
        place_of[members[row]] = -1


@inlined
def _finish_row(block, step, size, right, least):
    """Divide a row by the root of its pivot; without a pivot worth the name the product is left out."""
    pivot = block[step, step]
    scale = np.float32(1.0) / np.sqrt(pivot) if pivot > least else np.float32(0.0)
    for column in range(step, size):
        block[step, column] *= scale
    right[step] *= scale


@inlined
def _take_off(block, step, row, size, right):
    factor = block[step, row]
    target, source = block[row], block[step]
    for column in range(row, size):
        target[column] -= factor * source[column]
    right[row] -= factor * right[step]


@inlined
def _take_off_panel(block, step, row, size, right):
    """Take the ``PANEL`` finished rows from ``step`` on off one later row."""
    a, b, c, d = block[step, row], block[step + 1, row], block[step + 2, row], block[step + 3, row]
    one, two, three, four, target = block[step], block[step + 1], block[step + 2], block[step + 3], block[row]
    for column in range(row, size):
        target[column] -= a * one[column] + b * two[column] + c * three[column] + d * four[column]
    right[row] -= a * right[step] + b * right[step + 1] + c * right[step + 2] + d * right[step + 3]


@inlined
def _solve(block, size, least, right):
    """Solve ``block`` x = ``right`` in place by Cholesky's U'U, on the upper triangle; ``least`` are the smallest pivots."""
    for step in range(0, size, PANEL):
        end = min(size, step + PANEL)
        for row in range(step, end):
            for before in range(step, row):
                _take_off(block, before, row, size, right)
            _finish_row(block, row, size, right, least[row])
        if end == step + PANEL:
            for row in range(end, size):
                _take_off_panel(block, step, row, size, right)
    for step in range(size - 1, -1, -1):
        if block[step, step] == 0.0:
            right[step] = 0.0
            continue
        value = right[step]
        for column in range(step + 1, size):
            value -= block[step, column] * right[column]
        right[step] = value / block[step, step]


@kernel
def _ridge(low, high, partners, gram, diagonal, penalty, widest, out):
    starts, neighbor, weight = partners
    place_of = np.full(len(diagonal), -1, np.int32)
    block = np.zeros((widest, widest), np.float32)
    least = np.empty(widest, np.float32)
    for target in range(low, high):
        first, end = starts[target], starts[target + 1]
        size = end - first
        members = neighbor[first:end]
        _fill_block(members, size, gram, diagonal, penalty, place_of, block)
        for place in range(size):
            least[place] = SMALLEST_PIVOT * block[place, place]
        out[first:end] = weight[first:end]
        _solve(block, size, least, out[first:end])


def neighbor_ridge(partners: Graph, gram: Graph, diagonal: Array, penalty: Array, tell: Tell = quiet) -> Graph:
    """For every product the signed weights (float32) of its ``partners``, which keep their places.

    ``partners`` holds for every target the sources that may speak for it, with c(s) as weight; ``gram`` the inner products of
    different products (missing ones count as 0, and one that stands on one side only is taken), ``diagonal`` float [products]
    those with themselves, ``penalty`` float [products] > 0. Where cut inner products leave a partner no pivot, it gets 0.
    Memory: the result, and the square of the longest list for each thread. Work: the cube of each list, by 6.
    """
    sizes = np.diff(partners.starts)
    work = sizes**3 + 200 * sizes**2  # solving, and looking up the inner products
    widest = int(sizes.max(initial=0))
    weight = np.zeros(len(partners.weight), np.float32)
    edges = (partners.starts, partners.neighbor, partners.weight)
    inner = (gram.starts, gram.neighbor, gram.weight)
    own, ridge = np.asarray(diagonal, np.float32), np.asarray(penalty, np.float32)
    in_threads(
        lambda low, high: _ridge(low, high, edges, inner, own, ridge, widest, weight),
        ranges(work, 16 * n_threads()),
        tell,
    )
    return Graph(partners.starts, partners.neighbor, weight)
