"""Every knob of recommendation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.core.settings import setting


@dataclass(frozen=True)
class RecommendSettings:
    """How recommendations are learned."""

    neighbors: int = setting(100, "how many neighbors of each product are kept", unit="products", low=1, high=1000)
    content_neighbors: int = setting(20, "how many products with a similar text are kept", unit="products", low=0, high=200)
    visit_weight: float = setting(5.0, "how many times more a product counts that was touched in this visit", low=0, high=100)
    history: int = setting(50, "how many of a customer's newest products speak for others", unit="products", low=1, high=500)
    history_limit: int = setting(
        500, "how many of a customer's newest products the graph is learned from", unit="products", low=2, high=10_000
    )
    listed: int = setting(10, "how many products each customer gets in the table", unit="products", low=1, high=100)
    listed_customers: int = setting(
        200_000, "how many customers, the most recent first, get a row in the table", unit="customers", low=0
    )
    weight_purchase: float = setting(1.0, "weight of a purchase", low=0, high=100)
    weight_add_to_cart: float = setting(0.6, "weight of putting a product in the cart", low=0, high=100)
    weight_add_to_wishlist: float = setting(0.5, "weight of a wish", low=0, high=100)
    weight_view_item: float = setting(0.3, "weight of looking at a product's page or choosing it from a list", low=0, high=100)
    test_share: float = setting(
        0.1, "share of the interactions, the newest, that scores are made on; as many before them choose", low=0.01, high=0.4
    )
    tuning_trials: int = setting(
        24, "how many sets of parameters are tried; 0 keeps the defaults", unit="trials", low=0, high=1000
    )
    tuning_interactions: int = setting(
        600_000, "tune on a sample of customers with about this many interactions", unit="interactions", low=1000
    )
    judged_customers: int = setting(10_000, "how many customers scores are made from", unit="customers", low=10)


def kind_weights(settings: RecommendSettings, exponent: float) -> npt.NDArray[Any]:
    """float64 [kinds + 1]: the weight of each kind of event, 0 for those that say nothing about liking."""
    weights = dict.fromkeys(EVENT_KINDS, 0.0)
    weights["purchase"] = settings.weight_purchase
    weights["add_to_cart"] = weights["begin_checkout"] = settings.weight_add_to_cart
    weights["add_to_wishlist"] = weights["share"] = settings.weight_add_to_wishlist
    weights["view_item"] = weights["select_item"] = settings.weight_view_item
    return np.array([weight**exponent if weight > 0 else 0.0 for weight in weights.values()] + [0.0])
