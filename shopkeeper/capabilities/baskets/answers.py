"""What baskets answer in milliseconds: what goes with a product or with a cart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.core.answers import answer, parameter
from shopkeeper.core.results import Decision, Reply


@dataclass(frozen=True, kw_only=True)
class Together:
    """What is looked at or in the cart, and what may be shown beside it."""

    product: str = parameter("", "number of the product whose page is shown")
    products: tuple[str, ...] = parameter((), "numbers of the products in the cart")
    n: int = parameter(10, "how many products", unit="products", low=1, high=100)
    exclude: tuple[str, ...] = parameter((), "numbers of products that must not be shown")
    in_stock: bool = parameter(True, "only what can be bought (not out of stock or discontinued, and not counted as 0)")
    price_low: float | None = parameter(None, "only from this price on", unit="shop currency", low=0)
    price_high: float | None = parameter(None, "only up to this price", unit="shop currency", low=0)
    customer: str = parameter("", "number of the customer, where known; only written down with the decision")
    session: str = parameter("", "the visit, where known; only written down with the decision")
    place: str = parameter("", "where in the shop they will be shown: product_page, cart, …")


@answer("baskets.together", uses="baskets.together")
def together(model: Any, request: Together) -> Reply:
    """What goes with this product or this cart: complements and not substitutes, with the orders that say so.

    Rungs, each only where those above gave too few: ``complement`` (bought together far more than chance and than being looked
    at together would have it), ``together`` (more than chance), ``perhaps`` (often, but it may be chance), ``category`` and
    ``brand`` (what goes with theirs), ``popular``; what is popular stands among the first where that met later baskets better.
    """
    from shopkeeper.capabilities.baskets.together.loaded.model import Wanted

    asking = (request.product, *request.products) if request.product else request.products
    low = float("nan") if request.price_low is None else request.price_low
    high = float("nan") if request.price_high is None else request.price_high
    excluded = frozenset(model.shelf.find(each) for each in request.exclude)
    entries = model.listed(asking, Wanted(request.n, excluded, request.in_stock, low, high))
    rungs = [entry["rung"] for entry in entries]
    body: dict[str, Any] = {"products": entries, "rung": rungs[0] if rungs else "none", "with": list(dict.fromkeys(asking))}
    if not entries:
        body["note"] = "No product of the shop passes these filters."
    decision = Decision(
        chosen=tuple(entry["product_id"] for entry in entries),
        reason={"rung": body["rung"], "rungs": rungs, "with": body["with"]},
        customer_id=request.customer or None,
        session_id=request.session or None,
        place=request.place or None,
    )
    return Reply(body, decision)


def warm(model: Any) -> None:
    """Answer once for a product and a cart, so that the first visitor does not wait for kernels to be compiled or read."""
    from shopkeeper.numerics.complements.variety import varied

    varied(np.ones((1, 2)), np.zeros((1, 2)), 1, 0.5)
    some = tuple(model.shelf.product_id(code) for code in range(min(2, model.shelf.n_products)))
    for request in (Together(product="".join(some[:1])), Together(products=some), Together()):
        together(model, request)
