"""Frequent itemsets by whichever method suits, within limits: too much asked raises the support to what fits, and is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shopkeeper.core.errors import unknown
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.itemsets.apriori import apriori
from shopkeeper.numerics.itemsets.baskets import Baskets, Ranked, ranked
from shopkeeper.numerics.itemsets.eclat import eclat
from shopkeeper.numerics.itemsets.found import COMPLETE, TOO_MANY, Itemsets, in_order
from shopkeeper.numerics.itemsets.fp_growth import fp_growth

Search = Callable[..., tuple[list[Array], int]]
METHODS: dict[str, Search] = {"eclat": eclat, "fp_growth": fp_growth, "apriori": apriori}
AUTO = ("eclat", "fp_growth")
"""Eclat won on every density that was measured (benchmarks/baskets); where its bits do not fit, FP-Growth's tree may."""
RAISED = 1.3
"""What the support is multiplied with when a search does not fit; each try stops at the limits, so a few cost little."""


@dataclass(frozen=True)
class Limits:
    """What a search may take: ``max_items`` in a set, ``max_sets`` in all, ``max_bytes`` of memory to count in, each thread."""

    max_items: int = 5
    max_sets: int = 1_000_000
    max_bytes: int = 500_000_000


@dataclass(frozen=True)
class Mined:
    """Itemsets of one item and more in at least ``min_count`` baskets; ``min_count`` is larger than asked if that did not fit."""

    itemsets: Itemsets
    min_count: int
    method: str


def frequent_itemsets(
    baskets: Baskets,
    min_count: int,
    *,
    parent: Array | None = None,
    method: str = "auto",
    limits: Limits | None = None,
    tell: Tell = quiet,
) -> Mined:
    """Every set of up to ``limits.max_items`` items that is in at least ``min_count`` baskets; all methods find the same.

    ``parent`` int32 [items]: the item right above each, or -1; no set has an item and one above it (Srikant & Agrawal 1995).
    ``method``: auto, eclat, fp_growth or apriori; `UnknownName` otherwise.
    """
    if method != "auto" and method not in METHODS:
        raise unknown("method", method, ("auto", *METHODS), next="set method to one of them")
    limits = limits or Limits()
    above = np.full(baskets.n_items, -1, np.int32) if parent is None else np.asarray(parent, np.int32)
    min_count = max(1, min_count)
    while True:
        rows = ranked(baskets, min_count)
        for name in AUTO if method == "auto" else (method,):
            parts, ended = _searched(rows, min_count, above, name, limits, tell)
            if ended == COMPLETE:
                return Mined(in_order([_singles(rows), *parts], rows.code, len(baskets)), min_count, name)
            if ended == TOO_MANY:
                break
        min_count = math.ceil(min_count * RAISED)


def _searched(rows: Ranked, min_count: int, parent: Array, name: str, limits: Limits, tell: Tell) -> tuple[list[Array], int]:
    n_left = limits.max_sets - len(rows.code)
    if n_left < 0:
        return [], TOO_MANY
    if limits.max_items < 2 or len(rows.code) < 2:
        return [], COMPLETE
    return METHODS[name](rows, min_count, limits.max_items, parent, max_sets=n_left, max_bytes=limits.max_bytes, tell=tell)


def _singles(rows: Ranked) -> Array:
    n = len(rows.code)
    flat: Array = np.stack((np.ones(n), rows.count, np.arange(n)), axis=1).astype(np.int32).ravel()
    return flat
