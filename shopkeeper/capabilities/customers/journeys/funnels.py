"""How far visits come, from looking to buying, and where more of them end than elsewhere beyond doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.journeys.visits import STEPS, no_visits, visits_sql
from shopkeeper.capabilities.customers.life_cycle.calendar import local_sql
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.shares.intervals import wilson
from shopkeeper.numerics.shares.smaller import corrected, smaller_p

DIMENSIONS = ("all", "device", "channel", "hour", "category", "product")
LIMITED = ("category", "product")
UNKNOWN = "unknown"
LARGE_P, LARGE_DIFFERENCE = 0.05, 0.1
"""A drop is large if it is there beyond doubt and a tenth fewer go on than elsewhere: in a large shop trifles are certain too."""

# How far each visit came, with each product, in each category. Steps that name no product are those of what was in the cart.
_DEPTHS = """, bought AS (
    SELECT DISTINCT ordered.visit_id, order_lines.product_id
    FROM ordered JOIN order_lines ON order_lines.order_id = ordered.order_id
    WHERE ordered.visit_id IS NOT NULL AND order_lines.quantity > 0
), reached AS MATERIALIZED (
    SELECT visits.visit_id, greatest(visits.depth, coalesce(placed.depth, 0)) AS depth
    FROM visits LEFT JOIN (SELECT DISTINCT visit_id, 4 AS depth FROM ordered) AS placed ON placed.visit_id = visits.visit_id
), with_product AS MATERIALIZED (
    SELECT visit_id, product_id, max(depth) AS depth
    FROM (
        SELECT visit_id, product_id, depth FROM done WHERE product_id IS NOT NULL AND depth > 0
        UNION ALL SELECT visit_id, product_id, 4 FROM bought
    ) GROUP BY visit_id, product_id
), known AS (
    SELECT visit_id, max(depth) AS depth FROM with_product GROUP BY visit_id
), products_reached AS MATERIALIZED (
    SELECT visits.visit_id, product_id, CASE
        WHEN with_product.depth >= 2 AND reached.depth = 4 AND known.depth < 4 THEN 4
        WHEN with_product.depth = 2 AND visits.has_bare_checkout THEN 3 ELSE with_product.depth END AS depth
    FROM with_product JOIN visits USING (visit_id) JOIN reached USING (visit_id) JOIN known USING (visit_id)
), categories_reached AS (
    SELECT visit_id, coalesce(trim(split_part(product_type, '>', 1)), '{unknown}') AS category, max(depth) AS depth
    FROM products_reached LEFT JOIN products USING (product_id) GROUP BY ALL
), each AS MATERIALIZED (
    SELECT reached.depth, coalesce(channel, '{unknown}') AS channel, coalesce(device, '{unknown}') AS device,
           lpad(CAST(hour({local}) AS VARCHAR), 2, '0') AS hour
    FROM visits JOIN reached USING (visit_id)
)
SELECT 'all' AS dimension, 'all' AS name, depth, count(*) AS n FROM each GROUP BY ALL
UNION ALL SELECT 'device', device, depth, count(*) FROM each GROUP BY ALL
UNION ALL SELECT 'channel', channel, depth, count(*) FROM each GROUP BY ALL
UNION ALL SELECT 'hour', hour, depth, count(*) FROM each GROUP BY ALL
UNION ALL SELECT 'category', category, depth, count(*) FROM categories_reached GROUP BY ALL
UNION ALL SELECT 'product', product_id, depth, count(*) FROM products_reached GROUP BY ALL
UNION ALL SELECT 'recorded', 'recorded', depth, count(*) FROM done WHERE depth > 0 GROUP BY ALL
"""


@dataclass(frozen=True)
class Groups:
    """Groups of visits: ``dimension`` (int64, place in `DIMENSIONS`), ``name``, and how many came so far.

    ``n`` int64 [groups, steps], over ``steps`` (places in `STEPS`) that the shop records; ``total``: the whole dimension.
    """

    dimension: Array
    name: list[str]
    n: Array
    total: Array
    steps: tuple[int, ...]


def funnel_table(view: ShopView, settings: CustomersSettings) -> Result:
    """The table `funnels`: one row a group of visits and step."""
    view.progress.step(0.0, "reading visits")
    since = view.as_of - timedelta(days=settings.funnel_days)
    begin, parameters = visits_sql(view, since, settings)
    local = local_sql("begins", since, view.as_of, view.time_zone)
    found = view.sql(begin + _DEPTHS.format(local=local, unknown=UNKNOWN), parameters)
    view.progress.step(0.8, "comparing steps")
    groups = _groups(found, settings.funnel_rows)
    if groups is None:
        raise no_visits("customers.funnels", settings.funnel_days)
    table = _table(groups, _titles(view, groups))
    view.progress.step(1.0, "telling steps")
    return Result(table, headline=_headline(table, settings.funnel_days))


def _groups(found: pa.Table, n_most: int) -> Groups | None:
    """The groups that are told, one dimension after the other, most visited first (hours by the clock); None without visits."""
    counts: dict[tuple[str, str], list[int]] = {}
    for dimension, name, depth, n in zip(*(found[column].to_pylist() for column in found.column_names), strict=True):
        counts.setdefault((dimension, name), [0] * len(STEPS))[depth - 1] = n
    recorded = counts.pop(("recorded", "recorded"), [0] * len(STEPS))
    if not counts:
        return None
    steps = tuple(place for place in range(len(STEPS)) if recorded[place] or place == len(STEPS) - 1)
    reached = {key: np.cumsum(depths[::-1])[::-1] for key, depths in counts.items()}
    keys, totals = [], []
    for dimension in DIMENSIONS:
        own = [key for key in reached if key[0] == dimension]
        own.sort(key=lambda key: (0 if key[0] == "hour" else -reached[key][0], key[1]))
        kept = own[:n_most] if dimension in LIMITED else own
        keys += kept
        totals += [np.sum([reached[key] for key in own], axis=0)] * len(kept)
    return Groups(
        np.array([DIMENSIONS.index(key[0]) for key in keys]), [key[1] for key in keys],
        np.array([reached[key] for key in keys])[:, steps], np.array(totals)[:, steps], steps,
    )  # fmt: skip


def _table(groups: Groups, titles: dict[str, str]) -> pa.Table:
    n, k = groups.n, groups.n.shape[1]
    of = np.repeat(np.arange(len(groups.name)), k)
    dimension = pa.array(DIMENSIONS, pa.string()).take(pa.array(groups.dimension))
    title = [
        titles.get(name) if place == DIMENSIONS.index("product") else None
        for name, place in zip(groups.name, groups.dimension, strict=True)
    ]
    places = np.tile(np.array(groups.steps), len(groups.name))
    return pa.table(
        {
            "dimension": dimension.take(pa.array(of)),
            "name": pa.array(groups.name, pa.string()).take(pa.array(of)),
            "title": pa.array(title, pa.string()).take(pa.array(of)),
            "step": pa.array(STEPS, pa.string()).take(pa.array(places)),
            "place": pa.array(places + 1),
            "n_visits": pa.array(n.ravel()),
            "share_of_first": pa.array((n / np.maximum(n[:, :1], 1)).ravel()),
            **_compared(groups),
        }
    )


def _compared(groups: Groups) -> dict[str, pa.Array]:
    """The columns that compare each step with the one before it, and both with all other visits; empty at a first step."""
    n, rest = groups.n, groups.total - groups.n
    k = n.shape[1]
    here, before, there, there_before = n[:, 1:], n[:, :-1], rest[:, 1:], rest[:, :-1]
    looked_at = np.repeat((groups.dimension > 0)[:, None], k - 1, axis=1)  # all visits have no others beside them
    p = np.ones(here.shape)
    p[looked_at] = corrected(smaller_p(*(cells[looked_at] for cells in (here, before, there, there_before))))
    share, elsewhere = _share(here, before), _share(there, there_before)
    low, high = (np.where(before > 0, end, np.nan) for end in wilson(here, before))
    missing = np.nan_to_num(np.maximum(elsewhere * before - here, 0.0))
    is_large = (p <= LARGE_P) & (share < (1.0 - LARGE_DIFFERENCE) * elsewhere)

    def with_first(values: Array, first: float) -> Array:
        return np.hstack((np.full((len(n), 1), first), values))

    return {
        "share_of_previous": _known(with_first(share, np.nan)),
        "share_low": _known(with_first(low, np.nan)),
        "share_high": _known(with_first(high, np.nan)),
        "share_elsewhere": _known(with_first(elsewhere, np.nan)),
        "n_missing": pa.array(with_first(missing, 0.0).ravel()),
        "p_corrected": pa.array(with_first(p, 1.0).ravel()),
        "is_large_drop": pa.array(with_first(is_large, 0.0).ravel() > 0),
    }


def _share(n: Array, of: Array) -> Array:
    return np.where(of > 0, n / np.maximum(of, 1), np.nan)


def _known(values: Array) -> pa.Array:
    return pa.array(values.ravel(), pa.float64(), from_pandas=True)


def _titles(view: ShopView, groups: Groups) -> dict[str, str]:
    """Titles of the products among the groups."""
    wanted = [name for name, of in zip(groups.name, groups.dimension, strict=True) if DIMENSIONS[of] == "product"]
    found = view.sql("SELECT product_id, title FROM products WHERE list_contains($wanted, product_id)", {"wanted": wanted})
    return dict(zip(found["product_id"].to_pylist(), found["title"].to_pylist(), strict=True))


def _headline(table: pa.Table, days: int) -> str:
    rows = table.to_pylist()
    steps = [row for row in rows if row["dimension"] == "all"]
    words = {"view": "look at a product", "cart": "put one in the cart", "checkout": "begin to check out", "purchase": "buy"}
    told = ", ".join(f"{row['share_of_first']:.1%} {words[row['step']]}" for row in steps[1:])
    large = [row for row in rows if row["is_large_drop"] and row["dimension"] != "all"]
    more = ""
    if large:
        worst = max(large, key=lambda row: (row["n_missing"], row["name"]))
        where = (worst["title"] or worst["name"])[:40]
        drops = "drop is" if len(large) == 1 else "drops are"
        more = f" {len(large)} {drops} larger than elsewhere, most before {worst['step']} in {worst['dimension']} {where}."
    first = steps[0]
    return f"Of {first['n_visits']:,} visits in {days:,} days {told}.{more}"
