"""The simulated catalog: products in latent groups, each with a popularity, a sequel and a complement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.numerics.money import MINOR_UNITS
from shopkeeper.simulator.arrow import DAY, SECOND, moments, numbered, shop_table, words
from shopkeeper.simulator.settings import SimulatorSettings
from shopkeeper.simulator.words import BRANDS, GROUPS, LOOKS, N_KINDS

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Catalog:
    """The products, one array element each, numbered 0 to n_products - 1.

    ``group`` and ``kind`` are latent (int64; a kind lies within one group); ``popularity`` sums to 1; ``sequel`` is viewed
    next and ``complement`` bought along, both of the same group (a product alone in its group is its own sequel and has
    complement -1). ``created_day`` counts days from the start, 0 for what was always there. ``order`` and ``cumulated``
    serve `draw`: products sorted by group, and their popularity added up in that order.
    """

    group: Array
    kind: Array
    popularity: Array
    sequel: Array
    complement: Array
    price: Array
    cost: Array
    created_day: Array
    out_of_stock: Array
    shown_kind: Array
    brand: Array
    look: Array
    group_share: Array
    order: Array
    cumulated: Array

    @property
    def n_products(self) -> int:
        """How many products there are."""
        return len(self.group)

    def draw(self, groups: Array, random: np.random.Generator) -> Array:
        """One product of each given group (int64), drawn by popularity within the group."""
        upper = np.cumsum(self.group_share)
        upper[-1] = 1.0
        lower = np.concatenate(([0.0], upper[:-1]))
        point = lower[groups] + random.random(len(groups)) * (upper - lower)[groups]
        found = self.order[np.minimum(np.searchsorted(self.cumulated, point, side="right"), self.n_products - 1)]
        # A point within rounding of a group's edge may fall to the neighbor: give it the group's own first product.
        first = self.order[np.searchsorted(self.group[self.order], groups)]
        return np.where(self.group[found] == groups, found, first)


def make_catalog(settings: SimulatorSettings, random: np.random.Generator) -> Catalog:
    """The catalog of a world. Groups are of equal size (as far as divisible); prices are log-normal, costs 45-65 % of them."""
    n_products, n_groups = settings.n_products, min(settings.n_groups, settings.n_products)
    group = random.permutation(np.arange(n_products) % n_groups)
    kind = group * N_KINDS + random.integers(0, N_KINDS, n_products)
    popularity = (1.0 + random.permutation(n_products)) ** -settings.popularity
    popularity /= popularity.sum()
    price = _rounded(np.exp(random.normal(2.5, 0.6, n_products)) + 0.5, settings.currency)
    is_new = random.random(n_products) < settings.new_product_share
    speaks = random.random(n_products) < settings.content
    brands_of_group = random.integers(0, len(BRANDS), (n_groups, 3))
    shown_kind = np.where(speaks, kind, random.integers(0, n_groups * N_KINDS, n_products))
    group_share = np.bincount(group, popularity, n_groups)
    order = np.argsort(group, kind="stable")
    sequel, complement = _sequels(group, random), _complements(group, random)
    return Catalog(
        group=group,
        kind=kind,
        popularity=popularity,
        sequel=sequel,
        complement=complement,
        price=price,
        cost=_rounded(price * random.uniform(0.45, 0.65, n_products), settings.currency),
        created_day=np.where(is_new, random.integers(0, max(settings.n_days * 3 // 4, 1), n_products), 0),
        out_of_stock=random.random(n_products) < settings.out_of_stock_share,
        shown_kind=shown_kind,
        brand=brands_of_group[shown_kind // N_KINDS, random.integers(0, 3, n_products)],
        look=random.integers(0, len(LOOKS), n_products),
        group_share=group_share,
        order=order,
        cumulated=np.cumsum(popularity[order]),
    )


def products_table(catalog: Catalog, start: int) -> pa.Table:
    """The catalog as the shop knows it; ``start`` is the first midnight in microseconds since 1970."""
    numbers = np.arange(catalog.n_products)
    names = [_group_name(number) for number in range(int(catalog.shown_kind.max()) // N_KINDS + 1)]
    kinds = [kind for number in range(len(names)) for kind in GROUPS[number % len(GROUPS)][1]]
    shown_group = catalog.shown_kind // N_KINDS
    kind, brand = words(kinds, catalog.shown_kind), words(BRANDS, catalog.brand)
    look, type_ = words(LOOKS, catalog.look), words(names, shown_group)
    serial = pa.array(numbers + 1).cast(pa.string())
    return shop_table(
        "products",
        {
            "product_id": numbered("p", numbers),
            "title": pc.binary_join_element_wise(brand, look, kind, serial, " "),
            "description": pc.binary_join_element_wise("A", look, kind, "for", type_, "by", brand, " "),
            "brand": brand,
            "product_type": pc.binary_join_element_wise(type_, kind, " > "),
            "price": catalog.price,
            "cost": catalog.cost,
            "availability": words(("in_stock", "out_of_stock"), catalog.out_of_stock.astype(np.int64)),
            # A catalog is filled before the doors open: what was always there is a day older than the first visit.
            "created_at": moments(np.where(catalog.created_day > 0, start + catalog.created_day * DAY, start - DAY + SECOND)),
        },
    )


def _group_name(number: int) -> str:
    turn, place = divmod(number, len(GROUPS))
    return GROUPS[place][0] if turn == 0 else f"{GROUPS[place][0]} {turn + 1}"


def _sequels(group: Array, random: np.random.Generator) -> Array:
    """A random ring through each group: every product has one sequel and is the sequel of one."""
    sequel = np.arange(len(group))
    for number in range(int(group.max()) + 1):
        ring = random.permutation(np.flatnonzero(group == number))
        sequel[ring] = np.roll(ring, -1)
    return sequel


def _complements(group: Array, random: np.random.Generator) -> Array:
    """Random pairs within each group; -1 for the one left over."""
    complement = np.full(len(group), -1)
    for number in range(int(group.max()) + 1):
        members = random.permutation(np.flatnonzero(group == number))
        first, second = members[0 : len(members) // 2 * 2 : 2], members[1::2]
        complement[first], complement[second] = second, first
    return complement


def _rounded(amounts: Array, currency: str) -> Array:
    return np.asarray(np.round(amounts, MINOR_UNITS.get(currency.upper(), 2)))
