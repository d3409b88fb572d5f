"""Itemsets as searches write them, one after the other, and as they are kept: in an order that depends on nothing else."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined, kernel

COMPLETE, TOO_MANY, TOO_LARGE = 0, 1, 2
"""How a search ended: with everything, with more sets than allowed, with more memory than allowed."""


@dataclass(frozen=True)
class Itemsets:
    """Sets of items and in how many baskets each is: small sets first, then frequent ones, then by their codes.

    Set s is ``item[starts[s]:starts[s + 1]]`` (int32 codes, increasing), ``count`` int64 [sets] its baskets, of ``n_baskets``.
    """

    starts: Array
    item: Array
    count: Array
    n_baskets: int

    def __len__(self) -> int:
        """How many sets."""
        return len(self.count)

    @property
    def sizes(self) -> Array:
        """int64 [sets]: how many items each has."""
        return np.diff(self.starts)

    @property
    def largest(self) -> int:
        """How many items the largest has."""
        return int(self.sizes[-1]) if len(self) else 0

    def block(self, size: int) -> tuple[int, int]:
        """(first, last): sets ``first`` to ``last`` (not included) have ``size`` items."""
        low, high = np.searchsorted(self.sizes, [size, size + 1])
        return int(low), int(high)

    def rows(self, size: int) -> Array:
        """int32 [sets of that size, size]: their items."""
        first, last = self.block(size)
        return self.item[self.starts[first] : self.starts[last]].reshape(last - first, size)


@inlined
def grown(buffer, needed):
    """``buffer``, or a longer one that begins with it, with room for ``needed``."""
    if needed <= len(buffer):
        return buffer
    longer = np.empty(max(2 * len(buffer), needed), buffer.dtype)
    longer[: len(buffer)] = buffer
    return longer


@inlined
def are_related(parent, left, right):
    """Whether one of two items is above the other: such a pair is in the same basket by definition."""
    above = parent[left]
    while above >= 0:
        if above == right:
            return True
        above = parent[above]
    above = parent[right]
    while above >= 0:
        if above == left:
            return True
        above = parent[above]
    return False


@kernel
def _measure(flat):
    n_sets, place, n_items = 0, 0, 0
    while place < len(flat):
        n_sets += 1
        n_items += flat[place]
        place += flat[place] + 2
    return n_sets, n_items


@kernel
def _unpack(flat, code, starts, item, count, n_sets):
    place = 0
    while place < len(flat):
        size = flat[place]
        count[n_sets] = flat[place + 1]
        first = starts[n_sets]
        for number in range(size):
            value = code[flat[place + 2 + number]]
            before = first + number - 1
            while before >= first and item[before] > value:
                item[before + 1] = item[before]
                before -= 1
            item[before + 1] = value
        n_sets += 1
        starts[n_sets] = first + size
        place += size + 2
    return n_sets


def in_order(parts: Sequence[Array], code: Array, n_baskets: int) -> Itemsets:
    """The sets of several searches as `Itemsets`.

    Each part int32 holds, set after set: its size, its baskets, its items' places in ``code`` int32.
    """
    measured = [_measure(part) for part in parts]
    n_sets, n_items = sum(each for each, _ in measured), sum(each for _, each in measured)
    starts, item, count = np.zeros(n_sets + 1, np.int64), np.empty(n_items, np.int32), np.empty(n_sets, np.int64)
    done = 0
    for part in parts:
        done = _unpack(part, code, starts, item, count, done)
    return _sorted(starts, item, count, n_baskets)


def _sorted(starts: Array, item: Array, count: Array, n_baskets: int) -> Itemsets:
    sizes = np.diff(starts)
    new_starts, items, counts = np.zeros(len(sizes) + 1, np.int64), [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    np.cumsum(np.sort(sizes), out=new_starts[1:])
    for size in np.unique(sizes):
        of_size = np.flatnonzero(sizes == size)
        rows = item[starts[of_size][:, None] + np.arange(size)]
        order = np.lexsort((*rows.T[::-1], -count[of_size]))
        items.append(rows[order].ravel())
        counts.append(count[of_size][order])
    return Itemsets(new_starts, np.concatenate(items), np.concatenate(counts), n_baskets)
