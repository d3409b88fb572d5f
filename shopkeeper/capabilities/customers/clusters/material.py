"""From features to points: which features are used, why others are not, and all of them on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.clusters.read import Buyers
from shopkeeper.capabilities.customers.clusters.vocabulary import VOCABULARY, Feature
from shopkeeper.numerics.clustering.scaling import Scale, robust_scale

KNOWN_OF = 0.5
"""A feature must be known of at least this share of the customers."""
ALIKE = 0.97
"""A feature of which this share of the customers has the very same value tells none of them apart."""


@dataclass(frozen=True)
class Material:
    """``points`` float32 [customers, used]: features in standard deviations, times ``weight`` [used].

    ``scales`` belong to ``used``; ``left_out`` says why a feature is not used; ``sample`` are the places of the customers that
    scales and clusters are learned from, all in order.
    """

    points: np.ndarray
    used: tuple[Feature, ...]
    scales: tuple[Scale, ...]
    weight: np.ndarray
    left_out: dict[str, str]
    sample: np.ndarray

    def natural(self, center: np.ndarray) -> np.ndarray:
        """A center [used] as it is before scaling: comparable with what was learned from other data."""
        return np.array([
            scale.mean + scale.deviation * part / weight
            for scale, part, weight in zip(self.scales, center, self.weight, strict=True)
        ])  # fmt: skip

    def scaled(self, natural: np.ndarray) -> np.ndarray:
        """The other way."""
        return np.array([
            weight * (part - scale.mean) / scale.deviation
            for scale, part, weight in zip(self.scales, natural, self.weight, strict=True)
        ])  # fmt: skip


def prepare(buyers: Buyers, *, n_sampled: int, seed: int, vocabulary: Sequence[Feature] = VOCABULARY) -> Material:
    """The points of all customers, with scales from ``n_sampled`` of them.

    Values are cut off at the outer percents, so that a few extreme customers do not decide; each theme weighs the same,
    however many features tell it (value, orders and order value would otherwise drown all else): its features are
    divided by the root of their number.
    """
    sample = np.sort(np.random.default_rng(seed).permutation(len(buyers))[:n_sampled])
    used: list[Feature] = []
    scales: list[Scale] = []
    left_out: dict[str, str] = {}
    for feature in vocabulary:
        values = feature.formed(buyers.column(feature.name)[sample])
        why = _why_not(values)
        scale = robust_scale(values)
        if why or scale.deviation == 0.0:
            left_out[feature.name] = why or "it is the same for almost all customers"
            continue
        used.append(feature)
        scales.append(scale)
    themes = [feature.theme for feature in used]
    weight = np.array([1.0 / np.sqrt(themes.count(theme)) for theme in themes])
    points = np.empty((len(buyers), len(used)), np.float32)
    for place, (feature, scale) in enumerate(zip(used, scales, strict=True)):
        points[:, place] = scale.scaled(feature.formed(buyers.column(feature.name))) * weight[place]
    return Material(points, tuple(used), tuple(scales), weight, left_out, sample)


def _why_not(values: np.ndarray) -> str:
    """Why a feature says nothing, or nothing."""
    known = values[~np.isnan(values)]
    if len(known) == 0:
        return "it is not known of any customer"
    if len(known) < KNOWN_OF * len(values):
        return f"it is known of {len(known) / len(values):.0%} of the customers only"
    most = int(np.unique(known, return_counts=True)[1].max())
    if most >= ALIKE * len(known) or most == len(known):
        return f"{most / len(known):.0%} of the customers have the same value"
    return ""
