"""Visits cut from customers' events, and the index from each product to the newest visits that had it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log, Rows, counting_sort, merge, only_first

MINUTE = 60_000_000  # microseconds
RANKS_BELOW = 1_000 * 1_000_000  # no shop was open in the first 1,000 seconds of 1970: such moments are places in an order


@dataclass(frozen=True)
class Visits:
    """Each product once in a visit, newest first, visits in order of their end: visit v is ``[starts[v], starts[v + 1])``.

    product int32, weight float32; ``end_at`` int64 [visits] in microseconds, ``row`` int32 [visits] the customer's row.
    """

    starts: Array
    product: Array
    weight: Array
    end_at: Array
    row: Array
    n_products: int

    @property
    def n_visits(self) -> int:
        """How many visits there are."""
        return len(self.starts) - 1


def are_ranks(log: Log) -> bool:
    """Whether the moments are mere places in an order (0, 1, 2, ...), between which no time passes."""
    return len(log.at) == 0 or (int(log.at.min()) >= 0 and int(log.at.max()) < RANKS_BELOW)


def visit_starts(log: Log, pause_minutes: float) -> Array:
    """int64 [visits + 1]: where visits begin: at each customer's first event and after each longer pause.

    ``pause_minutes`` 0, or moments that are mere ranks: a customer's row is one visit. Empty rows have none.
    """
    n_events = len(log.product)
    begins = np.zeros(n_events, bool)
    begins[log.starts[:-1][np.diff(log.starts) > 0]] = True
    if pause_minutes > 0 and not are_ranks(log):
        begins[1:] |= np.diff(log.at) > pause_minutes * MINUTE
    return np.append(np.flatnonzero(begins), n_events).astype(np.int64)


def cut_visits(log: Log, kind_weight: Array, *, pause_minutes: float, longest: int, shortest: int = 2) -> Visits:
    """The visits with at least ``shortest`` products, of each at most the ``longest`` newest ones.

    ``kind_weight`` float [kinds]: events of weight 0 are left out, a product weighs as its strongest event in the visit.
    """
    starts = visit_starts(log, pause_minutes)
    row = np.searchsorted(log.starts, starts[:-1], side="right").astype(np.int32) - np.int32(1)
    inside = Log(starts, log.product, log.kind, log.at, log.n_products)
    rows = only_first(merge(inside, kind_weight, 0, np.inf), longest)
    end_at = np.zeros(len(row), np.int64) if are_ranks(log) else log.at[starts[1:] - 1]
    return in_order(rows, end_at, row, shortest)


def in_order(rows: Rows, end_at: Array, row: Array, shortest: int = 1) -> Visits:
    """The rows with at least ``shortest`` products as visits, those that ended first in front."""
    kept = rows.sizes >= shortest
    rows, row, end_at = rows.only(kept), row[kept], end_at[kept]
    order = np.argsort(end_at, kind="stable")
    sizes = rows.sizes[order]
    starts = np.zeros(len(order) + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    place = np.arange(starts[-1]) + np.repeat(rows.starts[:-1][order] - starts[:-1], sizes)
    return Visits(starts, rows.product[place], rows.weight[place], end_at[order], row[order], rows.n_products)


def newest_visits(visits: Visits, limit: int) -> tuple[Array, Array, Array]:
    """(starts int64 [products + 1], visit int32, count int32 [products]): each product's ``limit`` newest visits, newest first.

    ``count`` is how many visits have the product in all.
    """
    starts, order = counting_sort(visits.product, visits.n_products)
    count = np.diff(starts)
    kept = np.minimum(count, limit)
    index_starts = np.zeros(visits.n_products + 1, np.int64)
    np.cumsum(kept, out=index_starts[1:])
    back = np.arange(index_starts[-1]) - np.repeat(index_starts[:-1], kept)
    place = order[np.repeat(starts[1:] - 1, kept) - back]
    visit = np.repeat(np.arange(visits.n_visits, dtype=np.int32), np.diff(visits.starts))[place]
    return index_starts, visit, count.astype(np.int32)
