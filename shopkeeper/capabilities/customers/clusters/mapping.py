"""A map of the customers: two axes on which their clusters lie apart, and what the axes mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.customers.clusters.material import Material
from shopkeeper.capabilities.customers.clusters.vocabulary import Feature
from shopkeeper.numerics.clustering.axes import separating_axes

N_WORDS = 3
STRONG = 0.35


@dataclass(frozen=True)
class Map:
    """``at`` float64 [customers, 2], ``axes`` float64 [used, 2], and what the axes mean in words."""

    at: np.ndarray
    axes: np.ndarray
    meaning: dict[str, Any]


def draw_map(material: Material, centers: np.ndarray, sizes: np.ndarray, value: np.ndarray) -> Map:
    """Where each customer lies; the more valuable ones to the right."""
    sampled = material.points[material.sample]
    axes = separating_axes(sampled, centers, sizes)
    worth = np.argsort(np.argsort(value[material.sample], kind="stable"), kind="stable")
    across = sampled @ axes[:, 0]
    if np.dot(worth - worth.mean(), across - across.mean()) < 0.0:
        axes[:, 0] = -axes[:, 0]
    at = np.asarray(material.points @ axes.astype(np.float32), np.float64)
    middle = at[material.sample].mean(axis=0) if len(sampled) else np.zeros(2)
    strength = [_correlations(sampled, sampled @ axes[:, n]) for n in (0, 1)]
    ways = (("right", "left"), ("up", "down"))
    meaning = {
        axis: _axis(material.used, strength[n], ways[n]) for n, axis in enumerate(("x", "y"))
    }  # fmt: skip
    return Map(at - middle, axes, meaning)


def _correlations(points: np.ndarray, along: np.ndarray) -> np.ndarray:
    """How strongly each feature goes with the axis, -1 to 1."""
    centered = points - points.mean(axis=0, dtype=np.float64)
    moved = along - along.mean()
    size = np.sqrt((centered**2).sum(axis=0) * (moved**2).sum())
    return np.asarray(np.divide(moved @ centered, size, out=np.zeros(points.shape[1]), where=size > 0))


def _axis(used: tuple[Feature, ...], strength: np.ndarray, ways: tuple[str, str]) -> dict[str, Any]:
    order = np.argsort(-np.round(np.abs(strength), 6), kind="stable")
    strong = [int(place) for place in order if abs(strength[place]) >= STRONG][:N_WORDS] or [int(place) for place in order[:1]]
    one = [used[place].high if strength[place] > 0 else used[place].low for place in strong]
    other = [used[place].low if strength[place] > 0 else used[place].high for place in strong]
    return {
        ways[0]: ", ".join(filter(None, one)),
        ways[1]: ", ".join(filter(None, other)),
        "features": {used[place].name: round(float(strength[place]), 3) for place in order},
    }
