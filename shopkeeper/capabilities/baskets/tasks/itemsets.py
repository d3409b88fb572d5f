"""The verbs of baskets: frequent itemsets."""

from __future__ import annotations

from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.core.columns import Table, boolean, integer, json, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView, task

LEVELS = ("product", "category", "brand")

FREQUENT_ITEMSETS = Table(
    "frequent_itemsets",
    "result",
    "Products, categories and brands that are often in the same basket.",
    (
        text("level", "what the items are", required=True, choices=LEVELS),
        json("items", "the products' numbers, the categories' paths or the brands, in order", required=True),
        integer("n_items", "how many they are", required=True, low=1),
        integer("n_baskets", "baskets with all of them", required=True, low=1),
        number("support", "share of the baskets", required=True, low=0, high=1),
        boolean("is_closed", "whether no larger set here is in as many baskets"),
        boolean("is_maximal", "whether no larger set is frequent; sets of the largest size searched for count as such"),
    ),
    key=("level", "items"),
)


@task("baskets.itemsets", reads=("order_lines",), optional=("sold_lines", "products"), writes=FREQUENT_ITEMSETS)
def itemsets(view: ShopView, settings: BasketsSettings) -> Result:
    """What is often in the same basket: which products, categories and brands?

    A basket is an order, a guest's too. Categories stand with all categories above them, and no set has one of these and one
    below it. Where a shop's support would give more than `itemsets_most` sets or need too much memory it is raised, and the
    headline says so.
    """
    from shopkeeper.capabilities.baskets.rules.listing import list_itemsets

    return list_itemsets(view, settings)
