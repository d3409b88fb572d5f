"""Where a falling curve bends: the point farthest from the chord between its ends."""

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array


def chord_distances(falling: Array) -> Array:
    """float64 like ``falling``: how far each point of the curve lies below the chord between its ends.

    Both axes are scaled to 0-1 first, so that the result is a share (below 0 above the chord); the elbow is its maximum. All 0
    for fewer than three points and for a curve that does not fall. Source: Satopaa et al., *Finding a "kneedle" in a haystack*
    (2011), section III, for a convex falling curve given at whole steps.
    """
    n_points = len(falling)
    fall = float(falling[0] - falling[-1]) if n_points else 0.0
    if n_points < 3 or fall <= 0.0:
        return np.zeros(n_points)
    along = np.arange(n_points) / (n_points - 1)
    down = (falling[0] - falling) / fall
    return np.asarray(down - along, np.float64)
