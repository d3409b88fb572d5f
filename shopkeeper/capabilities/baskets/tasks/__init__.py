"""The verbs of baskets, one file each; importing this declares them."""

from shopkeeper.capabilities.baskets.tasks.bundles import BUNDLES, bundles
from shopkeeper.capabilities.baskets.tasks.together import BASKET_COMPLEMENTS, together

__all__ = ["BASKET_COMPLEMENTS", "BUNDLES", "bundles", "together"]
