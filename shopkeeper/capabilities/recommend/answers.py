"""What recommendation answers in milliseconds: for a customer, for a visit, and beside a product."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, replace
from typing import TYPE_CHECKING, Any

from shopkeeper.core.answers import answer, parameter
from shopkeeper.core.results import Reply

CUSTOMER, PRODUCT = 1, 2  # places in `loaded.pool.RUNGS`

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.loaded.model import RecommendModel
    from shopkeeper.capabilities.recommend.loaded.past import Past


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What may be shown, and where."""

    n: int | None = parameter(None, "how many products; empty: as many as the place says (10)", unit="products", low=1, high=200)
    place: str = parameter("", "where in the shop they will be shown; its placement completes the request")
    in_stock: bool | None = parameter(
        None, "only what can be bought (not out of stock or discontinued, and not counted as 0); empty: as the place says (yes)"
    )
    category: str = parameter("", "only this category and those below it ('Home > Kitchen')")
    brand: str = parameter("", "only this brand")
    price_low: float | None = parameter(None, "only from this price on", unit="shop currency", low=0)
    price_high: float | None = parameter(None, "only up to this price", unit="shop currency", low=0)
    exclude: tuple[str, ...] = parameter((), "numbers of products that must not be shown")
    exclude_bought: bool | None = parameter(
        None, "leave out what the customer has bought; empty: as the place says (what is due again is offered)"
    )
    exclude_seen: bool = parameter(False, "leave out whatever the customer has bought, put in the cart or looked at")
    as_placement: str = parameter(
        "", "a placement, its name or as JSON, that is tried in the place's stead; no decision is written down"
    )
    as_rules: str = parameter("", "rules as a JSON list, tried beside those that are kept; no decision is written down")
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
    about = {"customer_id": request.customer, "session_id": request.session or None}
    past = model.past(request.customer, request.session)
    return _answered(model, request, past, about, CUSTOMER, request.customer, request.session)


@answer("recommend.for_session", uses="recommend.learn")
def for_session(model: Any, request: ForSession) -> Reply:
    """What to show an anonymous visitor now, from what was done in this visit."""
    past = model.past("", request.session, request.products)
    return _answered(model, request, past, {"session_id": request.session or None}, CUSTOMER, "", request.session)


@answer("recommend.similar", uses="recommend.learn")
def similar(model: Any, request: Similar) -> Reply:
    """What to show beside this product: what the same customers choose, then what reads alike."""
    past = model.beside(request.product)
    beside = replace(request, exclude=(*request.exclude, request.product))
    return _answered(model, beside, past, {"product_id": request.product}, PRODUCT, "", "")


def _answered(
    model: RecommendModel, request: Filters, past: Past, about: dict[str, Any], rung: int, customer: str, session: str
) -> Reply:
    from shopkeeper.capabilities.recommend.answering.flow import Whom, answered

    return answered(model, request, Whom(past, rung, customer, session), about)


def warm(model: Any) -> None:
    """Answer once for nobody in particular, so that the first visitor does not wait for kernels to be compiled or read."""
    some = model.catalog.describe(0).product_id if model.catalog.n_products else ""
    for request in (ForSession(products=(some,)), ForSession(products=(some,), price_low=0.0, category="nothing"), ForSession()):
        for_session(model, request)
    similar(model, Similar(product=some))
