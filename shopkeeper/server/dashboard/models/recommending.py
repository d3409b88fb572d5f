"""Recommendations for one customer or beside one product, with the reasons for each, and what they can be filtered by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
class Recommended:
    """One recommended product, best first; ``rung`` is the step of the ladder that gave it."""

    product_id: str
    title: str
    price: float | None
    score: float
    rung: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Recommendations:
    """What an answer said, and from which model."""

    products: tuple[Recommended, ...]
    rung: str
    model_version: str


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
    request = {"customer": customer_id, "n": n, "place": PLACE, **filters.as_request()}
    return _read(shop.answers.ask("recommend.for_customer", request))


def similar(shop: Shop, product_id: str, filters: Filters, n: int = 10) -> Recommendations:
    """What goes with this product. Raises `NotLearned`, `SettingError`."""
    from shopkeeper.core.settings import knobs

    known = {knob.name for knob in knobs(shop.registry.answer("recommend.similar").request)}
    request = {"product": product_id, "n": n, "place": PLACE, **filters.as_request()}
    return _read(shop.answers.ask("recommend.similar", {name: value for name, value in request.items() if name in known}))


def _read(body: Mapping[str, Any]) -> Recommendations:
    products = tuple(
        Recommended(
            str(row["product_id"]),
            row.get("title") or str(row["product_id"]),
            row.get("price"),
            float(row.get("score") or 0.0),
            row.get("rung") or body.get("rung") or "",
            tuple(
                Reason(str(reason["product_id"]), reason.get("title") or str(reason["product_id"]), float(reason["share"]))
                for reason in row.get("reasons") or ()
            ),
        )
        for row in body["products"]
    )
    return Recommendations(products, body.get("rung") or "", body.get("model_version") or "")
