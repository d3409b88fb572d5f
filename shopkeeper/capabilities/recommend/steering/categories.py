"""Categories as a tree: what lies below a path is one span of ranks, and two paths' common levels are equal numbers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np

from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array

BETWEEN = " > "
N_LEVELS = 8  # deeper ones count as these


class CategoryTree:
    """The catalog's categories by code.

    ``rank`` int32 [categories]; ``level`` int32 [categories + 1, levels]: a number for the path down to each level, -1 below its
    end; the last row is all -1, for products without a category (code -1).
    """

    def __init__(self, categories: Mapping[str, int]) -> None:
        self.paths = tuple(categories)
        parts = [tuple(path.split(BETWEEN)) for path in self.paths]
        order = sorted(range(len(parts)), key=parts.__getitem__)
        self._keys = [parts[place] for place in order]
        self.rank: Array = np.empty(len(parts), np.int32)
        self.rank[order] = np.arange(len(parts), dtype=np.int32)
        depth = min(N_LEVELS, max((len(path) for path in parts), default=1))
        self.level: Array = np.full((len(parts) + 1, depth), -1, np.int32)
        numbers: dict[tuple[str, ...], int] = {}
        for code, path in enumerate(parts):
            for size in range(1, min(len(path), depth) + 1):
                self.level[code, size - 1] = numbers.setdefault(path[:size], len(numbers))

    def __len__(self) -> int:
        return len(self.paths)

    def span(self, path: str) -> tuple[int, int]:
        """Ranks ``[low, high)`` of the categories at ``path`` (small letters) and below it; empty where there is none."""
        key = tuple(path.split(BETWEEN))
        after = (*key[:-1], key[-1] + "\0")
        return bisect_left(self._keys, key), bisect_left(self._keys, after)

    def rows_in(self, known: PackedTexts) -> Array:
        """int64 [categories + 1]: for each category its place in ``known``, or that of the nearest one above it.

        ``len(known)`` where there is none, and for products without a category (the last entry).
        """
        found = np.full(len(self) + 1, len(known), np.int64)
        for code, path in enumerate(self.paths):
            parts = path.split(BETWEEN)
            places = (known.find(BETWEEN.join(parts[:size])) for size in range(len(parts), 0, -1))
            found[code] = next((place for place in places if place >= 0), len(known))
        return found
