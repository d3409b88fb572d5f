"""The verbs of baskets: bundles."""

from __future__ import annotations

from shopkeeper.capabilities.baskets.settings import BasketsSettings
from shopkeeper.core.columns import Table, boolean, integer, json, number, text
from shopkeeper.core.results import Result
from shopkeeper.core.schema.words import MONEY
from shopkeeper.core.tasks import ShopView, task

BUNDLES = Table(
    "bundles",
    "result",
    "Products that could be offered together for one price, those that would earn most first.",
    (
        text("bundle_id", "its products' numbers, joined by +", required=True),
        json("product_ids", "the products", required=True),
        json("titles", "their names, in the same order"),
        integer("n_products", "how many there are", unit="products", low=2, high=4),
        integer("n_together", "orders of the last year with all of them", unit="orders", low=1),
        number("orders_a_year", "the same, for a whole year", unit="orders", low=0),
        number("lift", "how often two of them are together over what chance would give: the smallest of all pairs", low=0),
        number("p_corrected", "share of false discoveries at which its weakest pair counts as one", low=0, high=1),
        number("price", "what its products cost one by one", unit=MONEY, low=0),
        number("cost", "what they cost the shop", unit=MONEY, low=0),
        boolean("cost_is_assumed", "whether the cost of any of them is not known and the usual margin was taken"),
        number("margin", "price less cost", unit=MONEY),
        number("margin_today", "what the orders with all of them earn a year", unit=MONEY),
        number("discount_share", "proposed discount", unit="0-1", low=0, high=1),
        number("bundle_price", "proposed price, rounded to the currency's minor unit", unit=MONEY, low=0),
        number("break_even_uplift", "share more orders with all of them at which the discount pays for itself", low=0),
        number("most_discount_share", "discount at which the assumed uplift only just pays", unit="0-1", low=0, high=1),
        number("uplift", "assumption: share more orders with all of them, by people who buy a part of them today", low=0),
        number("margin_earned", "margin that it would add a year, if the assumption holds", unit=MONEY),
        number("margin_earned_low", "lower end: chance in how often they were bought; not in the assumption", unit=MONEY),
        number("margin_earned_high", "upper end", unit=MONEY),
        number("margin_at_risk", "what the discount gives away a year if nobody more buys it", unit=MONEY, low=0),
    ),
    key=("bundle_id",),
)


@task(
    "baskets.bundles",
    reads=("order_lines",),
    optional=("sold_lines", "events", "products", "current_prices", "last_stock"),
    writes=BUNDLES,
)
def bundles(view: ShopView, settings: BasketsSettings) -> Result:
    """Which products could be sold together for one price, and what would that earn?

    Finds sets of two to four products of which every two are bought together beyond chance and beyond co-views, takes those that
    can be bought now, and works out the margin that a bundle would add under a stated uplift, with the uplift at which its
    discount pays for itself. Refused when the last year has fewer than 20 baskets with two products.
    """
    from shopkeeper.capabilities.baskets.bundles.proposing import propose

    return propose(view, settings)
