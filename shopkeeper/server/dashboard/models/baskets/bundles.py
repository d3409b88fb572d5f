"""Bundles proposed, with what they would earn; and what goes with a product or a cart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shopkeeper.server.dashboard.models.baskets.rules import Part, titles_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

PLACE = "dashboard"
PARTNERS = ("complement", "together")
"""Rungs of what is bought together beyond chance."""
MOST = 100


@dataclass(frozen=True)
class Bundle:
    """Products to sell together; what the row says beside them is in ``facts`` by its column."""

    id: str
    products: tuple[Part, ...]
    facts: dict[str, Any]


def bundles(view: ShopView) -> tuple[Bundle, ...]:
    """Every proposal in the order of the table: what would earn most first."""
    rows = view.sql("SELECT * FROM bundles").to_pylist()
    sets = [json.loads(row["product_ids"]) for row in rows]
    titles = titles_of(view, {key for keys in sets for key in keys})
    return tuple(
        Bundle(row["bundle_id"], tuple(Part(key, titles.get(key, key)) for key in keys), row)
        for row, keys in zip(rows, sets, strict=True)
    )


def together(shop: Shop, product_ids: tuple[str, ...], n: int = 10) -> dict[str, Any]:
    """What `baskets.together` says for these products, a page's or a cart's, as the storefront would get it."""
    asked = {"product": product_ids[0]} if len(product_ids) == 1 else {"products": product_ids}
    return shop.ask("baskets.together", **asked, n=n, place=PLACE)


def not_in_stock(shop: Shop, product_ids: tuple[str, ...], shown: Collection[str], n: int = 10) -> int:
    """How many of what is bought with these products beyond chance would stand among the first ``n``, were it in stock."""
    asked = {"product": product_ids[0]} if len(product_ids) == 1 else {"products": product_ids}
    whole = shop.ask("baskets.together", **asked, n=n, in_stock=False, place=PLACE)["products"]
    missing = {entry["product_id"] for entry in whole if entry["rung"] in PARTNERS} - set(shown)
    if not missing:
        return 0
    # What is in stock may be missing, too: variety chose another in its place. It stands further down.
    buyable = shop.ask("baskets.together", **asked, n=MOST, place=PLACE)["products"]
    return len(missing - {entry["product_id"] for entry in buyable})
