"""What is so in the simulated world: tables that no shop has, and the true probability of what is viewed next."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.simulator.arrow import DAY, SECOND, numbered
from shopkeeper.simulator.people import FAVORITE_SHARE
from shopkeeper.simulator.scene import Scene
from shopkeeper.simulator.visits import Visits

Array = np.ndarray[Any, Any]


def group_probability(scene: Scene, customers: Array, day: int) -> Array:
    """Probability that a customer's next view on that day is of each group, float64 (len(customers), groups)."""
    catalog, people, taste = scene.catalog, scene.people, scene.settings.taste
    n_groups = len(catalog.group_share)
    own = np.zeros((len(customers), n_groups))
    rows = np.arange(len(customers))
    np.add.at(own, (rows, people.favorite[customers]), FAVORITE_SHARE)
    np.add.at(own, (rows, people.second[customers]), 1 - FAVORITE_SHARE)
    share = taste * own + (1 - taste) * catalog.group_share
    share = share * scene.calendar.of_group(np.arange(n_groups), day)
    return np.asarray(share / share.sum(axis=1, keepdims=True))


def share_in_group(scene: Scene) -> Array:
    """Each product's share of the views of its group, float64 (products,): popularity, and the sequels of what is popular.

    Exact for products that are on sale throughout; views of complements taken along are not counted.
    """
    catalog, settings = scene.catalog, scene.settings
    popular = catalog.popularity / catalog.group_share[catalog.group]
    share, total, weight = popular, popular.copy(), 1.0
    # n_views is 1 + Poisson(mean): step k is reached with the Poisson's probability of at least k.
    mean, below, term = settings.views_per_visit - 1, 0.0, float(np.exp(-(settings.views_per_visit - 1)))
    for step in range(1, int(settings.views_per_visit * 4) + 20):
        below, term = below + term, term * mean / step
        reached = max(1.0 - below, 0.0)
        after = np.zeros_like(share)
        after[catalog.sequel] = share
        share = (1 - settings.order_effect) * popular + settings.order_effect * after
        total, weight = total + reached * share, weight + reached
    return np.asarray(total / weight)


def product_probability(scene: Scene, customers: Array, day: int) -> Array:
    """Probability that a customer's next view on that day is of each product, float64 (len(customers), products)."""
    return np.asarray(group_probability(scene, customers, day)[:, scene.catalog.group] * share_in_group(scene))


def truth_tables(scene: Scene, visits: Visits) -> dict[str, pa.Table]:
    """``truth_products``, ``truth_customers``, ``truth_tastes``, ``truth_pairs``, ``truth_visits`` and ``truth_days``."""
    return {
        "truth_products": _products(scene),
        "truth_customers": _customers(scene),
        "truth_tastes": _tastes(scene),
        "truth_pairs": _pairs(scene),
        "truth_visits": pa.table(
            {"session_id": numbered("s", np.arange(len(visits.at))), "customer_id": numbered("c", visits.customer)}
        ),
        "truth_days": _days(scene),
    }


def _products(scene: Scene) -> pa.Table:
    """Latent group and kind, popularity (sums to 1), share of its group's views, season factor of its group at the end."""
    catalog = scene.catalog
    return pa.table(
        {
            "product_id": numbered("p", np.arange(catalog.n_products)),
            "group": catalog.group,
            "kind": catalog.kind,
            "popularity": catalog.popularity,
            "share_in_group": share_in_group(scene),
            "season_at_end": scene.calendar.of_group(catalog.group, scene.settings.n_days),
        }
    )


def _customers(scene: Scene) -> pa.Table:
    """Favorite and second group, the mean number of visits over the whole simulated time, and whether the customer has left."""
    people = scene.people
    has_left = np.isfinite(people.left_day)
    return pa.table(
        {
            "customer_id": numbered("c", np.arange(people.n_customers)),
            "favorite_group": people.favorite,
            "second_group": people.second,
            "n_visits_expected": people.visits,
            "has_left": has_left,
            "left_day": pa.array(people.left_day, mask=~has_left),
        }
    )


def _tastes(scene: Scene) -> pa.Table:
    """The next view's probability a customer and group, at the end of the simulated time; those above zero."""
    n_customers = scene.people.n_customers
    share = group_probability(scene, np.arange(n_customers), scene.settings.n_days)
    customer, group = np.nonzero(share)
    return pa.table({"customer_id": numbered("c", customer), "group": group, "probability": share[customer, group]})


def _pairs(scene: Scene) -> pa.Table:
    """What goes with what: ``sequel`` (directed), ``complement`` and ``substitute`` (both ways), with its strength (0-1).

    Only pairs whose effect is on are listed: none of them in a world where their knob is 0.
    """
    catalog, settings = scene.catalog, scene.settings
    numbers = np.arange(catalog.n_products)
    found: list[tuple[str, float, Array, Array]] = [
        ("sequel", settings.order_effect, numbers[catalog.sequel != numbers], catalog.sequel[catalog.sequel != numbers]),
        ("complement", settings.complements, numbers[catalog.complement >= 0], catalog.complement[catalog.complement >= 0]),
        ("substitute", settings.substitution, *_same_kind(catalog.kind)),
    ]
    found = [pairs for pairs in found if pairs[1] > 0]
    empty = np.zeros(0, np.int64)
    return pa.table(
        {
            "product_id": numbered("p", np.concatenate([empty, *(first for *_, first, _ in found)])),
            "other_id": numbered("p", np.concatenate([empty, *(second for *_, second in found)])),
            "relation": pa.array([name for name, _, first, _ in found for _ in range(len(first))], pa.string()),
            "strength": pa.array([strength for _, strength, first, _ in found for _ in range(len(first))], pa.float64()),
        }
    )


MAX_SUBSTITUTES = 20
"""Pairs listed for a product: in a large catalog a kind has thousands of products, all of which stand in for each other."""


def _same_kind(kind: Array) -> tuple[Array, Array]:
    """Pairs of products of one kind: each with the next ones of its kind, in a circle."""
    order = np.argsort(kind, kind="stable")
    start = np.searchsorted(kind[order], kind[order])
    size = np.bincount(kind)[kind[order]]
    place = np.arange(len(kind)) - start
    first, second = [], []
    for step in range(1, min(MAX_SUBSTITUTES, int(size.max()) - 1) + 1):
        rows = np.flatnonzero(size > step)
        first.append(order[rows])
        second.append(order[(start + (place + step) % size)[rows]])
    none = np.zeros(0, np.int64)
    return np.concatenate([none, *first]), np.concatenate([none, *second])


def _days(scene: Scene) -> pa.Table:
    """The demand factor of each day (mean about 1)."""
    day = scene.calendar.start + np.arange(scene.settings.n_days) * DAY
    dates = pa.array((day // SECOND).astype("datetime64[s]").astype("datetime64[D]"), pa.date32())
    return pa.table({"date": dates, "demand": scene.calendar.demand})
