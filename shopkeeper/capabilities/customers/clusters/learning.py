"""From features to clusters: chosen on a sample, refined on everybody, ordered by value, named, mapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.customers.clusters.choosing import Chosen, choose_number
from shopkeeper.capabilities.customers.clusters.mapping import Map, draw_map
from shopkeeper.capabilities.customers.clusters.material import Material, prepare
from shopkeeper.capabilities.customers.clusters.naming import kept_names, names_of
from shopkeeper.capabilities.customers.clusters.read import Buyers, read_buyers
from shopkeeper.capabilities.customers.clusters.vocabulary import VOCABULARY
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.progress import Part, Progress
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.clustering.density import dense_clusters, nearest_core
from shopkeeper.numerics.clustering.k_means import Clusters, k_means, mini_batch, refined

DENSITY_UP_TO = 1_000_000
DENSITY_SHARE = 0.03
"""A dense cluster has at least this share of the customers that it is learned from."""
DENSITY_AXES = 4
"""In more dimensions all points are about equally far from each other, and density says little."""
FINAL_ROUNDS = 25


@dataclass(frozen=True)
class Grouped:
    """What was found: ``clusters`` (0 the most valuable a customer) with ``names``, and ``density`` (-1 outliers) or None."""

    buyers: Buyers
    material: Material
    chosen: Chosen
    clusters: Clusters
    names: tuple[str, ...]
    kept: tuple[str, ...]
    density: np.ndarray | None
    map: Map

    @property
    def value(self) -> np.ndarray:
        """What each customer is worth, float64."""
        return self.buyers.column("value")


def group(
    view: ShopView, settings: CustomersSettings, in_service: Mapping[str, Any] | None, progress: Progress | None = None
) -> Grouped:
    """The clusters of all customers who have ordered. ``in_service``: the card of the clusters whose names should stay."""
    progress = progress or view.progress
    progress.step(0.0, "reading features")
    buyers = read_buyers(view, tuple(feature.name for feature in VOCABULARY))
    material = prepare(buyers, n_sampled=settings.cluster_sample, seed=view.seed)
    part = Part(progress, 0.1, 0.7)
    sampled = material.points[material.sample]
    chosen = choose_number(
        sampled,
        settings,
        view.seed,
        lambda share: part.step(share, "trying numbers of clusters"),
        int((in_service or {}).get("n_clusters", 0)),
    )
    progress.step(0.7, "grouping everybody")
    clusters = _everybody(material, chosen.n_clusters, settings, view.seed)
    clusters = by_value(clusters, buyers.column("value"))
    progress.step(0.8, "looking for dense groups")
    density = _density(material, settings)
    progress.step(0.9, "naming and drawing")
    names, kept = _names(material, clusters, in_service)
    drawn = draw_map(material, clusters.centers, clusters.sizes, buyers.column("value"))
    return Grouped(buyers, material, chosen, clusters, names, kept, density, drawn)


def _everybody(material: Material, n_clusters: int, settings: CustomersSettings, seed: int) -> Clusters:
    """K-means from the sample's centers: on all customers, or in mini-batches where they are too many."""
    start = k_means(material.points[material.sample], n_clusters, seed=[seed, 5], n_starts=8).centers
    if len(material.points) > settings.mini_batch_above:
        return mini_batch(material.points, start, seed=seed)
    if len(material.points) == len(material.sample):
        return refined(material.points, start)
    return refined(material.points, start, n_rounds=FINAL_ROUNDS, tolerance=1e-3)


def by_value(clusters: Clusters, value: np.ndarray) -> Clusters:
    """The same clusters numbered by the mean ``value`` of their customers, the most valuable first; without empty ones."""
    sizes = clusters.sizes
    mean = np.bincount(clusters.label, weights=value, minlength=len(sizes)) / np.maximum(sizes, 1)
    kept = np.flatnonzero(sizes > 0)
    order = kept[np.lexsort((-sizes[kept], -np.round(mean[kept], 4)))]
    place = np.zeros(len(sizes), np.int32)
    place[order] = np.arange(len(order))
    return Clusters(clusters.centers[order], place[clusters.label], clusters.squared)


def _density(material: Material, settings: CustomersSettings) -> np.ndarray | None:
    """The dense cluster of each customer, -1 outliers; None where it is not looked for."""
    if settings.density == "never" or (settings.density == "auto" and len(material.points) > DENSITY_UP_TO):
        return None
    sampled = material.points[material.sample].astype(np.float64)
    middle = sampled.mean(axis=0)
    axes = np.linalg.eigh((sampled - middle).T @ (sampled - middle))[1][:, ::-1][:, :DENSITY_AXES]
    # Rounded, so that an axis that turned by a rounding error makes no other tree.
    cores = np.round(sampled @ axes, 5)
    found = dense_clusters(cores, least=max(10, round(DENSITY_SHARE * len(cores))))
    if len(material.sample) == len(material.points):
        return found.label
    return nearest_core(np.round(material.points @ axes, 5), cores, found)


def _names(
    material: Material, clusters: Clusters, in_service: Mapping[str, Any] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(the names, those of them that were kept from the clusters in service)."""
    centers = clusters.centers
    everyone = (clusters.sizes @ centers) / max(1, int(clusters.sizes.sum()))
    natural = np.array([material.natural(center) for center in centers])
    names = names_of((centers - everyone) / material.weight, material.used, natural)
    kept = kept_names(names, centers, material, in_service)
    return tuple(kept.get(place, name) for place, name in enumerate(names)), tuple(kept.values())
