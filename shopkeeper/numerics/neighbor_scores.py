"""From a customer's products and the product graph to the best others, with what speaks for each.

    score(t) = sum over the customer's products s of  w(s) * weight(s -> t)

Weights may be negative (a linear model's: "instead of"); a product is found where its score is above 0, and only what adds to
it is named as a reason.

These are many lists at once; `growing.answering` has the kernels of single answers.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, Tell, in_threads, inlined, kernel, n_threads, quiet, ranges
from shopkeeper.numerics.growing.answering import add_own, note_reason
from shopkeeper.numerics.sparse_rows import Rows
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest

ALMOST_NOTHING = np.float32(-1e-30)  # a total that came back to exactly 0 stays marked as touched, and is still not listed


@inlined
def _add_neighbors(starts, neighbor, weight, source, share, total, touched):
    """Add what each source gives to its neighbors; how many products were touched."""
    n_touched = 0
    n_known = len(starts) - 1
    for place in range(len(source)):
        what = source[place]
        if what < 0 or what >= n_known:
            continue
        for edge in range(starts[what], starts[what + 1]):
            value = share[place] * weight[edge]
            if value != 0.0:
                target = neighbor[edge]
                before = total[target]
                if before == 0.0:
                    touched[n_touched] = target
                    n_touched += 1
                after = before + value
                total[target] = after if after != 0.0 else ALMOST_NOTHING
    return n_touched


@inlined
def _take_best(total, touched, n_touched, keys, out_product, out_bits):
    """Move the best of the touched products out, best first, and clear ``total``; how many there were."""
    bits = total.view(np.uint32)
    size = 0
    for place in range(n_touched):
        target = touched[place]
        if total[target] > 0.0:
            keys[size] = key_of(bits[target], target)
            size += 1
        bits[target] = 0
    size = largest(keys, size, len(out_product))
    for place in range(size):
        out_product[place] = code_of(keys[place])
        out_bits[place] = bits_of(keys[place])
    return size


@inlined
def _explain(starts, neighbor, weight, source, share, found, total, out_reason, out_part):
    """The sources that add most to each found product, and how much they add, largest first."""
    out_reason[:, :] = -1
    out_part[:, :] = 0.0
    for row in range(len(found)):
        total[found[row]] = row + 1.0
    n_known = len(starts) - 1
    for column in range(len(source)):
        what = source[column]
        if what < 0 or what >= n_known:
            continue
        for edge in range(starts[what], starts[what + 1]):
            mark = total[neighbor[edge]]
            if mark > 0.0:
                row = int(mark) - 1
                value = share[column] * weight[edge]
                note_reason(out_reason[row], out_part[row], what, value)
    for row in range(len(found)):
        total[found[row]] = 0.0


@inlined
def _fill(codes, values, size, fallback, own, total):
    """The rest of ``codes`` from ``fallback``, without ``own`` and what is there; -1 where that ends."""
    for place in range(size):
        total[codes[place]] = 1.0
    for place in range(len(own)):
        total[own[place]] = 1.0
    n_found = size
    for place in range(len(fallback)):
        if n_found == len(codes):
            break
        if total[fallback[place]] == 0.0:
            codes[n_found] = fallback[place]
            n_found += 1
    codes[n_found:] = -1
    values[size:] = 0.0
    for place in range(size):
        total[codes[place]] = 0.0
    for place in range(len(own)):
        total[own[place]] = 0.0


@kernel
def _best_of_rows(low, high, chosen, rows, history, graph, own, fallback, out):
    row_starts, row_product, row_share, row_claim = rows
    starts, neighbor, weight = graph
    out_product, out_score, out_reason, out_part = out
    total = np.zeros(len(starts) - 1, np.float32)
    touched = np.empty(len(total), np.int32)
    keys = np.empty(len(total), np.uint64)
    bits = out_score.view(np.uint32)
    for case in range(low, high):
        first, end = row_starts[chosen[case]], row_starts[chosen[case] + 1]
        everything = row_product[first:end]
        source = row_product[first : min(end, first + history)]
        share = row_share[first : min(end, first + history)]
        n_touched = _add_neighbors(starts, neighbor, weight, source, share, total, touched)
        if own > 0.0:
            n_touched = add_own(everything, row_claim[first:end], own, total, touched, n_touched)
        elif own < 0.0:
            total[everything] = 0.0
        size = _take_best(total, touched, n_touched, keys, out_product[case], bits[case])
        if out_reason.shape[2] > 0:
            found = out_product[case, :size]
            _explain(starts, neighbor, weight, source, share, found, total, out_reason[case, :size], out_part[case, :size])
        if size < out_product.shape[1]:
            _fill(out_product[case], out_score[case], size, fallback, everything if own < 0.0 else everything[:0], total)


def best_of_rows(
    rows: Rows, row_share: Array, graph: Graph, *, chosen: Array, n: int, history: int, fallback: Array, own: float = -1.0,
    row_claim: Array | None = None, n_reasons: int = 0, tell: Tell = quiet,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """(products int32 [len(chosen), n], scores float32, reasons int32 [len(chosen), n, n_reasons], what each adds float32).

    The best products of each chosen row, best first; the reasons are the products that add most (-1: no more).
    ``row_share`` float32 [entries of rows] is the weight of each of the customer's products; the ``history`` newest count.
    ``own`` < 0 leaves out what the customer has; 0 keeps it at the score it gets from the others; above, each own product
    gets ``own`` * (highest score) * (its claim / the largest claim) on top, with ``row_claim`` float32 [entries] (default:
    the shares). Where fewer than ``n`` are found, products of ``fallback`` int32 follow with score 0, then -1.
    """
    out = (
        np.empty((len(chosen), n), np.int32),
        np.empty((len(chosen), n), np.float32),
        np.full((len(chosen), n, n_reasons), -1, np.int32),
        np.zeros((len(chosen), n, n_reasons), np.float32),
    )
    claims = np.asarray(row_share if row_claim is None else row_claim, np.float32)
    shares = (rows.starts, rows.product, np.asarray(row_share, np.float32), claims)
    edges = (graph.starts, graph.neighbor, graph.weight)
    follow = np.asarray(fallback, np.int32)
    in_threads(
        lambda low, high: _best_of_rows(low, high, chosen, shares, history, edges, float(own), follow, out),
        ranges(rows.sizes[chosen], 8 * n_threads()),
        tell,
    )
    return out
