"""Trying a placement or a rule on somebody real: whom to try it on, the list before, the list after, and what moved."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from shopkeeper.server.dashboard.models.recommending.suggesting import LeftOut, Recommendations, Recommended, asked

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

N_RECENT = 300
N_PROPOSED = 4
# What an answer is about, and the field of its request that says so.
ABOUT: Mapping[str, tuple[Literal["customer", "product"], str]] = {
    "recommend.for_customer": ("customer", "customer"),
    "recommend.for_session": ("product", "products"),
    "recommend.similar": ("product", "product"),
}


@dataclass(frozen=True)
class Whom:
    """A customer to recommend to, or a product to recommend beside."""

    kind: Literal["customer", "product"]
    id: str
    title: str


@dataclass(frozen=True)
class Tried:
    """What an answer is tried with: a row of `placements`, and rows of `rules` in the place of those of the same number."""

    placement: Mapping[str, Any]
    rules: tuple[Mapping[str, Any], ...] = ()

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the request that say so."""
        found: dict[str, Any] = {"place": self.placement["placement_id"], "as_placement": _json(self.placement)}
        if self.rules:
            found["as_rules"] = json.dumps([_plain(rule) for rule in self.rules], default=str)
        return found


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(_plain(row), default=str)


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


@dataclass(frozen=True)
class Line:
    """A product of one of the two lists; ``other`` is its position in the other one, from 1, None where it is not in it."""

    product: Recommended
    position: int
    other: int | None


@dataclass(frozen=True)
class Trial:
    """The list as it is, the list as it would be, and what rules keep from the latter."""

    before: tuple[Line, ...]
    after: tuple[Line, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def n_moved(self) -> int:
        """How many products of the new list stand elsewhere in the old one, or nowhere."""
        return sum(line.other != line.position for line in self.after)

    @property
    def is_same(self) -> bool:
        """Whether both lists are the same."""
        return self.n_moved == 0 and len(self.before) == len(self.after)


def proposed(view: ShopView, kind: Literal["customer", "product"], draw: int = 0) -> tuple[Whom, ...]:
    """A few of the customers who bought, or the products that were sold, last; other ones for another ``draw``."""
    column = f"{kind}_id"
    rows = view.sql(
        f"""
        WITH lately AS (SELECT {column} AS id, max(at) AS at FROM order_lines
                        WHERE {column} IS NOT NULL AND quantity > 0 GROUP BY {column} ORDER BY at DESC, id LIMIT {N_RECENT})
        SELECT id FROM lately ORDER BY hash(id || $draw), id LIMIT {N_PROPOSED}
        """,
        {"draw": str(draw)},
    )["id"].to_pylist()
    titles = _titles(view, rows) if kind == "product" else {}
    return tuple(Whom(kind, found, titles.get(found, found)) for found in rows)


def _titles(view: ShopView, products: Sequence[str]) -> dict[str, str]:
    rows = view.sql("SELECT product_id, title FROM products WHERE list_contains($known::VARCHAR[], product_id)",
                    {"known": list(products)}).to_pylist()  # fmt: skip
    return {row["product_id"]: row["title"] for row in rows if row["title"]}


def tried(shop: Shop, whom: Whom, before: Tried, after: Tried) -> Trial:
    """Both lists. Raises `NotLearned`, and `SettingError` for a placement or rule that cannot be meant."""
    return compared(_ask(shop, whom, before), _ask(shop, whom, after))


def _ask(shop: Shop, whom: Whom, given: Tried) -> Recommendations:
    answer = str(given.placement.get("answer") or "recommend.for_customer")
    name = ABOUT[answer][1]
    return asked(shop, answer, {name: (whom.id,) if name == "products" else whom.id, **given.fields})


def compared(before: Recommendations, after: Recommendations) -> Trial:
    """The two lists, each product with its position in the other one."""
    return Trial(_lines(before, after), _lines(after, before), after.left_out)


def _lines(of: Recommendations, beside: Recommendations) -> tuple[Line, ...]:
    places = {product.product_id: place for place, product in enumerate(beside.products, start=1)}
    return tuple(
        Line(product, place, places.get(product.product_id)) for place, product in enumerate(of.products, start=1)
    )  # fmt: skip
