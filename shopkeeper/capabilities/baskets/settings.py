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
    # together and bundles
