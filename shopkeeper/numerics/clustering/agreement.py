"""How alike two clusterings of the same points are: the adjusted Rand index."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


def _pairs(counts: Array) -> float:
    """How many pairs there are within groups of these sizes."""
    sizes = counts.astype(np.float64)
    return float((sizes * (sizes - 1.0)).sum() / 2.0)


def adjusted_rand_index(one: Array, other: Array) -> float:
    """1 where two labelings agree, 0 on average where they agree by chance, below 0 where by less than chance.

    ``one``, ``other``: whole numbers >= 0 [points]. Source: Hubert & Arabie, *Comparing partitions* (1985), eq. 5: the pairs
    that are together in both, less those expected with these group sizes, as a share of the most that there could be. 1 for
    fewer than two points, and where both put all points together or all apart.
    """
    n_points = len(one)
    width = int(other.max()) + 1 if n_points else 1
    together = _pairs(np.unique(one.astype(np.int64) * width + other, return_counts=True)[1])
    first, second = _pairs(np.unique(one, return_counts=True)[1]), _pairs(np.unique(other, return_counts=True)[1])
    every = n_points * (n_points - 1) / 2.0
    expected = first * second / every if every else 0.0
    most = (first + second) / 2.0
    return 1.0 if most == expected else (together - expected) / (most - expected)
