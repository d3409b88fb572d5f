"""Funnels, carts left behind, and cohorts, for pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from shopkeeper.server.dashboard.models.baskets.rules import Part, titles_of

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView

DIMENSIONS = ("category", "product", "device", "channel", "hour")
STEPS = ("view", "cart", "checkout", "purchase")
N_COHORTS, N_MONTHS = 14, 13
N_LEFT = 12


@dataclass(frozen=True)
class Step:
    """One step of a funnel: visits that came this far, as a share of the first step and of the one before."""

    step: str
    n_visits: int
    share_of_first: float
    share_of_previous: float


@dataclass(frozen=True)
class Funnel:
    """The way of the visits of one product, category, device …; ``is_worse`` names the steps that lose more than the shop's."""

    name: str
    title: str
    steps: tuple[Step, ...]
    is_worse: tuple[str, ...]


@dataclass(frozen=True)
class Cohort:
    """Customers who first bought in one month; ``months``: (months since, share that bought, customers, whether it is over)."""

    month: date
    n_customers: int
    months: tuple[tuple[int, float, int, bool], ...]


@dataclass(frozen=True)
class Left:
    """A visit that ended without the purchase."""

    customer_id: str
    at: datetime
    kind: str
    products: tuple[Part, ...]
    value: float


@dataclass(frozen=True)
class LeftBehind:
    """Visits that ended without the purchase: with a cart, a checkout, or after a look; ``value`` is in carts and checkouts."""

    n_carts: int
    n_checkouts: int
    n_looked: int
    value: float
    shown: tuple[Left, ...]


def funnels(view: ShopView, dimension: str) -> tuple[Funnel, ...]:
    """The funnels of one dimension, those with most visits first; dimension ``all`` is the shop's own."""
    rows = view.sql(
        "SELECT * FROM funnels WHERE dimension = $dimension ORDER BY name, place", {"dimension": dimension}
    ).to_pylist()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append(row)
    titles = titles_of(view, set(found)) if dimension == "product" else {}
    made = [
        Funnel(
            name,
            titles.get(name, name),
            tuple(
                Step(row["step"], row["n_visits"], row["share_of_first"] or 0.0, row["share_of_previous"] or 0.0) for row in steps
            ),
            tuple(str(row["step"]) for row in steps if row.get("is_large_drop")),
        )
        for name, steps in found.items()
    ]
    return tuple(sorted(made, key=lambda funnel: (-funnel.steps[0].n_visits, funnel.name)))


def dimensions(view: ShopView) -> tuple[str, ...]:
    """The dimensions by which visits differ: with two or more names each."""
    found = view.sql("SELECT dimension FROM funnels GROUP BY dimension HAVING count(DISTINCT name) > 1")["dimension"].to_pylist()
    return tuple(name for name in DIMENSIONS if name in found)


def cohorts(view: ShopView) -> tuple[Cohort, ...]:
    """The newest cohorts, the oldest of them first."""
    rows = view.sql("SELECT * FROM cohorts ORDER BY cohort_date, months_since").to_pylist()
    found: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["cohort_date"], []).append(row)
    newest = sorted(found)[-N_COHORTS:]
    return tuple(
        Cohort(
            month,
            int(found[month][0]["n_customers"]),
            tuple(
                (row["months_since"], row["retention"], row["n_active"], bool(row.get("is_complete", True)))
                for row in found[month]
                if row["months_since"] < N_MONTHS
            ),
        )
        for month in newest
    )


def left_behind(view: ShopView) -> LeftBehind:
    """How many visits ended without the purchase at which step, and the dearest of those of known customers."""
    total = view.sql(
        """
        SELECT count(*) FILTER (kind = 'cart') AS n_carts, count(*) FILTER (kind = 'checkout') AS n_checkouts,
               count(*) FILTER (kind = 'browse') AS n_looked, coalesce(sum(value) FILTER (kind <> 'browse'), 0) AS value
        FROM abandonments
        """
    ).to_pylist()[0]
    rows = view.sql(
        f"""
        SELECT customer_id, at, kind, product_ids, value FROM abandonments WHERE customer_id <> '' AND kind <> 'browse'
        ORDER BY value DESC, at DESC, customer_id LIMIT {N_LEFT}
        """
    ).to_pylist()
    sets = [json.loads(row["product_ids"] or "[]") for row in rows]
    titles = titles_of(view, {key for keys in sets for key in keys})
    named = tuple(
        Left(
            row["customer_id"],
            row["at"],
            row["kind"],
            tuple(Part(key, titles.get(key, key)) for key in keys),
            row["value"] or 0.0,
        )
        for row, keys in zip(rows, sets, strict=True)
    )
    return LeftBehind(**total, shown=named)
