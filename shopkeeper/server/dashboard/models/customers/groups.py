"""The groups that the data show, the curves by which their number was chosen, their map, and RFM segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

CLUSTERS, RFM = "customers.clusters", "customers.rfm"
N_POINTS = 1500
"""Customers on the map: enough to see the groups, few enough to draw."""
N_FEATURES = 6


@dataclass(frozen=True)
class Feature:
    """A mean of a group beside the shop's; ``difference`` in standard deviations."""

    name: str
    mean: float
    shop_mean: float
    difference: float


@dataclass(frozen=True)
class Cluster:
    """A group with what sets it apart most, the largest difference first."""

    number: int
    name: str
    n_customers: int
    customers_share: float
    value: float
    value_share: float | None
    features: tuple[Feature, ...]


@dataclass(frozen=True)
class Point:
    """A customer on the map."""

    customer_id: str
    cluster: int
    x: float
    y: float


@dataclass(frozen=True)
class Score:
    """How many customers have these scores of recency and frequency, and the RFM segment that they are in."""

    recency: int
    frequency: int
    n_customers: int
    segment: str


@dataclass(frozen=True)
class RfmSegment:
    """An RFM segment with its size and worth."""

    name: str
    n_customers: int
    share: float
    value: float
    value_share: float | None


def card(shop: Shop, task: str) -> Mapping[str, Any]:
    """What the model in service says of itself; empty where there is none."""
    current = shop.store.models.current(task)
    return current.card if current is not None else {}


def clusters(view: ShopView) -> tuple[Cluster, ...]:
    """The groups in the order of their numbers: 0 has the most value a customer."""
    rows = view.sql("SELECT * FROM cluster_profiles ORDER BY cluster, rank").to_pylist()
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["cluster"], []).append(row)
    return tuple(
        Cluster(
            number, of[0]["cluster_name"], of[0]["n_customers"], of[0]["customers_share"], of[0]["value"], of[0]["value_share"],
            tuple(
                Feature(row["feature"], row["mean"], row["shop_mean"], row["difference"])
                for row in of[:N_FEATURES]
                if row["difference"] is not None
            ),
        )
        for number, of in found.items()
    )  # fmt: skip


def points(view: ShopView) -> tuple[Point, ...]:
    """Customers for the map, spread over all of them in the order of their numbers: the same ones every time."""
    total = view.count("customer_clusters")
    every = max(1, total // N_POINTS)
    rows = view.sql(
        """
        SELECT customer_id, cluster, map_x, map_y FROM (
            SELECT *, row_number() OVER (ORDER BY customer_id) - 1 AS place FROM customer_clusters WHERE map_x IS NOT NULL)
        WHERE place % $every = 0 ORDER BY customer_id
        """,
        {"every": every},
    ).to_pylist()
    return tuple(Point(row["customer_id"], row["cluster"], row["map_x"], row["map_y"]) for row in rows[: 2 * N_POINTS])


def rfm_grid(view: ShopView) -> tuple[Score, ...]:
    """How many customers have each pair of scores."""
    rows = view.sql(
        """
        SELECT recency_score, frequency_score, count(*) AS n, min(rfm_segment) AS segment FROM customer_rfm
        GROUP BY recency_score, frequency_score ORDER BY 1, 2
        """
    ).to_pylist()
    return tuple(Score(row["recency_score"], row["frequency_score"], row["n"], row["segment"]) for row in rows)


@dataclass(frozen=True)
class Why:
    """Why there are so many groups: the words are ``groups.why_<kind>`` with ``facts`` filled in."""

    kind: Literal["few", "none", "asked", "found"]
    facts: Mapping[str, float]


def why(found: Mapping[str, Any]) -> Why:
    """What the curves in the card of `customers.clusters` say of the number of groups."""
    curves, chosen = found.get("curves", {}), int(found.get("n_clusters", 0))
    numbers = curves.get("n_clusters", [])
    if len(numbers) < 2:
        return Why("few", {})
    is_found = bool(found.get("are_clear"))
    best = numbers[max(range(1, len(numbers)), key=lambda place: curves["points"][place])]
    place = numbers.index(chosen if chosen > 1 and chosen in numbers else best)
    facts = {
        "n": chosen,
        "best": best,
        "elbow": numbers[max(range(len(numbers)), key=lambda place: curves["elbow"][place])],
        "silhouette": curves["silhouette"][place],
        "noise": curves["silhouette_of_noise"][place],
        "stability": curves["stability"][place],
        "wanted": curves["stability_wanted"],
    }
    return Why("none" if chosen < 2 else "found" if is_found else "asked", facts)


def rfm_segments(found: Mapping[str, Any]) -> tuple[RfmSegment, ...]:
    """The segments that hold somebody, from the card of `customers.rfm`, the most valuable first."""
    rows: Sequence[Mapping[str, Any]] = found.get("segments", ())
    made = [
        RfmSegment(row["rfm_segment"], row["n_customers"], row["customers_share"], row["value"], row["value_share"])
        for row in rows
        if row["n_customers"]
    ]
    return tuple(sorted(made, key=lambda segment: (-segment.value, segment.name)))
