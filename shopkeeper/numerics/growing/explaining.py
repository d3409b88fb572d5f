"""What speaks for the products of many lists, whoever made them: the past's products through a graph, strongest first."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, Tell, in_threads, inlined, kernel, n_threads, quiet, ranges
from shopkeeper.numerics.growing.answering import note_reason
from shopkeeper.numerics.sparse_rows import Rows


@inlined
def _explain_one(source, share, graph, listed, mark, out_reason, out_part, out_full):
    starts, neighbor, weight = graph
    for place in range(len(listed)):
        if listed[place] >= 0:
            mark[listed[place]] = place + 1
    for column in range(len(source)):
        what = source[column]
        for edge in range(starts[what], starts[what + 1]):
            place = mark[neighbor[edge]] - 1
            value = share[column] * weight[edge]
            if place >= 0 and value > 0.0:
                out_full[place] += value
                note_reason(out_reason[place], out_part[place], what, value)
    for place in range(len(listed)):
        if listed[place] >= 0:
            mark[listed[place]] = 0


@kernel
def _explain_rows(low, high, chosen, rows, history, graph, listed, out_reason, out_part, out_full):
    row_starts, row_product, row_share = rows
    mark = np.zeros(len(graph[0]) - 1, np.int32)
    for case in range(low, high):
        first = row_starts[chosen[case]]
        end = min(row_starts[chosen[case] + 1], first + history)
        _explain_one(
            row_product[first:end], row_share[first:end], graph, listed[case], mark, out_reason[case], out_part[case],
            out_full[case],
        )  # fmt: skip


def explain_lists(
    rows: Rows, row_share: Array, graph: Graph, *, chosen: Array, listed: Array, history: int, n_reasons: int, tell: Tell = quiet
) -> tuple[Array, Array, Array]:
    """(reasons int32 [lists, n, n_reasons], -1 where there are no more; what each adds float32; what all add [lists, n]).

    ``listed`` int32 [lists, n] (-1: none) are the lists of the rows ``chosen``; ``row_share`` float32 [entries of rows] is how
    loudly each of the past's products speaks, of which the ``history`` newest count.
    """
    shape = listed.shape
    reason, part = np.full((*shape, n_reasons), -1, np.int32), np.zeros((*shape, n_reasons), np.float32)
    full = np.zeros(shape, np.float32)
    shares = (rows.starts, rows.product, np.asarray(row_share, np.float32))
    edges = (graph.starts, graph.neighbor, graph.weight)
    lists = np.asarray(listed, np.int32)
    in_threads(
        lambda low, high: _explain_rows(low, high, chosen, shares, history, edges, lists, reason, part, full),
        ranges(rows.sizes[chosen], 8 * n_threads()),
        tell,
    )
    return reason, part, full
