"""From tables to arrays: the only place in this room that reads the shop."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.recommend.methods.method import Products
from shopkeeper.capabilities.recommend.texts import TEXT_COLUMNS, Texts, texts_of
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array

UNKNOWN_KIND = len(EVENT_KINDS)
MANY_TEXTS, SAMPLED = 100_000, 1001
KIND_CODES = {name: code for code, name in enumerate(EVENT_KINDS)}


@dataclass(frozen=True)
class Interactions:
    """Who did what when, as codes: arrays of one length, in the shop's order.

    customer int32 (places in ``customers``), product int32 (places in ``products``), kind uint8 (places in EVENT_KINDS),
    at int64 microseconds. ``is_known`` bool [customers]: False for a guest's order and an anonymous visit.
    """

    customer: Array
    product: Array
    kind: Array
    at: Array
    customers: PackedTexts
    products: PackedTexts
    is_known: Array


def read_interactions(view: ShopView) -> Interactions:
    """Every interaction that names a product, with codes that do not depend on the order of rows."""
    columns = ("actor_id", "customer_id", "product_id", "event", "at")
    table = view.table("interactions", columns)
    usable = pc.and_(pc.is_valid(table["product_id"]), pc.and_(pc.is_valid(table["actor_id"]), pc.is_valid(table["at"])))
    if not pc.all(usable).as_py() and len(table):
        table = table.filter(usable)
    catalog = view.table("products", ("product_id",))["product_id"]
    with ThreadPoolExecutor(2) as pool:  # Arrow works without the interpreter's lock
        of_products = pool.submit(_coded, table["product_id"], catalog)
        customer, customers = _coded(table["actor_id"])
        product, products = of_products.result()
    is_known = np.zeros(len(customers), np.bool_)
    is_known[customer[np.asarray(pc.is_valid(table["customer_id"]))]] = True
    kinds = pc.index_in(table["event"], value_set=pa.array(EVENT_KINDS, pa.string()))
    kind = np.asarray(pc.fill_null(kinds, UNKNOWN_KIND)).astype(np.uint8)
    at = np.asarray(table["at"].cast(pa.timestamp("us")).cast(pa.int64()))
    return Interactions(customer, product, kind, at, customers, products, is_known)


def _coded(column: pa.ChunkedArray, also: pa.ChunkedArray | None = None) -> tuple[Array, PackedTexts]:
    """(codes int32, the distinct texts in order of their bytes, with those of ``also``)."""
    # One piece: Arrow would code every chunk against a dictionary of its own and then bring millions of texts together again.
    pieces = [chunk.cast(pa.large_string()) for part in (column, also) if part is not None for chunk in part.chunks]
    values = pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string())
    encoded = values.dictionary_encode()
    order = _sorted(encoded.dictionary)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[np.asarray(encoded.indices)[: len(column)]], PackedTexts.from_arrow(encoded.dictionary.take(pa.array(order)))


def _sorted(texts: pa.LargeStringArray) -> Array:
    """The places of distinct texts in the order of their bytes; many are sorted as two halves at the same time."""
    if len(texts) < MANY_TEXTS:
        return np.asarray(pc.sort_indices(texts))
    sample = texts.take(pa.array(np.linspace(0, len(texts) - 1, SAMPLED).astype(np.int64)))
    pivot = sample[pc.sort_indices(sample)[SAMPLED // 2].as_py()]
    is_low = np.asarray(pc.less(texts, pivot))
    halves = np.flatnonzero(is_low), np.flatnonzero(~is_low)
    with ThreadPoolExecutor(2) as pool:
        orders = pool.map(lambda half: half[np.asarray(pc.sort_indices(texts.take(pa.array(half))))], halves)
        return np.concatenate(list(orders))


def read_texts(view: ShopView, products: PackedTexts) -> Texts:
    """The terms of every product: words, signs of words and attributes."""
    table = view.table("products", ("product_id", *TEXT_COLUMNS))
    return texts_of(table, products.codes_of(table["product_id"]))


PRODUCT_FACTS = (
    "product_id", "title", "brand", "product_type", "price", "sale_price", "cost", "availability", "item_group_id", "created_at",
)  # fmt: skip


def read_facts(view: ShopView) -> pa.Table:
    """What answers say about products and filter by, one row a product."""
    return view.table("products", PRODUCT_FACTS)


CATALOG = ("product_id", "brand", "product_type", "price", "sale_price", "cost", "created_at")


def read_products(view: ShopView, products: PackedTexts) -> Products:
    """What the catalog says of every product, by code: category, brand, the price that holds, cost, age and words."""
    table = view.table("products", CATALOG)
    code = products.codes_of(table["product_id"])
    price = pc.coalesce(table["sale_price"], table["price"])
    created_at = table["created_at"].cast(pa.timestamp("us")).cast(pa.int64())
    words = read_texts(view, products)
    n = len(products)
    return Products(
        category=_placed(code, _words_coded(table["product_type"]), n, -1, np.int32),
        brand=_placed(code, _words_coded(table["brand"]), n, -1, np.int32),
        price=_placed(code, pc.fill_null(price.cast(pa.float64()), np.nan), n, np.nan, np.float32),
        cost=_placed(code, pc.fill_null(table["cost"].cast(pa.float64()), np.nan), n, np.nan, np.float32),
        created_at=_placed(code, pc.fill_null(created_at, EARLIEST), n, EARLIEST, np.int64),
        text_product=words.product, text_term=words.term, text_importance=words.importance, n_terms=words.n_terms,
        term_kind=words.kind, vocabulary=words.vocabulary,
    )  # fmt: skip


EARLIEST = np.iinfo(np.int64).min


def _words_coded(column: pa.ChunkedArray) -> Array:
    """int32: the place of each text among the distinct ones in order of their bytes, -1 where there is none."""
    codes, _ = _coded(pc.fill_null(column, "")) if len(column) else (np.empty(0, np.int32), None)
    there = np.asarray(pc.fill_null(pc.not_equal(column, ""), False)) if len(column) else np.empty(0, np.bool_)
    return np.where(there, codes, -1)


def _placed(code: Array, values: Any, n: int, unknown: float, kind: Any) -> Array:
    """Values of the catalog's rows at their products' codes."""
    found = np.full(n, unknown, kind)
    known = code >= 0
    found[code[known]] = np.asarray(values)[known].astype(kind)
    return found


def read_titles(view: ShopView, products: PackedTexts) -> pa.Array:
    """The title of each product by code; null where the catalog has none."""
    table = view.table("products", ("product_id", "title"))
    place = np.full(len(products) + 1, -1, np.int64)
    place[products.codes_of(table["product_id"])] = np.arange(len(table))  # unknown ids fall on the spare last place
    titles = table["title"].combine_chunks()
    titles = titles.combine_chunks() if isinstance(titles, pa.ChunkedArray) else titles
    return titles.take(pa.array(place[:-1], mask=place[:-1] < 0))
