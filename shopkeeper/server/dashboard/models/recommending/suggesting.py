"""Recommendations for one customer or beside one product, with the reasons for each, and what they can be filtered by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

PLACE = "dashboard"
N_CHOICES = 200


@dataclass(frozen=True)
class Reason:
    """One of the customer's own products and its share (0-1) in why something is recommended."""

    product_id: str
    title: str
    share: float


@dataclass(frozen=True)
class Moved:
    """A rule that moved something: from one position of the list to another, from 1; None is outside of the list."""

    rule_id: str
    action: str
    before: int | None
    after: int | None
    note: str = ""


@dataclass(frozen=True)
class Factor:
    """What multiplied a score, by its name: price, owned, rules; or how much it is like what stands before it (diversity).

    ``value`` is None where there is nothing to count: exposure.
    """

    name: str
    value: float | None


@dataclass(frozen=True)
class Recommended:
    """One recommended product, best first; ``rung`` is the step of the ladder that gave it.

    ``factors`` and ``explained`` (all that the answer says of it) are empty unless the answer was asked to explain.
    """

    product_id: str
    title: str
    price: float | None
    score: float
    rung: str
    reasons: tuple[Reason, ...]
    rules: tuple[Moved, ...] = ()
    factors: tuple[Factor, ...] = ()
    explained: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LeftOut:
    """A product that rules kept from the list."""

    product_id: str
    title: str
    rules: tuple[Moved, ...]


@dataclass(frozen=True)
class Recommendations:
    """What an answer said, and from which model; ``left_out`` only where it was asked to explain."""

    products: tuple[Recommended, ...]
    rung: str
    model_version: str
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class Filters:
    """What recommendations may be narrowed to; as the answers' requests name it."""

    in_stock: bool = False
    category: str = ""
    brand: str = ""
    price_low: float | None = None
    price_high: float | None = None
    exclude_bought: bool = True

    def as_request(self) -> dict[str, Any]:
        """The fields that say something."""
        return {name: value for name, value in vars(self).items() if value is not None and value != ""}


@dataclass(frozen=True)
class Choices:
    """What there is to filter by in this shop; empty where the catalog does not say."""

    categories: tuple[str, ...]
    brands: tuple[str, ...]
    price_low: float | None
    price_high: float | None
    knows_stock: bool


def choices(view: ShopView) -> Choices:
    """Categories, brands and the range of prices of the catalog."""
    prices = view.sql("SELECT min(price) AS low, max(price) AS high FROM current_prices").to_pylist()[0]
    known = view.count("stock_levels") or view.sql(
        "SELECT count(*) AS n FROM products WHERE availability IS NOT NULL"
    )["n"][0].as_py()  # fmt: skip
    return Choices(_values(view, "product_type"), _values(view, "brand"), prices["low"], prices["high"], bool(known))


def _values(view: ShopView, column: str) -> tuple[str, ...]:
    rows = view.sql(
        f"SELECT {column} AS value FROM products WHERE {column} IS NOT NULL AND {column} <> '' "
        f"GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT {N_CHOICES}"
    )
    return tuple(sorted(rows["value"].to_pylist()))


def for_customer(shop: Shop, customer_id: str, filters: Filters, n: int = 10) -> Recommendations:
    """What this customer would like. Raises `NotLearned`, `SettingError`."""
    return asked(shop, "recommend.for_customer", {"customer": customer_id, "n": n, "place": PLACE, **filters.as_request()})


def similar(shop: Shop, product_id: str, filters: Filters, n: int = 10) -> Recommendations:
    """What goes with this product. Raises `NotLearned`, `SettingError`."""
    return asked(shop, "recommend.similar", {"product": product_id, "n": n, "place": PLACE, **filters.as_request()})


def asked(shop: Shop, answer: str, request: Mapping[str, Any]) -> Recommendations:
    """What the answer says, explained; fields of ``request`` that it does not have are left out.

    Raises `NotLearned`, and `SettingError` for what cannot be meant.
    """
    from shopkeeper.core.settings import knobs

    known = {knob.name for knob in knobs(shop.registry.answer(answer).request)}
    given = {name: value for name, value in {"explain": True, **request}.items() if name in known}
    return read(shop.answers.ask(answer, given))


def read(body: Mapping[str, Any]) -> Recommendations:
    """The body of an answer."""
    told = body.get("explanation") or {}
    explained = {str(one["product_id"]): one for one in told.get("products", ())}
    products = tuple(_product(row, body, explained.get(str(row["product_id"]), {})) for row in body["products"])
    left_out = tuple(
        LeftOut(str(one["product_id"]), one.get("title") or str(one["product_id"]), _rules(one["rules"]))
        for one in told.get("left_out", ())
    )
    return Recommendations(products, body.get("rung") or "", body.get("model_version") or "", left_out)


def _product(row: Mapping[str, Any], body: Mapping[str, Any], explained: Mapping[str, Any]) -> Recommended:
    product_id = str(row["product_id"])
    reasons = tuple(
        Reason(str(reason["product_id"]), reason.get("title") or str(reason["product_id"]), float(reason["share"]))
        for reason in row.get("reasons") or ()
    )
    factors = tuple(
        Factor(name, factor.get("factor", factor.get("likeness"))) for name, factor in explained.get("factors", {}).items()
    )
    return Recommended(
        product_id,
        row.get("title") or product_id,
        row.get("price"),
        float(row.get("score") or 0.0),
        row.get("rung") or body.get("rung") or "",
        reasons,
        _rules(explained.get("rules") or row.get("rules") or ()),
        factors,
        explained,
    )


def _rules(rows: Any) -> tuple[Moved, ...]:
    return tuple(
        Moved(str(row["rule_id"]), str(row["action"]), row.get("from"), row.get("to"), row.get("note") or "") for row in rows
    )
