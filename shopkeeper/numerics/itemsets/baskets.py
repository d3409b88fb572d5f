"""Baskets as sparse rows: which items are in each, with items recoded so that frequent ones come last.

An item is whatever a basket is looked at by: a product, a category or a brand.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel


@dataclass(frozen=True)
class Baskets:
    """Basket b holds ``item[starts[b]:starts[b + 1]]``: int32 codes below ``n_items``, each once, increasing.

    starts int64 [baskets + 1].
    """

    starts: Array
    item: Array
    n_items: int

    def __len__(self) -> int:
        """How many baskets."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> Array:
        """int64 [baskets]: how many items each has."""
        return np.diff(self.starts)

    @property
    def counts(self) -> Array:
        """int64 [items]: how many baskets each item is in."""
        return np.bincount(self.item, minlength=self.n_items)

    def some(self, kept: Array) -> Baskets:
        """The baskets where ``kept`` bool [baskets] holds, in their order."""
        sizes = self.sizes
        starts = np.zeros(int(kept.sum()) + 1, np.int64)
        np.cumsum(sizes[kept], out=starts[1:])
        return Baskets(starts, self.item[np.repeat(kept, sizes)], self.n_items)

    def between(self, first: int, last: int) -> Baskets:
        """The baskets ``first`` to ``last`` (not included), without a copy of their items."""
        starts = self.starts[first : last + 1]
        low, high = int(starts[0]), int(starts[-1])
        return Baskets(starts - low, self.item[low:high], self.n_items)


@kernel
def _scatter(basket, item, nexts, out):
    for place in range(len(basket)):
        row = basket[place]
        out[nexts[row]] = item[place]
        nexts[row] += 1


@kernel
def _sort_rows(starts, item, kept):
    """Sort every row and put equal ones together at its front; ``kept[b]`` is how many are left."""
    for basket in range(len(starts) - 1):
        low, high = starts[basket], starts[basket + 1]
        if low == high:
            continue
        if high - low <= 24:  # insertion is quicker than a general sort for the usual basket
            for place in range(low + 1, high):
                value = item[place]
                before = place - 1
                while before >= low and item[before] > value:
                    item[before + 1] = item[before]
                    before -= 1
                item[before + 1] = value
        else:
            item[low:high] = np.sort(item[low:high])
        end = low + 1
        for place in range(low + 1, high):
            if item[place] != item[end - 1]:
                item[end] = item[place]
                end += 1
        kept[basket] = end - low


@kernel
def _compact(starts, item, new_starts, out):
    for basket in range(len(starts) - 1):
        first, target = starts[basket], new_starts[basket]
        for place in range(new_starts[basket + 1] - target):
            out[target + place] = item[first + place]


def baskets_of(basket: Array, item: Array, n_baskets: int, n_items: int) -> Baskets:
    """Baskets from lines: ``basket`` and ``item`` whole numbers [lines] in any order; what a basket has twice counts once."""
    starts = np.zeros(n_baskets + 1, np.int64)
    np.cumsum(np.bincount(basket, minlength=n_baskets), out=starts[1:])
    codes = np.empty(len(item), np.int32)
    _scatter(np.asarray(basket), np.asarray(item), starts[:-1].copy(), codes)
    kept = np.zeros(n_baskets, np.int64)
    _sort_rows(starts, codes, kept)
    new_starts = np.zeros(n_baskets + 1, np.int64)
    np.cumsum(kept, out=new_starts[1:])
    if new_starts[-1] == len(codes):
        return Baskets(starts, codes, n_items)
    out = np.empty(new_starts[-1], np.int32)
    _compact(starts, codes, new_starts, out)
    return Baskets(new_starts, out, n_items)


@dataclass(frozen=True)
class Ranked:
    """Baskets of the frequent items alone, by rank: rarest first, ties by code, so that searches branch where little is left.

    ``code`` int32 [ranks] the item of each rank, ``count`` int64 [ranks] its baskets. Empty baskets are left out.
    """

    baskets: Baskets
    code: Array
    count: Array


@kernel
def _recode(starts, item, rank, new_starts, out):
    """Write the ranks of frequent items, each row increasing; how many non-empty rows."""
    n_rows, end = 0, 0
    for basket in range(len(starts) - 1):
        first = end
        for place in range(starts[basket], starts[basket + 1]):
            value = rank[item[place]]
            if value >= 0:
                before = end - 1
                while before >= first and out[before] > value:
                    out[before + 1] = out[before]
                    before -= 1
                out[before + 1] = value
                end += 1
        if end > first:
            n_rows += 1
            new_starts[n_rows] = end
    return n_rows


def ranked(baskets: Baskets, min_count: int) -> Ranked:
    """The items in at least ``min_count`` baskets, by rank."""
    counts = baskets.counts
    frequent = np.flatnonzero(counts >= min_count)
    order = frequent[np.argsort(counts[frequent], kind="stable")]
    rank = np.full(baskets.n_items, -1, np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    starts = np.zeros(len(baskets) + 1, np.int64)
    item = np.empty(int(counts[frequent].sum()), np.int32)
    n_rows = _recode(baskets.starts, baskets.item, rank, starts, item)
    return Ranked(Baskets(starts[: n_rows + 1], item, len(order)), order.astype(np.int32), counts[order])
