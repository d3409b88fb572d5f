"""Every knob of the simulated world, once. An effect's knob at 0 turns that effect off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shopkeeper.core.settings import setting


@dataclass(frozen=True)
class SimulatorSettings:
    """How large the simulated shop is, how its people behave, and how strong each effect is."""

    n_customers: int = setting(1_000, "people who may visit", unit="customers", low=1, high=10_000_000)
    n_products: int = setting(240, "products in the catalog", unit="products", low=2, high=1_000_000)
    n_days: int = setting(180, "length of the simulated time", unit="days", low=2, high=3_650)
    n_groups: int = setting(8, "latent groups of products; each customer prefers one", unit="groups", low=1, high=1_000)
    start_date: str = setting("2025-01-01", "first day, ISO 8601")
    currency: str = setting("EUR", "currency of prices, ISO 4217")

    taste: float = setting(0.8, "share of choices that follow a customer's own taste instead of popularity", low=0, high=1)
    popularity: float = setting(0.8, "exponent of Zipf's law over products; 0 makes all equally popular", low=0, high=3)
    season: float = setting(0.4, "how much demand, and what is in demand, swings over the year", low=0, high=0.95)
    order_effect: float = setting(0.2, "share of views that go to the sequel of the product viewed before", low=0, high=1)
    complements: float = setting(0.3, "share of purchases of a product that take its complement along", low=0, high=1)
    substitution: float = setting(0.8, "share of carted products left behind for another of the same kind", low=0, high=1)
    content: float = setting(0.9, "share of products whose title, brand and type speak of their group", low=0, high=1)

    visits_per_customer: float = setting(
        10.0, "mean visits of a customer known from the start", unit="visits", low=0.01, high=1_000
    )
    views_per_visit: float = setting(4.0, "mean products viewed in a visit", unit="products", low=1, high=100)
    cart_share: float = setting(0.3, "share of views that end in the cart", low=0, high=1)
    purchase_share: float = setting(0.6, "share of carted products that are bought", low=0, high=1)
    anonymous_share: float = setting(0.2, "share of visits in which nobody logs in; their orders are a guest's", low=0, high=1)
    return_share: float = setting(0.05, "share of order lines that come back", low=0, high=1)
    review_share: float = setting(0.25, "share of order lines that their customer rates", low=0, high=1)
    search_share: float = setting(0.3, "share of visits that begin with a search", low=0, high=1)
    hesitation: float = setting(0.3, "share of carts left behind that got as far as the checkout", low=0, high=1)
    discount_share: float = setting(0.1, "share of the products that cost a fifth less in any one week", low=0, high=1)
    leaving_share: float = setting(0.25, "share of customers who leave for good during the simulated time", low=0, high=1)
    newcomer_share: float = setting(0.5, "share of customers who arrive during the simulated time", low=0, high=1)
    new_product_share: float = setting(0.1, "share of products that appear during the simulated time", low=0, high=1)
    out_of_stock_share: float = setting(0.05, "share of products of which nothing is left at the end", low=0, high=1)


NOTHING_TO_FIND: Mapping[str, float] = {
    "taste": 0.0,
    "season": 0.0,
    "order_effect": 0.0,
    "complements": 0.0,
    "substitution": 0.0,
    "new_product_share": 0.0,
    "discount_share": 0.0,
    "leaving_share": 0.0,
}
"""The knobs of a world in which popularity, the same on every day, is all there is to know."""
