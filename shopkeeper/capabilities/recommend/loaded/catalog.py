"""The products as arrays: what answers say about them and filter by, kept fresh while serving."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array
from shopkeeper.store.views.live_stock import LiveStock

NOT_SOLD = ("out_of_stock", "discontinued")
MASKS_KEPT = 64
DESCRIPTIONS_KEPT = 200_000
# The arrays that have one entry a product, and what stands there before anything is known.
ROOM: Mapping[str, Any] = {
    "_row_of": -1, "price": np.nan, "cost": np.nan, "_is_sold": 1, "_quantity": np.nan, "category": -1, "brand": -1,
    "item_group": -1, "created": np.iinfo(np.int64).min,
}  # fmt: skip


@dataclass(frozen=True)
class Description:
    """What an answer says about a product."""

    product_id: str
    title: str | None
    price: float | None


class Catalog:
    """Every product by code: the learned ones keep the codes of learning, the others follow.

    Arrays have room for products to come; `n_products` of their entries are used: ``price`` and ``cost`` float32 (NaN:
    unknown), ``category``, ``brand`` and ``item_group`` int32 (-1: unknown; places in ``categories``, ``brands`` and
    ``item_groups``, which have the words in small letters), ``created`` int64 microseconds (the smallest number: unknown).
    One thread at a time writes (`change`, `count_stock`); readers need no lock, since every write replaces single values or
    whole arrays.
    """

    def __init__(self, learned: PackedTexts, facts: pa.Table, stock: pa.Table) -> None:
        self._lock = threading.Lock()
        self._learned = learned
        self._later: dict[str, int] = {}
        self._changed: dict[int, dict[str, Any]] = {}
        self._described: dict[int, Description] = {}
        self._masks: dict[tuple[bool, str, str], Array] = {}
        code = learned.codes_of(facts["product_id"])
        new = np.flatnonzero(code < 0)
        code[new] = len(learned) + np.arange(len(new))
        self._new_ids = facts["product_id"].take(pa.array(new)).to_pylist()
        self._later = {product_id: len(learned) + place for place, product_id in enumerate(self._new_ids)}
        self.n_products = len(learned) + len(new)
        self._facts = facts.combine_chunks()
        self._allocate(self.n_products + self.n_products // 4 + 1024)
        self._row_of[code] = np.arange(len(facts))
        self._fill(code, facts)
        self._fill_stock(stock)

    def _allocate(self, capacity: int) -> None:
        self._row_of = np.full(capacity, ROOM["_row_of"], np.int64)
        self.price = np.full(capacity, ROOM["price"], np.float32)
        self.cost = np.full(capacity, ROOM["cost"], np.float32)
        self._is_sold = np.full(capacity, ROOM["_is_sold"], np.uint8)
        self._quantity = np.full(capacity, ROOM["_quantity"], np.float32)
        self.category = np.full(capacity, ROOM["category"], np.int32)
        self.brand = np.full(capacity, ROOM["brand"], np.int32)
        self.item_group = np.full(capacity, ROOM["item_group"], np.int32)
        self.created = np.full(capacity, ROOM["created"], np.int64)
        self.capacity = capacity

    def _fill(self, code: Array, facts: pa.Table) -> None:
        sale = facts["sale_price"]
        price = pc.if_else(pc.less(pc.fill_null(sale, np.inf), pc.fill_null(facts["price"], np.inf)), sale, facts["price"])
        self.price[code] = np.asarray(pc.fill_null(price.cast(pa.float64()), np.nan)).astype(np.float32)
        sold = pc.invert(pc.is_in(facts["availability"], value_set=pa.array(NOT_SOLD, facts["availability"].type)))
        self._is_sold[code] = np.asarray(sold).astype(np.uint8)
        self.cost[code] = np.asarray(pc.fill_null(facts["cost"].cast(pa.float64()), np.nan)).astype(np.float32)
        self.category[code], self.categories = _folded(facts["product_type"])
        self.brand[code], self.brands = _folded(facts["brand"])
        self.item_group[code], self.item_groups = _folded(facts["item_group_id"])
        created = facts["created_at"].cast(pa.timestamp("us")).cast(pa.int64())
        self.created[code] = np.asarray(pc.fill_null(created, np.iinfo(np.int64).min))
        self._order_newest()

    def _order_newest(self) -> None:
        codes = np.arange(self.n_products)
        self.newest: Array = np.lexsort((codes, -self.created[: self.n_products].astype(np.float64))).astype(np.int32)

    def _fill_stock(self, stock: pa.Table) -> None:
        self._stock = LiveStock(stock, self._codes(stock["product_id"]))
        code, quantity = self._stock.at_load()
        self._quantity[code] = quantity

    def _codes(self, ids: pa.ChunkedArray) -> Array:
        code = self._learned.codes_of(ids)
        for place in np.flatnonzero(code < 0):
            code[place] = self._later.get(ids[int(place)].as_py(), -1)
        return code

    # -- reading

    def later_rows(self) -> list[dict[str, Any]]:
        """The rows of the products that learning did not know but the catalog had when it was opened."""
        places = [int(self._row_of[code]) for code in self._later.values()]
        found: list[dict[str, Any]] = self._facts.take(pa.array(places, pa.int64())).to_pylist()
        return found

    def find(self, product_id: str) -> int:
        """The product's code, -1 for a product that nobody knows."""
        code = self._later.get(product_id)
        return self._learned.find(product_id) if code is None else code

    def describe(self, code: int) -> Description:
        """The product's number, title and price."""
        found = self._described.get(code)
        if found is None:
            found = self._describe(code)
            if len(self._described) >= DESCRIPTIONS_KEPT:
                self._described.clear()
            self._described[code] = found
        return found

    def _describe(self, code: int) -> Description:
        n_learned = len(self._learned)
        product_id = self._learned.text(code) if code < n_learned else self._new_ids[code - n_learned]
        row = int(self._row_of[code])
        title = self._facts["title"][row].as_py() if row >= 0 else None
        price = float(self.price[code])
        changed = self._changed.get(code, {})
        return Description(
            product_id, changed.get("title", title), None if np.isnan(price) else changed.get("shown", _shortest(price))
        )

    def mask(self, in_stock: bool, category: str, brand: str) -> Array:
        """uint8 [capacity]: 1 for each product that is in stock (if asked), below the category and of the brand ("": any)."""
        key = (in_stock, category.strip().casefold(), brand.strip().casefold())
        found = self._masks.get(key)
        if found is None:
            with self._lock:
                if len(self._masks) >= MASKS_KEPT:
                    self._masks.pop(next(iter(self._masks)))
                found = self._masks[key] = self._mask(*key)
        return found

    def _mask(self, in_stock: bool, category: str, brand: str) -> Array:
        passes = np.arange(self.capacity) < self.n_products
        if in_stock:
            passes &= (self._is_sold > 0) & ~(self._quantity <= 0)  # never counted (NaN) passes
        if category:
            below = [_is_below(path, category) for path in self.categories]
            passes &= np.append(np.array(below, np.bool_), False)[self.category]
        if brand:
            passes &= self.brand == (self.brands.get(brand, -2))
        return passes.astype(np.uint8)

    # -- changing

    def change(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take new and changed products; a column that a row does not have stays as it was."""
        with self._lock:
            n_before = self.n_products
            for row in rows:
                self._change_one(row)
            if self.n_products > n_before:
                self._order_newest()

    def _change_one(self, row: Mapping[str, Any]) -> None:
        product_id = str(row["product_id"])
        code = self.find(product_id)
        if code < 0:
            code = self._add(product_id)
        changed = self._changed.setdefault(code, {})
        if "title" in row:
            changed["title"] = row["title"]
        if "price" in row or "sale_price" in row:
            known = self._facts.slice(int(self._row_of[code]), 1).to_pylist()[0] if self._row_of[code] >= 0 else {}
            for name in ("price", "sale_price"):
                changed[name] = row[name] if name in row else changed.get(name, known.get(name))
            shown = _lower(changed.get("price"), changed.get("sale_price"))
            changed["shown"] = shown
            self.price[code] = np.nan if shown is None else shown
        if "availability" in row:
            self._is_sold[code] = row["availability"] not in NOT_SOLD
        if "product_type" in row:
            self.category[code] = _code(self.categories, row["product_type"])
        if "brand" in row:
            self.brand[code] = _code(self.brands, row["brand"])
        if "item_group_id" in row:
            self.item_group[code] = _code(self.item_groups, row["item_group_id"])
        if "cost" in row:
            self.cost[code] = np.nan if row["cost"] is None else row["cost"]
        if row.get("created_at") is not None:
            self.created[code] = int(row["created_at"].timestamp() * 1e6)
        self._described.pop(code, None)
        self._refresh_masks(code)

    def _add(self, product_id: str) -> int:
        code = self.n_products
        if code == self.capacity:
            self._grow()
        self._new_ids.append(product_id)
        self._later[product_id] = code
        self.n_products += 1
        return code

    def _grow(self) -> None:
        used = self.capacity
        for name, rest in ROOM.items():
            values = getattr(self, name)  # replaced as a whole, so that a reader never sees one half empty
            setattr(self, name, np.concatenate((values, np.full(used, rest, values.dtype))))
        self.capacity = 2 * used
        self._masks = {key: np.concatenate((mask, np.zeros(used, np.uint8))) for key, mask in self._masks.items()}

    def count_stock(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take new counts; of each location the newest holds."""
        with self._lock:
            for code, quantity in self._stock.take(rows, self.find):
                self._quantity[code] = quantity
                self._refresh_masks(code)

    def _refresh_masks(self, code: int) -> None:
        for (in_stock, category, brand), mask in self._masks.items():
            passes = not in_stock or (bool(self._is_sold[code]) and not self._quantity[code] <= 0)
            if category:
                place = int(self.category[code])
                passes = passes and place >= 0 and _is_below(list(self.categories)[place], category)
            if brand:
                passes = passes and int(self.brand[code]) == self.brands.get(brand, -2)
            mask[code] = passes


def _folded(column: pa.ChunkedArray) -> tuple[Array, dict[str, int]]:
    """(code of each value or -1, {value in small letters: code})."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    codes: dict[str, int] = {}
    of_word = np.array([_code(codes, word) for word in encoded.dictionary.to_pylist()] + [-1], np.int32)
    return of_word[np.asarray(pc.fill_null(encoded.indices, len(of_word) - 1))], codes


def _code(codes: dict[str, int], word: str | None) -> int:
    folded = (word or "").strip().casefold()
    return codes.setdefault(folded, len(codes)) if folded else -1


def _is_below(path: str, category: str) -> bool:
    return path == category or path.startswith(category + " > ")


def _lower(price: float | None, sale_price: float | None) -> float | None:
    prices = [each for each in (price, sale_price) if each is not None]
    return min(prices) if prices else None


def _shortest(price: float) -> float:
    """The shortest number that is this float32: 2.55 and not 2.5499999523."""
    return float(str(np.float32(price)))
