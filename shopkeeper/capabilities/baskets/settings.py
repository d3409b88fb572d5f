"""Every knob of baskets."""

from __future__ import annotations

from dataclasses import dataclass

from shopkeeper.core.settings import setting


@dataclass(frozen=True)
class BasketsSettings:
    """How what is bought together is found."""

    # itemsets and rules
    min_support: float = setting(
        0.005, "smallest share of the baskets that an itemset is in; fewer than 5 baskets never count", low=0, high=1
    )
    max_items: int = setting(5, "largest number of products in an itemset", unit="products", low=2, high=20)
    itemset_method: str = setting(
        "auto", "how itemsets are searched; all find the same", choices=("auto", "eclat", "fp_growth", "apriori")
    )
    itemsets_most: int = setting(
        200_000, "most itemsets of a level; where there are more the support is raised", unit="itemsets", low=10, high=10_000_000
    )
    itemset_memory_mb: int = setting(
        1_000, "most memory for counting itemsets and rules; where it needs more the support is raised", unit="MB", low=10,
        high=1_000_000,
    )  # fmt: skip
    rules_most: int = setting(
        5_000, "most rules of a level: those with most baskets beyond chance", unit="rules", low=1, high=1_000_000
    )
    rule_error_share: float = setting(
        0.05, "chance that any of the rules of all levels is wrong: p-values are corrected to it", low=0.0001, high=0.5
    )
    min_confidence: float = setting(
        0.1, "smallest share of the baskets with the antecedent that have the consequent", low=0, high=1
    )
    min_lift: float = setting(1.2, "how many times more often than chance makes in baskets of these sizes", low=1, high=1000)
    keep_redundant: bool = setting(False, "keep longer rules whose every item is not needed")
    recent_days: int = setting(
        56, "the newest days that rules are compared in with the time before; at most half of it", unit="days", low=1, high=3650
    )
    rules_test_share: float = setting(
        0.2, "share of the baskets, the newest, on which earlier rules are judged", low=0.02, high=0.5
    )
    # together and bundles
    error_share: float = setting(
        0.05, "share of the complements that may be chance: p-values are corrected to it", low=0.0001, high=0.5
    )
    together_orders: int = setting(
        0,
        "fewest orders that two products must share to be looked at; 0: 1 where products have few neighbors, else 2",
        unit="orders",
        low=0,
        high=1000,
    )
    basket_limit: int = setting(
        100, "of larger baskets a random part of this many products counts", unit="products", low=2, high=1000
    )
    together_trials: int = setting(
        28, "how many weighings of pairs are tried on the validation period", unit="trials", low=0, high=200
    )
    together_test_share: float = setting(
        0.1, "share of the baskets that the last period has, and the one before it", low=0.02, high=0.3
    )
    judged_baskets: int = setting(1_500, "most baskets that complements are judged on", unit="baskets", low=40, high=100_000)
    tuning_lines: int = setting(
        1_000_000, "lines of a sample of baskets on which weighings are tried; what is learned reads all", unit="lines",
        low=1_000, high=100_000_000,
    )  # fmt: skip
    cart_variety: float = setting(0.1, "how much less each further product of one category counts beside a cart", low=0, high=0.9)
    bundle_orders: int = setting(5, "fewest orders of a year with all products of a bundle", unit="orders", low=1, high=100_000)
    bundle_discount_share: float = setting(0.1, "discount of a bundle, where it pays; else less", low=0, high=0.9)
    bundle_uplift: float = setting(
        0.2, "assumption: share more orders with all its products that a bundle wins from those who buy a part", low=0, high=10
    )
    bundle_margin_share: float = setting(0.4, "margin of products whose cost is not known, share of the price", low=0, high=1)
    bundles_most: int = setting(50, "most bundles that are proposed", unit="bundles", low=1, high=1000)
