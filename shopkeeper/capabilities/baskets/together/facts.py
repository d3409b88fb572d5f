"""What the catalog says of the products in baskets, as arrays by their codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

PRICE_STEP = 1.25  # prices whose ratio is below this may be of one step
FEW = 0.05  # a share of products with a category below this is no catalog of categories


@dataclass(frozen=True)
class Facts:
    """What is known of each product, by code.

    ``category`` and ``brand`` int32 (-1: unknown; places in ``categories`` and ``brands``), ``price`` float64 (NaN: unknown),
    ``kind`` int32: what sort of thing it is (the category, or the last word of the title where the shop has no categories; -1:
    unknown).
    """

    category: Array
    brand: Array
    price: Array
    kind: Array
    categories: list[str]
    brands: list[str]

    @property
    def alike(self) -> Array:
        """int64 [products]: products of one number are of one kind and about one price; -1: unknown."""
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.floor(np.log(self.price) / np.log(PRICE_STEP))
        known = (self.kind >= 0) & np.isfinite(step)
        found = self.kind.astype(np.int64) * 1000 + np.clip(np.nan_to_num(step), -400, 500).astype(np.int64) + 400
        return np.where(known, found, -1)


def read_facts(view: ShopView, products: pa.LargeStringArray) -> Facts:
    """The catalog's words and prices for ``products`` (texts in order of their codes)."""
    table = view.table("products", ("product_id", "title", "brand", "product_type", "price", "sale_price"))
    ids = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in table["product_id"].chunks] or [products[:0]])
    row = np.asarray(pc.fill_null(pc.index_in(products, value_set=ids), -1)).astype(np.int64)
    category, categories = _words(table["product_type"], row)
    brand, brands = _words(table["brand"], row)
    price = pc.min_element_wise(table["price"], table["sale_price"]).cast(pa.float64())
    kind = category
    if (category >= 0).mean() < FEW if len(category) else False:
        kind, _ = _words(_last_word(table["title"]), row)
    return Facts(category, brand, _at(np.asarray(pc.fill_null(price, np.nan)), row, np.nan), kind, categories, brands)


def _last_word(titles: pa.ChunkedArray) -> Any:
    """The last word with three letters or more: 'RED RETROSPOT LUNCH BAG 2' -> 'bag'."""
    return pc.struct_field(pc.extract_regex(pc.utf8_lower(titles), r"(?P<word>\pL{3,})\PL*(?:\pL{1,2}\PL+)*\pL{0,2}$"), "word")


def _words(column: Any, row: Array) -> tuple[Array, list[str]]:
    """(int32 by product: the place of its word, -1 without one; the words in order)."""
    text = pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), ""))
    words = sorted({word for word in pc.unique(text).to_pylist() if word})
    found = pc.fill_null(pc.index_in(text, value_set=pa.array(words, pa.string())), -1)
    return _at(np.asarray(found), row, -1).astype(np.int32), words


def _at(values: Array, row: Array, unknown: float) -> Array:
    """The value of each product's row of the catalog."""
    return np.append(values, unknown)[row]  # a product without a row (-1) finds the spare last place
