"""What recommendation answers in milliseconds: for a customer, for a visit, and beside a product."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, replace
from typing import TYPE_CHECKING, Any

from shopkeeper.core.answers import answer, parameter
from shopkeeper.core.results import Decision, Reply

CUSTOMER, PRODUCT = 1, 2  # places in `loaded.pool.RUNGS`

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.loaded.model import RecommendModel
    from shopkeeper.capabilities.recommend.loaded.past import Past
    from shopkeeper.capabilities.recommend.loaded.pool import Wanted


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What may be shown, and where."""

    n: int = parameter(10, "how many products", unit="products", low=1, high=200)
    place: str = parameter("", "where in the shop they will be shown; kept with the decision")
    in_stock: bool = parameter(False, "only what can be bought: not out of stock or discontinued, and not counted as 0")
    category: str = parameter("", "only this category and those below it ('Home > Kitchen')")
    brand: str = parameter("", "only this brand")
    price_low: float | None = parameter(None, "only from this price on", unit="shop currency", low=0)
    price_high: float | None = parameter(None, "only up to this price", unit="shop currency", low=0)
    exclude: tuple[str, ...] = parameter((), "numbers of products that must not be shown")
    exclude_bought: bool = parameter(True, "leave out what the customer has bought")
    exclude_seen: bool = parameter(False, "leave out whatever the customer has bought, put in the cart or looked at")
    reasons: bool = parameter(True, "say which of the customer's own products speak for each")
    explain: bool = parameter(False, "say in words and in full what each product stands on and what moved it")


@dataclass(frozen=True, kw_only=True)
class _Customer:
    customer: str = parameter(MISSING, "number of the customer")
    session: str = parameter("", "the visit, if there is one; what was done in it counts most")


@dataclass(frozen=True, kw_only=True)
class ForCustomer(Filters, _Customer):
    """Whom to recommend to, and what may be shown."""


@dataclass(frozen=True, kw_only=True)
class _Session:
    session: str = parameter("", "the visit; its events so far speak")
    products: tuple[str, ...] = parameter((), "numbers of products looked at, the newest last, where the shop sends no events")


@dataclass(frozen=True, kw_only=True)
class ForSession(Filters, _Session):
    """Which visit to recommend to, and what may be shown."""


@dataclass(frozen=True, kw_only=True)
class _Product:
    product: str = parameter(MISSING, "number of the product")


@dataclass(frozen=True, kw_only=True)
class Similar(Filters, _Product):
    """Beside which product, and what may be shown."""


@answer("recommend.for_customer", uses="recommend.learn")
def for_customer(model: Any, request: ForCustomer) -> Reply:
    """What to show this customer now, with the reasons for each product.

    Unknown customers get what is trending; what the customer did a moment ago counts.
    """
    past = model.past(request.customer, request.session)
    shown = _climb(model, past, request, CUSTOMER, own=not (request.exclude_bought or request.exclude_seen))
    body = {"customer_id": request.customer, "session_id": request.session or None}
    return _reply(shown, request, body, request.customer, request.session)


@answer("recommend.for_session", uses="recommend.learn")
def for_session(model: Any, request: ForSession) -> Reply:
    """What to show an anonymous visitor now, from what was done in this visit."""
    past = model.past("", request.session, request.products)
    shown = _climb(model, past, request, CUSTOMER, own=False)
    return _reply(shown, request, {"session_id": request.session or None}, "", request.session)


@answer("recommend.similar", uses="recommend.learn")
def similar(model: Any, request: Similar) -> Reply:
    """What to show beside this product: what the same customers choose, then what reads alike."""
    past = model.beside(request.product)
    request = replace(request, exclude=(*request.exclude, request.product))
    shown = _climb(model, past, request, PRODUCT, own=False)
    return _reply(shown, request, {"product_id": request.product}, "", "")


def _climb(model: RecommendModel, past: Past, request: Filters, rung: int, *, own: bool) -> list[dict[str, Any]]:
    from shopkeeper.capabilities.recommend.loaded.ladder import climb

    return climb(model, past, _wanted(model, past, request, own), rung)


def _wanted(model: RecommendModel, past: Past, request: Filters, own: bool) -> Wanted:
    from shopkeeper.capabilities.recommend.loaded.pool import Wanted

    return Wanted(
        n=request.n,
        allowed=model.catalog.mask(request.in_stock, request.category, request.brand),
        excluded=model.excluded(past, request.exclude, request.exclude_bought, request.exclude_seen),
        price_low=0.0 if request.price_low is None else request.price_low,
        price_high=float("inf") if request.price_high is None else request.price_high,
        any_price=request.price_low is None and request.price_high is None,
        reasons=request.reasons,
        own=model.parameters.own_weight if own else 0.0,
    )


def _reply(shown: list[dict[str, Any]], request: Filters, about: dict[str, Any], customer: str, session: str) -> Reply:
    rung = shown[0]["rung"] if shown else "none"
    body = {"products": shown, "rung": rung, **about}
    if not shown:
        body["note"] = "No product of the shop passes these filters."
    decision = Decision(
        chosen=tuple(product["product_id"] for product in shown),
        reason={"rung": rung, "rungs": [product["rung"] for product in shown]},
        customer_id=customer or None,
        session_id=session or None,
        place=request.place or None,
    )
    return Reply(body, decision)
