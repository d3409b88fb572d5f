"""How often products are in the same basket: every pair's count, weighted count and co-views, the strongest partners of each.

A pair is kept from both sides; of a product with very many partners only the strongest stay, by weighted count over the root of
the partner's margin (the cosine's order), so that memory grows with products and not with pairs.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, in_threads, inlined, kernel, n_threads, quiet, ranges
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.sparse_rows import counting_sort
from shopkeeper.numerics.top_k import code_of, key_of, largest


@dataclass(frozen=True)
class Pairs:
    """Partners of product p: ``[starts[p], starts[p + 1])`` of the other arrays, by increasing ``other`` int32.

    ``n`` int32 baskets have both, ``weight`` float32 is their weight, ``views`` int32 how many visits looked at both.
    """

    starts: Array
    other: Array
    n: Array
    weight: Array
    views: Array

    @property
    def source(self) -> Array:
        """int32 [pairs]: the product whose partner each is."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))

    def some(self, kept: Array) -> Pairs:
        """The pairs at these increasing places."""
        source = self.source[kept]
        starts = np.zeros(len(self.starts), np.int64)
        np.cumsum(np.bincount(source, minlength=len(starts) - 1), out=starts[1:])
        return Pairs(starts, self.other[kept], self.n[kept], self.weight[kept], self.views[kept])

    def __len__(self) -> int:
        """How many pairs, each counted from every side that keeps it."""
        return len(self.other)


def capped(baskets: Baskets, limit: int, seed: int) -> Baskets:
    """The same baskets, of larger ones a random ``limit`` of the items: a basket of hundreds says little about any two of them.

    Without it the work grows with the square of the largest basket.
    """
    sizes = baskets.sizes
    if not (sizes > limit).any():
        return baskets
    basket = np.repeat(np.arange(len(baskets)), sizes)
    is_large = sizes[basket] > limit
    at = np.flatnonzero(is_large)
    draw = np.random.default_rng(seed).random(len(at))
    order = np.lexsort((draw, basket[at]))
    place = np.arange(len(at)) - np.searchsorted(basket[at], basket[at])
    kept = ~is_large
    kept[at[order]] = place < limit
    starts = np.zeros(len(baskets) + 1, np.int64)
    np.cumsum(np.minimum(sizes, limit), out=starts[1:])
    return Baskets(starts, baskets.item[kept], baskets.n_items)


@inlined
def _add_baskets(source, entries, rows, weight, count, total, touched):
    """Count the baskets that the other items share with ``source``; how many items were touched."""
    entry_starts, entry_row = entries
    starts, item = rows
    n_touched = 0
    for place in range(entry_starts[source], entry_starts[source + 1]):
        row = entry_row[place]
        value = weight[row]
        for there in range(starts[row], starts[row + 1]):
            other = item[there]
            if count[other] == 0:
                touched[n_touched] = other
                n_touched += 1
            count[other] += 1
            total[other] += value
    return n_touched


@inlined
def _add_views(source, entries, rows, count, seen):
    """Count the visits that looked at ``source`` and at an item that shares a basket with it."""
    entry_starts, entry_row = entries
    starts, item = rows
    for place in range(entry_starts[source], entry_starts[source + 1]):
        row = entry_row[place]
        for there in range(starts[row], starts[row + 1]):
            other = item[there]
            if count[other] != 0:
                seen[other] += 1


@kernel
def _count_pairs(low, high, baskets, visits, weight, root, limits, room, sizes, out):
    """Fill ``out`` from ``room[source]`` on with each source's partners; ``sizes`` says how many."""
    entries, rows = baskets
    visit_entries, visit_rows = visits
    at_least, keep = limits
    out_other, out_n, out_weight, out_views = out
    n_items = len(root)
    count, seen = np.zeros(n_items, np.int32), np.zeros(n_items, np.int32)
    total, touched = np.zeros(n_items, np.float32), np.empty(n_items, np.int32)
    keys = np.empty(n_items, np.uint64)
    strength = np.empty(1, np.float32)
    bits = strength.view(np.uint32)
    for source in range(low, high):
        n_touched = _add_baskets(source, entries, rows, weight, count, total, touched)
        _add_views(source, visit_entries, visit_rows, count, seen)
        size = 0
        for place in range(n_touched):
            other = touched[place]
            if other != source and count[other] >= at_least:
                strength[0] = total[other] * root[other] + np.float32(1e-30)
                keys[size] = key_of(bits[0], other)
                size += 1
        size = largest(keys, size, keep)
        first = room[source]
        for place in range(size):
            out_other[first + place] = code_of(keys[place])
        out_other[first : first + size].sort()
        for place in range(first, first + size):
            other = out_other[place]
            out_n[place], out_weight[place], out_views[place] = count[other], total[other], seen[other]
        sizes[source] = size
        for place in range(n_touched):
            other = touched[place]
            count[other], seen[other], total[other] = 0, 0, 0.0


def _by_item(baskets: Baskets) -> tuple[Array, Array]:
    """(starts, rows): the baskets of every item."""
    starts, order = counting_sort(baskets.item, baskets.n_items)
    basket = np.repeat(np.arange(len(baskets), dtype=np.int32), baskets.sizes)
    return starts, basket[order]


def pair_counts(
    baskets: Baskets, weight: Array, visits: Baskets | None = None, *, at_least: int = 2, keep: int = 64, tell: Tell = quiet
) -> Pairs:
    """Every pair of items in at least ``at_least`` baskets; of each item's partners the ``keep`` strongest.

    ``weight`` float [baskets] is what a basket counts for each of its pairs. ``visits``: what was looked at together, by the same
    codes. The same input gives the same pairs with any number of threads. Memory: 16 bytes a pair, 8 a line and 24 an item and
    thread.
    """
    n_items = baskets.n_items
    none = Baskets(np.zeros(1, np.int64), np.empty(0, np.int32), n_items)
    visits = none if visits is None else visits
    line_weight = np.repeat(weight * (baskets.sizes - 1.0), baskets.sizes)
    degree = np.bincount(baskets.item, weights=line_weight, minlength=n_items)
    partners = np.bincount(baskets.item, weights=np.repeat(baskets.sizes - 1.0, baskets.sizes), minlength=n_items)
    # A product with so many lines beside it cannot have more partners than this.
    room = np.zeros(n_items + 1, np.int64)
    np.cumsum(np.minimum(partners // at_least, keep).astype(np.int64), out=room[1:])
    out = tuple(np.empty(room[-1], kind) for kind in (np.int32, np.int32, np.float32, np.int32))
    sizes = np.zeros(n_items, np.int64)
    root = (np.maximum(degree, 1e-12) ** -0.5).astype(np.float32)
    bought, seen = ((_by_item(rows), (rows.starts, rows.item)) for rows in (baskets, visits))
    spans = ranges(partners.astype(np.int64), 16 * n_threads())
    as_float, limits = weight.astype(np.float32), (at_least, keep)
    in_threads(lambda low, high: _count_pairs(low, high, bought, seen, as_float, root, limits, room, sizes, out), spans, tell)
    used = np.repeat(room[:-1] - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
    starts = np.zeros(n_items + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    return Pairs(starts, *(values[used] for values in out))
