"""From tables to arrays: the only place in this room that reads the shop."""

from __future__ import annotations

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
    ``member`` int32 [members] and ``member_starts`` int64 [items + 1]: the products that count as the item.
    """

    name: str
    baskets: Baskets
    ids: pa.LargeStringArray
    parent: Array
    member_starts: Array
    member: Array


def read_baskets(view: ShopView) -> ShopBaskets:
    """Every basket up to the view's moment."""
    table = view.sql('SELECT order_id, product_id, "at" FROM order_lines WHERE quantity > 0')
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
    n = len(shop.products)
    if name == "product":
        everyone = np.arange(n, dtype=np.int32)
        return Level(name, shop.baskets, shop.products, np.full(n, -1, np.int32), np.arange(n + 1), everyone)
    column = "product_type" if name == "category" else "brand"
    table = view.table("products", ("product_id", column))
    place = np.asarray(pc.fill_null(pc.index_in(shop.products, value_set=_whole(table["product_id"])), -1))
    words = [None if at < 0 else table[column][at].as_py() for at in place.tolist()]
    paths = [_path(word, name) for word in words]
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
        for above, below in zip(path, path[1:], strict=False):
            parent[code[below]] = code[above]
    pairs = [(code[word], product) for product, path in enumerate(paths) for word in path]
    item = np.array([each for each, _ in pairs], np.int64)
    product = np.array([each for _, each in pairs], np.int32)
    members = baskets_of(item, product, len(ids), len(paths))
    of_products = baskets_of(product, item, len(paths), len(ids))  # the items of each product
    n_items = of_products.sizes[shop.baskets.item]
    basket = np.repeat(np.repeat(np.arange(len(shop.baskets)), shop.baskets.sizes), n_items)
    first = np.repeat(of_products.starts[shop.baskets.item] - np.cumsum(n_items) + n_items, n_items)
    line = of_products.item[first + np.arange(len(first))] if len(first) else np.empty(0, np.int32)
    baskets = baskets_of(basket, line, len(shop.baskets), len(ids))
    return Level(name, baskets, pa.array(ids, pa.large_string()), parent, members.starts, members.item)
