"""The verbs of baskets, one file each; importing this declares them."""

from shopkeeper.capabilities.baskets.tasks.bundles import BUNDLES, bundles
from shopkeeper.capabilities.baskets.tasks.itemsets import FREQUENT_ITEMSETS, itemsets
from shopkeeper.capabilities.baskets.tasks.rules import BASKET_RULES, rules
from shopkeeper.capabilities.baskets.tasks.together import BASKET_COMPLEMENTS, together

__all__ = ["BASKET_COMPLEMENTS", "BASKET_RULES", "BUNDLES", "FREQUENT_ITEMSETS", "bundles", "itemsets", "rules", "together"]
