"""From tables to arrays: the only place in this room that reads the shop."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.itemsets.baskets import Baskets, baskets_of

SEPARATOR = " > "
LEVELS = ("product", "category", "brand")


@dataclass(frozen=True)
class ShopBaskets:
    """One basket an order, guests' too: the distinct products of its lines with a positive quantity, in order of time.

    What was cancelled is no basket.

    ``at`` int64 [baskets] is the moment (microseconds since 1970) of the order's first line; orders of one moment are in order of
    their numbers. ``products`` are the products' numbers in order of their bytes: a code is a place among them.
    """

    baskets: Baskets
    at: Array
    products: pa.LargeStringArray


@dataclass(frozen=True)
class Level:
    """The same baskets looked at by ``name``'s items: products, categories or brands.

    ``ids`` says what each code is. ``parent`` int32 [items] is the item right above (a category's), -1 where there is none.
    ``direct`` are the baskets of what products say themselves, without what is above it; where nothing is, ``baskets``.
    """

    name: str
    baskets: Baskets
    direct: Baskets
    ids: pa.LargeStringArray
    parent: Array


def read_baskets(view: ShopView) -> ShopBaskets:
    """Every basket up to the view's moment."""
    table = view.sql('SELECT order_id, product_id, "at" FROM sold_lines WHERE quantity > 0')
    with ThreadPoolExecutor(2) as pool:  # Arrow works without the interpreter's lock
        of_products = pool.submit(_coded, table["product_id"])
        order, orders = _coded(table["order_id"])
        product, products = of_products.result()
    at = np.asarray(table["at"].cast(pa.timestamp("us")).cast(pa.int64()))
    first = np.full(len(orders), np.iinfo(np.int64).max)
    np.minimum.at(first, order, at)
    in_time = np.argsort(first, kind="stable")  # codes of orders are in order of their numbers, so ties are too
    place = np.empty(len(orders), np.int32)
    place[in_time] = np.arange(len(orders), dtype=np.int32)
    return ShopBaskets(baskets_of(place[order], product, len(orders), len(products)), first[in_time], products)


def _coded(column: pa.ChunkedArray) -> tuple[Array, pa.LargeStringArray]:
    """(codes int32, the distinct texts in order of their bytes)."""
    pieces = [chunk.cast(pa.large_string()) for chunk in column.chunks]
    encoded = (pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string())).dictionary_encode()
    order = np.asarray(pc.sort_indices(encoded.dictionary))
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank[np.asarray(encoded.indices)], encoded.dictionary.take(pa.array(order))


def read_views(view: ShopView, products: pa.LargeStringArray) -> Baskets:
    """What was looked at in the same visit, one row a visit, in order of the visits' numbers, by the codes of ``products``."""
    table = view.sql(
        "SELECT session_id, product_id FROM events "
        "WHERE event IN ('view_item', 'select_item') AND session_id IS NOT NULL AND product_id IS NOT NULL"
    )
    found = pc.index_in(table["product_id"].cast(pa.large_string()), value_set=products)
    known = np.asarray(pc.is_valid(found))
    visit, visits = _coded(table["session_id"])
    product = np.asarray(pc.fill_null(found, -1)).astype(np.int32)
    return baskets_of(visit[known], product[known], len(visits), len(products))


def read_level(view: ShopView, shop: ShopBaskets, name: str) -> Level:
    """The baskets by product, by category with all categories above it (Srikant & Agrawal 1995), or by brand."""
    if name == "product":
        return Level(name, shop.baskets, shop.baskets, shop.products, np.full(len(shop.products), -1, np.int32))
    column = "product_type" if name == "category" else "brand"
    table = view.table("products", ("product_id", column))
    place = np.asarray(pc.fill_null(pc.index_in(shop.products, value_set=_whole(table["product_id"])), -1))
    known = table[column].to_pylist()
    paths = [_path(known[at], name) if at >= 0 else [] for at in place.tolist()]
    return _level(name, shop, paths)


def _whole(column: pa.ChunkedArray) -> pa.LargeStringArray:
    pieces = [chunk.cast(pa.large_string()) for chunk in column.chunks]
    return pa.concat_arrays(pieces) if pieces else pa.array([], pa.large_string())


def _path(word: str | None, name: str) -> list[str]:
    """The item itself and all above it, the topmost first."""
    if not word or not word.strip():
        return []
    if name == "brand":
        return [word]
    parts = [part.strip() for part in word.split(SEPARATOR.strip()) if part.strip()]
    return [SEPARATOR.join(parts[: depth + 1]) for depth in range(len(parts))]


def _level(name: str, shop: ShopBaskets, paths: list[list[str]]) -> Level:
    ids = sorted({word for path in paths for word in path}, key=str.encode)
    code = {word: place for place, word in enumerate(ids)}
    parent = np.full(len(ids), -1, np.int32)
    for path in paths:
        for above, below in itertools.pairwise(path):
            parent[code[below]] = code[above]
    baskets = _by_items(shop.baskets, [[code[word] for word in path] for path in paths], len(ids))
    direct = (
        _by_items(shop.baskets, [[code[path[-1]]] if path else [] for path in paths], len(ids))
        if (parent >= 0).any()
        else baskets
    )
    return Level(name, baskets, direct, pa.array(ids, pa.large_string()), parent)


def _by_items(baskets: Baskets, items_of: list[list[int]], n_items: int) -> Baskets:
    """The baskets by the items of their products: ``items_of`` has those of each product."""
    sizes = np.array([len(items) for items in items_of], np.int64)
    items = np.array([item for items in items_of for item in items], np.int32)
    starts = np.cumsum(sizes) - sizes
    n_each = sizes[baskets.item]
    basket = np.repeat(np.repeat(np.arange(len(baskets)), baskets.sizes), n_each)
    first = np.repeat(starts[baskets.item] - (np.cumsum(n_each) - n_each), n_each)
    return baskets_of(basket, items[first + np.arange(len(first))], len(baskets), n_items)
