"""Several ways of being alike in one graph: weighted sums of neighbors, and closeness of price on top."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest

UNKNOWN_RATIO, WIDEST_RATIO = 2.0, 20.0  # a price that is not known counts as this many times the other; no ratio as more


def closeness(one: float, other: float, price_weight: float) -> float:
    """How much of a likeness is left between these prices: 1 for equal ones, 2^-price_weight for one twice the other."""
    if price_weight <= 0.0:
        return 1.0
    ratio = UNKNOWN_RATIO
    if one > 0.0 and other > 0.0:
        ratio = min(max(one / other, other / one), WIDEST_RATIO)
    result: float = ratio**-price_weight
    return result


closeness_in_kernels = inlined(closeness)


@kernel
def _mix(low, high, graphs, weights, price, price_weight, k, out_neighbor, out_weight, sizes):
    n_products = len(sizes)
    total = np.zeros(n_products, np.float32)
    bits = total.view(np.uint32)
    touched = np.empty(n_products, np.int32)
    keys = np.empty(n_products, np.uint64)
    value_bits = out_weight.view(np.uint32)
    starts, neighbor, weight = graphs
    for source in range(low, high):
        n_touched = 0
        for which in range(len(weights)):
            for edge in range(starts[which, source], starts[which, source + 1]):
                value = weights[which] * weight[edge]
                if value > 0.0 and neighbor[edge] != source:
                    if total[neighbor[edge]] == 0.0:
                        touched[n_touched] = neighbor[edge]
                        n_touched += 1
                    total[neighbor[edge]] += value
        size = 0
        for place in range(n_touched):
            target = touched[place]
            total[target] *= closeness_in_kernels(price[source], price[target], price_weight)
            if total[target] > 0.0:
                keys[size] = key_of(bits[target], target)
                size += 1
            total[target] = 0.0
        size = largest(keys, size, k)
        for place in range(size):
            out_neighbor[source, place] = code_of(keys[place])
            value_bits[source, place] = bits_of(keys[place])
        sizes[source] = size


def mixed(graphs: Sequence[Graph], weights: Sequence[float], price: Array, price_weight: float, k: int) -> Graph:
    """The ``k`` best neighbors of each product by the weighted sum of ``graphs`` (of the same products, at least one).

    ``price`` float [products] (NaN: unknown): a sum is multiplied by (the larger price / the smaller)^-``price_weight``.
    """
    n_products = graphs[0].n_products
    offsets = np.cumsum([0] + [len(graph.neighbor) for graph in graphs])
    starts = np.stack([graph.starts + offset for graph, offset in zip(graphs, offsets, strict=False)])
    neighbor = np.concatenate([graph.neighbor for graph in graphs])
    weight = np.concatenate([graph.weight for graph in graphs])
    sizes = np.zeros(n_products, np.int64)
    out_neighbor, out_weight = np.zeros((n_products, k), np.int32), np.zeros((n_products, k), np.float32)
    share, prices = np.asarray(weights, np.float32), np.asarray(price, np.float32)
    in_threads(
        lambda low, high: _mix(
            low, high, (starts, neighbor, weight), share, prices, float(price_weight), k, out_neighbor, out_weight, sizes
        ),
        ranges(np.diff(starts, axis=1).sum(axis=0), 4 * n_threads()),
    )
    kept = np.arange(k) < sizes[:, None]
    closed = np.zeros(n_products + 1, np.int64)
    np.cumsum(sizes, out=closed[1:])
    return Graph(closed, out_neighbor[kept], out_weight[kept])
