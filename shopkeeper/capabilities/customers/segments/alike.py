"""Which features tell how alike two customers are, and how well look-alikes are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from shopkeeper.capabilities.customers.profiles.columns import COLUMN
from shopkeeper.core.results import Interval, Score
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.likeness.discriminant import Standardized, discriminant, likeness, standardized

if TYPE_CHECKING:
    import pyarrow as pa

ALIKE_BY: tuple[str, ...] = (
    "recency_days", "tenure_days", "n_orders", "n_orders_12m", "n_orders_90d", "gap_mean_days", "regularity", "overdue",
    "value", "value_12m", "value_90d", "order_value_mean", "return_share", "price_level", "discount_share",
    "basket_size_mean", "basket_units_mean", "n_products", "repeat_share", "n_categories", "category_share", "n_brands",
    "brand_share", "weekend_share", "seen_days", "n_visits", "n_visits_30d", "n_views", "n_carts", "n_searches",
    "funnel_depth", "conversion", "n_reviews", "rating_mean",
)  # fmt: skip
"""Features of what somebody did. What models say of them (stage, value to come, churn) is made from these."""

FEWEST, MOST_SHARE = 20, 0.5
"""Segments of so many customers, and at most that share of all, are judged."""


def is_log(name: str) -> bool:
    """Whether differences of it are told as a factor: counts, money and days, not shares."""
    column = COLUMN[name]
    return not (column.high is not None and column.high <= 5)


def standardized_profiles(profiles: pa.Table) -> Standardized:
    """The features of every profile made comparable, in the order of ALIKE_BY."""
    import pyarrow as pa

    values = [np.asarray(profiles[name].cast(pa.float64()).fill_null(np.nan)) for name in ALIKE_BY]
    return standardized(np.stack(values, axis=1), np.array([is_log(name) for name in ALIKE_BY]))


def judge(found: Standardized, members: dict[str, Array], seed: int) -> tuple[Score | None, list[dict[str, Any]]]:
    """How many of a segment's members are found by those of a random half of them, beside chance; and the same by segment.

    As many customers are picked as there are members in the other half, among all who are not in the first.
    """
    n = len(found.matrix)
    hits: list[Array] = []
    chances: list[float] = []
    told = []
    for place, (segment_id, places) in enumerate(members.items()):
        if not FEWEST <= len(places) <= MOST_SHARE * n:
            continue
        shuffled = np.random.default_rng([seed, place]).permutation(places)
        seeds, hidden = np.sort(shuffled[: len(places) // 2]), shuffled[len(places) // 2 :]
        alike = likeness(found.matrix, discriminant(found.matrix, found.covariance, seeds))
        alike[seeds] = -1.0
        picked = np.lexsort((np.arange(n), -alike))[: len(hidden)]
        hit = np.isin(picked, hidden).astype(np.float64)
        chance = len(hidden) / (n - len(seeds))
        hits.append(hit)
        chances.append(chance)
        told.append({"segment_id": segment_id, "n_picked": len(picked), "found_share": float(hit.mean()), "chance": chance,
                     "lift": float(hit.mean() / chance)})  # fmt: skip
    if not hits:
        return None, told
    hit = np.concatenate(hits)
    chance_of = np.repeat(chances, [len(one) for one in hits])
    low, high = mean_interval(hit, seed=seed)
    worse, better = mean_interval(hit - chance_of, seed=seed)
    found_share, chance = float(hit.mean()), float(chance_of.mean())
    interval, difference = Interval(low, high), Interval(worse, better)
    score = Score(
        "hidden members found among look-alikes", found_share, interval, chance, "chance", difference, len(hit), decides=True
    )
    return score, told
