"""The product graph: which products the same customers have, normalized by three exponents, with direction and decay.

    weight(s -> t) = target(t) * sum over customers c who have both of  |c|^-a * w(c, s) * w(c, t) * table(steps from s to t)

``|c|`` is how many products the customer has, ``w`` the weight of the customer's event (kind and age), ``table`` a weight for the
distance in distinct moments (forward where t came after s, backward where before). ``target(t)`` holds the target's exponent; the
source's exponent is a factor of each row and is applied by whoever uses the graph, since it does not change a row's order.
With a = 0, target(t) = deg(t)^-1/2 and source exponent 1/2 this is the cosine; see Karypis (2001), Deshpande & Karypis (2004).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.sparse_rows import Rows, counting_sort
from shopkeeper.numerics.top_k import offer, sort_heap


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


@kernel
def _accumulate(
    low: int,
    high: int,
    row_starts: Array,
    row_product: Array,
    row_step: Array,
    row_weight: Array,
    row_factor: Array,
    entry_starts: Array,
    entry: Array,
    entry_row: Array,
    target_factor: Array,
    forward: Array,
    backward: Array,
    k: int,
    sizes: Array,
    out_neighbor: Array,
    out_weight: Array,
) -> None:
    total = np.zeros(len(target_factor), np.float32)
    touched = np.empty(len(target_factor), np.int32)
    last = len(forward) - 1
    for source in range(low, high):
        n_touched = 0
        for place in range(entry_starts[source], entry_starts[source + 1]):
            here = entry[place]
            row = entry_row[here]
            first = row_starts[row]
            end = row_starts[row + 1]
            step = row_step[here]
            share = row_weight[here] * row_factor[row]
            for there in range(first, end):
                gap = step - row_step[there]  # steps count back from the newest: positive where the target came later
                near = forward[min(gap, last)] if gap >= 0 else backward[min(-gap, last)]
                value = share * row_weight[there] * near
                if value > 0.0:
                    target = row_product[there]
                    if total[target] == 0.0:
                        touched[n_touched] = target
                        n_touched += 1
                    total[target] += value
        values = out_weight[source]
        codes = out_neighbor[source]
        size = 0
        for place in range(n_touched):
            target = touched[place]
            value = total[target] * target_factor[target]
            total[target] = 0.0
            if target != source and value > 0.0 and (size < k or value >= values[0]):
                size = offer(values, codes, size, value, target)
        sort_heap(values, codes, size)
        sizes[source] = size


def product_graph(
    rows: Rows,
    *,
    row_factor: Array,
    target_factor: Array,
    forward: Array,
    backward: Array,
    k: int,
    tell: Callable[[float], None] = lambda share: None,
) -> Graph:
    """The ``k`` strongest neighbors of every product.

    ``row_factor`` float [customers], ``target_factor`` float [products]; ``forward[g]`` and ``backward[g]`` float weigh a target
    ``g`` distinct moments after or before the source (the last entry holds for all larger gaps; ``forward[0]`` for the same moment).
    The same input gives the same graph with any number of threads. Memory: products * k * 8 bytes besides the rows.
    """
    n_products = rows.n_products
    entry_starts, entry = counting_sort(rows.product, n_products)
    entry_row = np.repeat(np.arange(rows.n_rows, dtype=np.int32), rows.sizes)
    work = np.bincount(rows.product, weights=np.repeat(rows.sizes, rows.sizes), minlength=n_products)
    sizes = np.zeros(n_products, np.int64)
    out_neighbor = np.empty((n_products, k), np.int32)
    out_weight = np.empty((n_products, k), np.float32)
    row_factor32 = np.asarray(row_factor, np.float32)
    target32 = np.asarray(target_factor, np.float32)
    forward32 = np.asarray(forward, np.float32)
    backward32 = np.asarray(backward, np.float32)

    def call(low: int, high: int) -> None:
        _accumulate(
            low, high, rows.starts, rows.product, rows.step, rows.weight, row_factor32, entry_starts, entry, entry_row,
            target32, forward32, backward32, k, sizes, out_neighbor, out_weight,
        )  # fmt: skip

    in_threads(call, ranges(work, 16 * n_threads()), tell)
    return _compact(sizes, out_neighbor, out_weight)


def _compact(sizes: Array, out_neighbor: Array, out_weight: Array) -> Graph:
    starts = np.zeros(len(sizes) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    used = np.arange(out_neighbor.shape[1]) < sizes[:, None]
    return Graph(starts, out_neighbor[used], out_weight[used])
