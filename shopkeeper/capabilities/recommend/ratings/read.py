"""Ratings from the table of reviews: the newest of each customer and product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array


@dataclass(frozen=True)
class Ratings:
    """One rating of each (customer, product): codes int64 of ``customers`` and ``products``, rating float64."""

    customer: Array
    product: Array
    rating: Array
    customers: PackedTexts
    products: PackedTexts

    def __len__(self) -> int:
        """How many ratings."""
        return len(self.rating)


def read_ratings(view: ShopView) -> Ratings:
    """The newest rating of each customer and product; of several at one moment the last by the review's number."""
    table = view.table("reviews", ("customer_id", "product_id", "rating", "at", "review_id"))
    usable = pc.and_(pc.is_valid(table["rating"]), pc.and_(pc.is_valid(table["customer_id"]), pc.is_valid(table["product_id"])))
    table = table.filter(pc.and_(usable, pc.is_finite(pc.coalesce(table["rating"], pa.scalar(np.nan)))))
    table = table.sort_by([("at", "ascending"), ("review_id", "ascending")])
    return coded(table)


def coded(table: pa.Table) -> Ratings:
    """The ratings of a table with columns customer_id, product_id and rating; of several of one pair the last row's."""
    customer, customers = _codes(table["customer_id"])
    product, products = _codes(table["product_id"])
    rating = np.asarray(table["rating"].cast(pa.float64()))
    pair = customer * max(1, len(products)) + product
    # The first of each pair counted from the end.
    kept = len(pair) - 1 - np.unique(pair[::-1], return_index=True)[1]
    return Ratings(customer[kept], product[kept], rating[kept], customers, products)


def _codes(column: pa.ChunkedArray) -> tuple[Array, PackedTexts]:
    """(codes int64, the distinct texts in order of their bytes)."""
    texts = column.cast(pa.large_string())
    distinct = texts.unique()
    distinct = distinct.take(pc.sort_indices(distinct))
    found = pc.index_in(texts, value_set=distinct)
    return np.asarray(pc.fill_null(found, -1)).astype(np.int64), PackedTexts.from_arrow(distinct)
