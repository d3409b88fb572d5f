"""The shelf: what can be bought now, at what price and under what name; kept fresh while serving."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array
from shopkeeper.store.views.live_stock import LiveStock, last_counts

NOT_SOLD = ("out_of_stock", "discontinued")
COLUMNS = ("product_id", "title", "brand", "product_type", "price", "sale_price", "availability")
ROOM: Mapping[str, Any] = {"_row": -1, "price": np.nan, "_is_sold": True, "_quantity": np.nan, "category": -1, "brand": -1}


class Shelf:
    """Every product by code: the learned ones keep the codes of learning, the catalog's others and new ones follow.

    Arrays have room for products to come: ``price`` float64 (NaN: unknown), ``category`` and ``brand`` int32 (places among the
    learned words, -1: none of them). One thread at a time writes; readers need no lock, since every write replaces a single value
    or a whole array.
    """

    def __init__(self, learned: PackedTexts, words: Mapping[str, Mapping[str, int]], view: ShopView) -> None:
        self._lock = threading.Lock()
        self._learned = learned
        self._words = words
        facts = view.table("products", COLUMNS)
        code = learned.codes_of(facts["product_id"])
        new = np.flatnonzero(code < 0)
        code[new] = len(learned) + np.arange(len(new))
        self._ids: list[str] = facts["product_id"].take(pa.array(new)).to_pylist()
        self._later = {product_id: len(learned) + place for place, product_id in enumerate(self._ids)}
        self.n_products = len(learned) + len(new)
        self._facts = facts.select(("title", "price", "sale_price"))
        self._changed: dict[int, dict[str, Any]] = {}
        self._capacity = self.n_products + self.n_products // 4 + 256
        for name, empty in ROOM.items():
            setattr(self, name, np.full(self._capacity, empty))
        self._fill(code, facts)
        self._fill_stock(last_counts(view))
        self.can_be_bought: Array = self._is_sold & ~(self._quantity <= 0)  # never counted (NaN) can

    _row: Array
    _is_sold: Array
    _quantity: Array
    price: Array
    category: Array
    brand: Array

    def _fill(self, code: Array, facts: pa.Table) -> None:
        self._row[code] = np.arange(len(facts))
        price = pc.min_element_wise(facts["price"], facts["sale_price"]).cast(pa.float64())
        self.price[code] = np.asarray(pc.fill_null(price, np.nan))
        unsold = pc.is_in(facts["availability"], value_set=pa.array(NOT_SOLD, facts["availability"].type))
        self._is_sold[code] = ~np.asarray(unsold)
        for name, column in (("category", "product_type"), ("brand", "brand")):
            words = pa.array(list(self._words[name]), pa.string())
            text = pc.utf8_trim_whitespace(facts[column].cast(pa.string()))
            getattr(self, name)[code] = np.asarray(pc.fill_null(pc.index_in(text, value_set=words), -1))

    def _fill_stock(self, stock: pa.Table) -> None:
        code = self._learned.codes_of(stock["product_id"])
        for place in np.flatnonzero(code < 0):
            code[place] = self._later.get(stock["product_id"][int(place)].as_py(), -1)
        self._stock = LiveStock(stock, code)
        counted, quantity = self._stock.at_load()
        self._quantity[counted] = quantity

    def find(self, product_id: str) -> int:
        """The product's code, -1 for one that nobody knows."""
        code = self._later.get(product_id)
        return self._learned.find(product_id) if code is None else code

    def product_id(self, code: int) -> str:
        """The number of the product with this code."""
        n = len(self._learned)
        return self._learned.text(code) if code < n else self._ids[code - n]

    def title(self, code: int) -> str | None:
        """Its name."""
        changed = self._changed.get(code)
        if changed is not None and "title" in changed:
            title: str | None = changed["title"]
            return title
        row = int(self._row[code])
        return None if row < 0 else self._facts["title"][row].as_py()

    def change(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take new and changed products; a column that a row does not have stays as it was."""
        with self._lock:
            for row in rows:
                product_id = str(row["product_id"])
                code = self.find(product_id)
                self._change_one(code if code >= 0 else self._add(product_id), row)

    def _change_one(self, code: int, row: Mapping[str, Any]) -> None:
        changed = self._changed.setdefault(code, {})
        changed.update({name: row[name] for name in ("title", "price", "sale_price") if name in row})
        if "price" in row or "sale_price" in row:
            row_at = int(self._row[code])
            before = self._facts.slice(row_at, 1).to_pylist()[0] if row_at >= 0 else {}
            both = [changed.get(name, before.get(name)) for name in ("price", "sale_price")]
            self.price[code] = min((value for value in both if value is not None), default=np.nan)
        if "availability" in row:
            self._is_sold[code] = row["availability"] not in NOT_SOLD
        for name, column in (("category", "product_type"), ("brand", "brand")):
            if column in row:
                getattr(self, name)[code] = self._words[name].get((row[column] or "").strip(), -1)
        self._refresh(code)

    def _refresh(self, code: int) -> None:
        self.can_be_bought[code] = self._is_sold[code] and not self._quantity[code] <= 0

    def count_stock(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take new counts; of each location the newest holds, and they add up."""
        with self._lock:
            for code, quantity in self._stock.take(rows, self.find):
                self._quantity[code] = quantity
                self._refresh(code)

    def _add(self, product_id: str) -> int:
        code = self.n_products
        if code == self._capacity:
            self._grow()
        self._ids.append(product_id)
        self._later[product_id] = code
        self.n_products += 1
        return code

    def _grow(self) -> None:
        more = self._capacity
        for name, empty in ROOM.items():
            values = getattr(self, name)  # replaced as a whole, so that a reader never sees one half empty
            setattr(self, name, np.concatenate((values, np.full(more, empty, values.dtype))))
        self.can_be_bought = np.concatenate((self.can_be_bought, np.ones(more, np.bool_)))
        self._capacity += more
