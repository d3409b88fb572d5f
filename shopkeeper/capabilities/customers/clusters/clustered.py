"""What `customers.clusters` writes: a row a customer, and a card with the choice, the clusters and the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.clusters.choosing import scores_of
from shopkeeper.capabilities.customers.clusters.learning import Grouped, group
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView

LONGEST = 280


def clusters_result(view: ShopView, settings: CustomersSettings) -> Result:
    """The result of `customers.clusters`."""
    found = group(view, settings, view.in_service())
    curves = found.chosen.curves
    learned = {
        "centers": found.clusters.centers, "axes": found.map.axes, "inertia": curves.inertia, "elbow": curves.elbow,
        "silhouette": curves.silhouette, "silhouette_of_noise": curves.noise, "stability": curves.stability,
    }  # fmt: skip
    scores = scores_of(found.chosen, view.seed)
    view.progress.step(1.0, "done")
    return Result(table_of(found), scores, learned, _card(found), headline(found))


def table_of(found: Grouped) -> pa.Table:
    """A row a customer."""
    label = found.clusters.label.astype(np.int64)
    density = found.density
    return pa.table({
        "customer_id": found.buyers.customer_id.cast(pa.string()),
        "cluster": pa.array(label),
        "cluster_name": pa.array(found.names, pa.string()).take(pa.array(label)),
        "distance": pa.array(np.sqrt(np.maximum(found.clusters.squared, 0.0))),
        "density_cluster": pa.nulls(len(label), pa.int64()) if density is None else pa.array(density, pa.int64()),
        "map_x": pa.array(found.map.at[:, 0]),
        "map_y": pa.array(found.map.at[:, 1]),
    })  # fmt: skip


def _card(found: Grouped) -> dict[str, Any]:
    material = found.material
    return {
        "why": found.chosen.why,
        "n_clusters": len(found.names),
        "are_clear": bool(found.chosen.choice.is_clear[len(found.names) - 1]) if len(found.names) > 1 else False,
        "curves": found.chosen.card(),
        "n_customers": len(found.buyers), "n_without_orders": found.buyers.n_without_orders,
        "n_sampled": len(material.sample),
        "features": [{"feature": each.name, "theme": each.theme, "form": each.form} for each in material.used],
        "left_out": [f"{name} is left out: {why}." for name, why in material.left_out.items()],
        "clusters": clusters_of(found),
        "kept_names": list(found.kept),
        "map": found.map.meaning,
        "density": density_of(found),
    }  # fmt: skip


def clusters_of(found: Grouped) -> list[dict[str, Any]]:
    """Name, size, worth and center of each cluster."""
    label, sizes = found.clusters.label, found.clusters.sizes
    worth = np.bincount(label, weights=found.value, minlength=len(sizes))
    total = float(worth.sum())
    return [
        {
            "cluster": place, "cluster_name": name, "n_customers": int(sizes[place]),
            "customers_share": float(sizes[place] / max(1, len(label))), "value": float(worth[place]),
            "value_share": float(worth[place] / total) if total > 0 else None,
            "center": {
                feature.name: float(part)
                for feature, part in zip(
                    found.material.used, found.material.natural(found.clusters.centers[place]), strict=True
                )
            },
        }
        for place, name in enumerate(found.names)
    ]  # fmt: skip


def density_of(found: Grouped) -> str:
    """What density shows, in one sentence."""
    if found.density is None:
        return "Density was not looked at; the setting `density` changes that."
    n_dense, n_out = int(found.density.max(initial=-1)) + 1, int((found.density < 0).sum())
    if not n_dense:
        return "By density there are no separate groups."
    largest = int((found.density == 0).sum()) / max(1, len(found.density))
    groups = "1 dense group" if n_dense == 1 else f"{n_dense} dense groups"
    return f"By density there are {groups}, the largest with {largest:.0%} of the customers; {n_out:,} customers are in none."


def headline(found: Grouped) -> str:
    """How many clusters, and which matter most."""
    clusters = clusters_of(found)
    who = f"{len(found.buyers):,} customers who ordered"
    if len(clusters) < 2:
        return f"No clear groups among {who}: no way to split them is both stable and clearer than noise."
    parts = [_part(each) for each in clusters]
    begin = f"{len(clusters)} clusters of {who}: "
    for shown in range(len(parts), 0, -1):
        rest = f" and {len(parts) - shown} more" if shown < len(parts) else ""
        if len(begin + "; ".join(parts[:shown]) + rest) < LONGEST:
            return begin + "; ".join(parts[:shown]) + rest + "."
    return begin[:-2] + "."


def _part(cluster: dict[str, Any]) -> str:
    share = "" if cluster["value_share"] is None else f", {cluster['value_share']:.0%} of the value"
    return f"{cluster['cluster_name']} ({cluster['customers_share']:.0%}{share})"
