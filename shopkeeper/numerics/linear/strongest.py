"""The strongest of signed weights, by size; kept positive ones first, so that the first neighbors are those that speak for it."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.sparse_rows import counting_sort
from shopkeeper.numerics.top_k import code_of, key_of, largest

SIGN = np.uint32(0x80000000)
ALL = np.uint32(0xFFFFFFFF)


@inlined
def _in_order(bits):
    """The bits (uint32) of a float32, changed so that they order as the signed number does."""
    return bits ^ ALL if bits & SIGN else bits | SIGN


@inlined
def _take_strongest(values, size, k, keys):
    """How many of ``values[:size]`` were kept, at most the ``k`` largest by size; keys hold their places, highest value first."""
    bits = values.view(np.uint32)
    n_there = 0
    for place in range(size):
        if values[place] != 0.0:
            keys[n_there] = key_of(bits[place] & ~SIGN, place)
            n_there += 1
    kept = largest(keys, n_there, k)
    for number in range(kept):
        place = code_of(keys[number])
        keys[number] = key_of(_in_order(bits[place]), place)
    return largest(keys, kept, kept)


@kernel
def _of_lists(low, high, entries, edges, factor, widest, starts, neighbor, weight, sizes):
    entry_starts, entry, target = entries
    values = np.empty(widest, np.float32)
    keys = np.empty(widest, np.uint64)
    for source in range(low, high):
        first = entry_starts[source]
        size = entry_starts[source + 1] - first
        for place in range(size):
            here = entry[first + place]
            values[place] = edges[here] * factor[target[here]]
        kept = _take_strongest(values, size, starts[source + 1] - starts[source], keys)
        for number in range(kept):
            place = code_of(keys[number])
            neighbor[starts[source] + number] = target[entry[first + place]]
            weight[starts[source] + number] = values[place]
        sizes[source] = kept


def strongest_of_lists(lists: Graph, target_factor: Array, k: int) -> Graph:
    """Lists turned around: for each product the ``k`` strongest (by size) of those in whose lists it stands.

    ``lists`` holds for every target its sources; the result for every source its targets, each weight times
    ``target_factor`` float [products].
    """
    n_products = lists.n_products
    entry_starts, entry = counting_sort(lists.neighbor, n_products)
    target = np.repeat(np.arange(n_products, dtype=np.int32), np.diff(lists.starts))
    n_there = np.diff(entry_starts)
    starts = np.zeros(n_products + 1, np.int64)
    np.cumsum(np.minimum(n_there, k), out=starts[1:])
    neighbor, weight = np.zeros(starts[-1], np.int32), np.zeros(starts[-1], np.float32)
    sizes = np.zeros(n_products, np.int64)
    factor, widest = np.asarray(target_factor, np.float32), int(n_there.max(initial=0))
    in_threads(
        lambda low, high: _of_lists(
            low, high, (entry_starts, entry, target), lists.weight, factor, widest, starts, neighbor, weight, sizes
        ),
        ranges(n_there, 8 * n_threads()),
    )
    return _without_gaps(starts, sizes, neighbor, weight)


@kernel
def _of_dense(low, high, dense, factor, k, neighbor, weight, sizes):
    values = np.empty(dense.shape[1], np.float32)
    keys = np.empty(dense.shape[1], np.uint64)
    for source in range(low, high):
        for target in range(dense.shape[1]):
            values[target] = dense[source, target] * factor[target]
        sizes[source] = _take_strongest(values, len(values), k, keys)
        for number in range(sizes[source]):
            place = code_of(keys[number])
            neighbor[source * k + number] = place
            weight[source * k + number] = values[place]


def strongest_of_dense(dense: Array, target_factor: Array, k: int) -> Graph:
    """For each product (row of ``dense`` float [products, products]) its ``k`` strongest weights, times ``target_factor``."""
    n_products = len(dense)
    k = min(k, dense.shape[1])
    neighbor, weight = np.zeros(n_products * k, np.int32), np.zeros(n_products * k, np.float32)
    sizes = np.zeros(n_products, np.int64)
    factor = np.asarray(target_factor, np.float32)
    in_threads(
        lambda low, high: _of_dense(low, high, dense, factor, k, neighbor, weight, sizes),
        ranges(np.ones(n_products, np.int64), 8 * n_threads()),
    )
    return _without_gaps(np.arange(n_products + 1, dtype=np.int64) * k, sizes, neighbor, weight)


def _without_gaps(starts: Array, sizes: Array, neighbor: Array, weight: Array) -> Graph:
    """The first ``sizes`` of each list; weights of exactly 0 left room."""
    room = np.diff(starts)
    if np.array_equal(room, sizes):
        return Graph(starts, neighbor, weight)
    kept = np.arange(len(neighbor)) - np.repeat(starts[:-1], room) < np.repeat(sizes, room)
    closed = np.zeros(len(starts), np.int64)
    np.cumsum(sizes, out=closed[1:])
    return Graph(closed, neighbor[kept], weight[kept])
