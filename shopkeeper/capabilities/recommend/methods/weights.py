"""How much each kind of event says about liking."""

from __future__ import annotations

import numpy as np

from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import Array


def kind_weights(settings: RecommendSettings, exponent: float) -> Array:
    """float64 [kinds + 1]: the weight of each kind of event, 0 for those that say nothing about liking."""
    weights = dict.fromkeys(EVENT_KINDS, 0.0)
    weights["purchase"] = settings.weight_purchase
    weights["add_to_cart"] = weights["begin_checkout"] = settings.weight_add_to_cart
    weights["add_to_wishlist"] = weights["share"] = settings.weight_add_to_wishlist
    weights["view_item"] = weights["select_item"] = settings.weight_view_item
    return np.array([weight**exponent if weight > 0 else 0.0 for weight in weights.values()] + [0.0])
