"""The product graph: which products the same customers have, normalized by three exponents, with direction and decay.

    weight(s -> t) = target(t) * sum over customers c who have both of  |c|^-a * w(c, s) * w(c, t) * table(steps from s to t)

``|c|`` is how many products the customer has, ``w`` the weight of the customer's event (kind and age), ``table`` a weight for
the distance in distinct moments (forward where t came after s, backward where before). ``target(t)`` holds the target's
exponent; the source's exponent is a factor of a whole row and is applied by whoever uses the graph, since it does not change a
row's order. With a = 0, target(t) = deg(t)^-1/2 and source exponent 1/2 this is the cosine (Deshpande & Karypis, 2004).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, in_threads, inlined, kernel, n_threads, quiet, ranges
from shopkeeper.numerics.sparse_rows import Rows, counting_sort
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest


@dataclass(frozen=True)
class Graph:
    """Neighbors of each product, strongest first: ``[starts[p], starts[p + 1])`` of ``neighbor`` int32 and ``weight`` float32."""

    starts: Array
    neighbor: Array
    weight: Array

    @property
    def n_products(self) -> int:
        """How many products there are."""
        return len(self.starts) - 1


@inlined
def _add_partners(source, entries, rows, table, window, total, touched):
    """Add up what the customers who have ``source`` give to every other product; how many products were touched."""
    entry_starts, entry, entry_row = entries
    starts, product, step, given, taken = rows
    n_touched = 0
    for place in range(entry_starts[source], entry_starts[source + 1]):
        here = entry[place]
        row = entry_row[here]
        share = given[here]
        middle = step[here] + window  # steps count back from the newest: a smaller step is a later moment
        for there in range(starts[row], starts[row + 1]):
            target = product[there]
            value = share * taken[there] * table[min(max(middle - step[there], 0), 2 * window)]
            if value > 0.0:
                before = total[target]
                if before == 0.0:
                    touched[n_touched] = target
                    n_touched += 1
                total[target] = before + value
    return n_touched


@kernel
def _accumulate(low, high, entries, rows, table, k, sizes, out_neighbor, out_weight):
    n_products = len(sizes)
    window = len(table) // 2
    total = np.zeros(n_products, np.float32)
    bits = total.view(np.uint32)
    touched = np.empty(n_products, np.int32)
    keys = np.empty(n_products, np.uint64)
    value_bits = out_weight.view(np.uint32)
    for source in range(low, high):
        n_touched = _add_partners(source, entries, rows, table, window, total, touched)
        total[source] = 0.0
        size = 0
        for place in range(n_touched):
            target = touched[place]
            if bits[target] != 0:
                keys[size] = key_of(bits[target], target)
                size += 1
                bits[target] = 0
        size = largest(keys, size, k)
        for place in range(size):
            out_neighbor[source, place] = code_of(keys[place])
            value_bits[source, place] = bits_of(keys[place])
        sizes[source] = size


@kernel
def _compact(low, high, sizes, wide_neighbor, wide_weight, starts, neighbor, weight):
    for source in range(low, high):
        first = starts[source]
        for place in range(sizes[source]):
            neighbor[first + place] = wide_neighbor[source, place]
            weight[first + place] = wide_weight[source, place]


def product_graph(
    rows: Rows,
    *,
    row_factor: Array,
    target_factor: Array,
    forward: Array,
    backward: Array,
    k: int,
    tell: Tell = quiet,
) -> Graph:
    """The ``k`` strongest neighbors of every product.

    ``row_factor`` float [customers], ``target_factor`` float [products]; ``forward[g]`` and ``backward[g]`` float, of one length,
    weigh a target ``g`` distinct moments after or before the source (the last entry holds for all larger gaps; ``forward[0]``
    for the same moment). The same input gives the same graph with any number of threads. Memory: products * k * 8 bytes and
    36 bytes an entry besides the rows.
    """
    n_products = rows.n_products
    entry_starts, entry = counting_sort(rows.product, n_products)
    entry_row = np.repeat(np.arange(rows.n_rows, dtype=np.int32), rows.sizes)
    entries = (entry_starts, entry, entry_row)
    given = (rows.weight * np.asarray(row_factor, np.float32)[entry_row]).astype(np.float32)
    taken = (rows.weight * np.asarray(target_factor, np.float32)[rows.product]).astype(np.float32)
    table = np.concatenate((np.asarray(backward)[:0:-1], np.asarray(forward))).astype(np.float32)
    partners = (rows.starts, rows.product, rows.step, given, taken)
    sizes = np.zeros(n_products, np.int64)
    wide_neighbor = np.empty((n_products, k), np.int32)
    wide_weight = np.empty((n_products, k), np.float32)
    work = np.bincount(rows.product, weights=np.repeat(rows.sizes, rows.sizes), minlength=n_products)
    spans = ranges(work, 16 * n_threads())
    in_threads(
        lambda low, high: _accumulate(low, high, entries, partners, table, k, sizes, wide_neighbor, wide_weight), spans, tell
    )
    starts = np.zeros(n_products + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    neighbor, weight = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    in_threads(lambda low, high: _compact(low, high, sizes, wide_neighbor, wide_weight, starts, neighbor, weight), spans)
    return Graph(starts, neighbor, weight)
