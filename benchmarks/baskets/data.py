"""Baskets to measure on: a shop's order lines, and generated ones in the manner of IBM's Quest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def online_retail(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """(basket, item) of the lines with a positive quantity and a price: `DIR/online_retail/online_retail.parquet`."""
    table = pq.read_table(folder / "online_retail" / "online_retail.parquet", columns=["InvoiceNo", "StockCode", "Quantity"])
    table = table.filter(pc.and_(pc.greater(table["Quantity"], 0), pc.is_valid(table["StockCode"])))
    return _codes(table["InvoiceNo"]), _codes(table["StockCode"])


def order_lines(file: Path) -> tuple[np.ndarray, np.ndarray]:
    """(basket, item) of any Parquet file with `order_id`, `product_id` and, if it has returns, `quantity`."""
    table = pq.read_table(file)
    if "quantity" in table.column_names:
        table = table.filter(pc.greater(table["quantity"], 0))
    return _codes(table["order_id"]), _codes(table["product_id"])


def _codes(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.cast(pa.string()).combine_chunks().dictionary_encode().indices).astype(np.int32)


def quest(n_lines: int, *, n_items: int = 10_000, n_patterns: int = 2_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """(basket, item): about ``n_lines`` lines, ten a basket, made of patterns of four (Agrawal & Srikant 1994, T10.I4).

    Patterns take half of their items from the one before, are drawn by exponential weights, and lose items with a chance of their
    own; a basket takes patterns until it is full.
    """
    random = np.random.default_rng(seed)
    patterns, before = [], np.empty(0, np.int64)
    for _ in range(n_patterns):
        size = 1 + random.poisson(3)
        kept = before[: int(min(random.exponential(0.5), 1.0) * len(before))]
        before = random.permutation(np.unique(np.concatenate((kept, random.integers(0, n_items, size)))))[:size]
        patterns.append(before)
    weight = random.exponential(size=n_patterns)
    loses = np.clip(random.normal(0.5, 0.1, n_patterns), 0.05, 0.95)
    starts = np.cumsum([0, *(len(each) for each in patterns)])
    item_of, size_of = np.concatenate(patterns), np.diff(starts)
    n_baskets = n_lines // 10
    wanted = np.maximum(1, random.poisson(9, n_baskets))
    has, baskets, items = np.zeros(n_baskets, np.int64), [], []
    open_ = np.arange(n_baskets)
    while len(open_):
        pattern = random.choice(n_patterns, len(open_), p=weight / weight.sum())
        sizes = size_of[pattern]
        basket = np.repeat(open_, sizes)
        place = np.arange(len(basket)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(starts[pattern], sizes)
        stays = random.random(len(basket)) >= np.repeat(loses[pattern], sizes)
        baskets.append(basket[stays].astype(np.int32))
        items.append(item_of[place[stays]].astype(np.int32))
        has += np.bincount(baskets[-1], minlength=n_baskets)
        open_ = open_[has[open_] < wanted[open_]]
    return np.concatenate(baskets), np.concatenate(items)
