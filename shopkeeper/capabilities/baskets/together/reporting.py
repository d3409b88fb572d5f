"""What is told of learned complements: the table, the card and one sentence."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.capabilities.baskets.together.choosing import Chosen
from shopkeeper.capabilities.baskets.together.evidence import COMPLEMENT, RELATED, RELATIONS, UNSURE, Evidence
from shopkeeper.capabilities.baskets.together.listing import Learned, Lists
from shopkeeper.capabilities.baskets.together.material import Material
from shopkeeper.core.results import Score

IN_TABLE = 20  # complements of a product in the result table


def table_of(lists: Lists, products: pa.LargeStringArray) -> pa.Table:
    """The table `basket_complements`: the best of each product's list."""
    sure = np.flatnonzero(lists.relation != UNSURE)
    place = np.arange(len(sure)) - np.searchsorted(lists.source[sure], lists.source[sure])
    kept, rank = sure[place < IN_TABLE], place[place < IN_TABLE] + 1
    ids = products.cast(pa.string())
    return pa.table({
        "product_id": ids.take(pa.array(lists.source[kept])),
        "other_id": ids.take(pa.array(lists.other[kept])),
        "rank": pa.array(rank, pa.int64()),
        "score": pa.array(lists.score[kept].astype(np.float64)),
        "n_together": pa.array(lists.n[kept].astype(np.int64)),
        "lift": pa.array(lists.lift[kept].astype(np.float64)),
        "p_corrected": pa.array(lists.corrected[kept]),
        "co_view_lift": pa.array(lists.co_view[kept].astype(np.float64)),
        "relation": pa.array([RELATIONS[code] for code in lists.relation[kept].tolist()], pa.string()),
    })  # fmt: skip


def card_of(at: Material, evidence: Evidence, learned: Learned, chosen: Chosen, settings: BasketsSettings) -> dict[str, Any]:
    """What was chosen and why, and how much there is of what."""
    n_pairs = np.bincount(evidence.relation[evidence.pairs.source < evidence.pairs.other], minlength=len(RELATIONS))
    return {
        "parameters": dataclasses.asdict(chosen.parameters),
        "popular_half_life_days": chosen.half_life_days,
        "n_trials": chosen.n_trials, "n_cases": chosen.n_cases, "ndcg_before": chosen.before, "ndcg_after": chosen.after,
        "error_share": settings.error_share, "variety": settings.cart_variety,
        "n_baskets": len(at.baskets), "n_products": at.n_products, "n_visits": len(at.visits),
        "n_pairs_tried": _pairs(int((at.baskets.counts >= (settings.together_orders or at.fewest)).sum())),
        "n_complement_pairs": int(n_pairs[COMPLEMENT]),
        "n_related_pairs": int(n_pairs[RELATED]),
        "n_products_with_complements": _n_sure(learned),
        "lift_of_the_same_kind": at.alike.same_kind,
        "lift_of_the_same_kind_and_price": at.alike.same_kind_and_price,
    }  # fmt: skip


def _n_sure(learned: Learned) -> int:
    """How many products have something beyond chance."""
    return len(np.unique(learned.products.source[learned.products.relation != UNSURE]))


def _pairs(n: int) -> int:
    return n * (n - 1) // 2


def headline(learned: Learned, found: tuple[Score, ...]) -> str:
    """One sentence for the manager."""
    n_products = len(learned.products.starts) - 1
    n_some = _n_sure(learned)
    if n_some == 0:
        return f"Of {n_products:,} products in baskets none is bought together with another beyond chance."
    text = f"{n_some:,} of {n_products:,} products have others that are bought with them beyond chance"
    shown = [score for score in found if score.name.startswith("hit rate@10 in carts") and score.baseline_name == "popularity"]
    if not shown:
        return f"{text}; there are too few later baskets to say how often they are right."
    score = shown[0]
    return (
        f"{text}; beside a cart, 10 of them hold the product that a later basket had in {score.value:.1%} of cases, "
        f"popular products in {score.baseline:.1%}."
    )
