"""Sparse rows: what belongs to each customer, in order of time, built by counting sort.

A log of events (customer, product, kind, moment) becomes rows sorted by time, then rows with each product once, newest first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges


@dataclass(frozen=True)
class Log:
    """Events of each customer in order of time: row r is ``[starts[r], starts[r + 1])`` of the other arrays.

    product int32, kind uint8, at int64 (microseconds since 1970).
    """

    starts: Array
    product: Array
    kind: Array
    at: Array
    n_products: int

    @property
    def n_rows(self) -> int:
        """How many customers there are."""
        return len(self.starts) - 1


@dataclass(frozen=True)
class Rows:
    """Each product once in a customer's row, newest first: row r is ``[starts[r], starts[r + 1])`` of the other arrays.

    ``step`` int32 counts the customer's distinct moments back from the newest (0); ``weight`` float32 is the largest weight
    of the events merged, ``count`` int32 how many they were, ``kinds`` uint32 has bit k set for each kind k among them.
    """

    starts: Array
    product: Array
    step: Array
    weight: Array
    count: Array
    kinds: Array
    n_products: int

    @property
    def n_rows(self) -> int:
        """How many customers there are."""
        return len(self.starts) - 1

    @property
    def sizes(self) -> Array:
        """How many products each row has."""
        return np.diff(self.starts)


@kernel
def _scatter(group: Array, nexts: Array, out: Array) -> None:
    for place in range(len(group)):
        code = group[place]
        out[nexts[code]] = place
        nexts[code] += 1


def counting_sort(group: Array, n_groups: int) -> tuple[Array, Array]:
    """(starts int64 [n_groups + 1], order int32 or int64): places of each group's members, stable."""
    starts = np.zeros(n_groups + 1, np.int64)
    np.cumsum(np.bincount(group, minlength=n_groups), out=starts[1:])
    order = np.empty(len(group), np.int32 if len(group) < 2**31 else np.int64)
    _scatter(group, starts[:-1].copy(), order)
    return starts, order


@inlined
def _comes_before(at: int, key: int, other_at: int, other_key: int) -> bool:
    return at < other_at or (at == other_at and key < other_key)


@kernel
def _sort_rows(low: int, high: int, starts: Array, product: Array, kind: Array, at: Array) -> None:
    """Shell sort of each row by (at, product, kind), in place: rows are short and often nearly sorted."""
    for row in range(low, high):
        first = starts[row]
        size = starts[row + 1] - first
        gap = 1
        while gap < size // 3:
            gap = 3 * gap + 1
        while gap > 0:
            for place in range(first + gap, first + size):
                moment = at[place]
                what = product[place]
                how = kind[place]
                key = np.int64(what) * 256 + how
                hole = place
                while hole >= first + gap:
                    other = hole - gap
                    if not _comes_before(moment, key, at[other], np.int64(product[other]) * 256 + kind[other]):
                        break
                    at[hole] = at[other]
                    product[hole] = product[other]
                    kind[hole] = kind[other]
                    hole = other
                at[hole] = moment
                product[hole] = what
                kind[hole] = how
            gap //= 3


def build_log(customer: Array, product: Array, kind: Array, at: Array, n_customers: int, n_products: int) -> Log:
    """The events of each customer sorted by (moment, product, kind); the order of the input does not matter."""
    starts, order = counting_sort(customer, n_customers)
    log = Log(
        starts,
        product[order].astype(np.int32, copy=False),
        kind[order].astype(np.uint8, copy=False),
        at[order].astype(np.int64, copy=False),
        n_products,
    )
    spans = ranges(np.diff(starts), 8 * n_threads())
    in_threads(lambda low, high: _sort_rows(low, high, log.starts, log.product, log.kind, log.at), spans)
    return log


@kernel
def _cut_counts(starts: Array, at: Array, low_at: int, high_at: int, counts: Array) -> None:
    for row in range(len(starts) - 1):
        for place in range(starts[row], starts[row + 1]):
            if low_at <= at[place] < high_at:
                counts[row] += 1


def cut(log: Log, low_at: int, high_at: int) -> Log:
    """The events with ``low_at <= at < high_at``; every customer keeps a row, which may be empty."""
    counts = np.zeros(log.n_rows, np.int64)
    _cut_counts(log.starts, log.at, low_at, high_at, counts)
    starts = np.zeros(log.n_rows + 1, np.int64)
    np.cumsum(counts, out=starts[1:])
    kept = (log.at >= low_at) & (log.at < high_at)
    return Log(starts, log.product[kept], log.kind[kept], log.at[kept], log.n_products)


def choose_rows(log: Log, chosen: Array) -> Log:
    """The rows ``chosen`` (codes, increasing), numbered anew from 0."""
    sizes = np.diff(log.starts)
    kept = np.repeat(np.isin(np.arange(log.n_rows), chosen), sizes)
    starts = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum(sizes[chosen], out=starts[1:])
    return Log(starts, log.product[kept], log.kind[kept], log.at[kept], log.n_products)


@kernel
def _merge_rows(
    low: int,
    high: int,
    starts: Array,
    product: Array,
    kind: Array,
    at: Array,
    kind_weight: Array,
    now: int,
    decay_per_day: float,
    n_products: int,
    sizes: Array,
    out_product: Array,
    out_step: Array,
    out_weight: Array,
    out_count: Array,
    out_kinds: Array,
) -> None:
    place_of = np.full(n_products, -1, np.int64)
    for row in range(low, high):
        first = starts[row]
        end = first
        step = -1
        moment = np.int64(0)
        for place in range(starts[row + 1] - 1, first - 1, -1):
            value = kind_weight[kind[place]]
            if value <= 0.0:
                continue
            if step < 0 or at[place] != moment:
                step += 1
                moment = at[place]
            value *= np.exp(-decay_per_day * max(0.0, (now - moment) / 86_400e6))
            what = product[place]
            found = place_of[what]
            if found < first:
                found = end
                end += 1
                place_of[what] = found
                out_product[found] = what
                out_step[found] = step
                out_weight[found] = value
                out_count[found] = 0
                out_kinds[found] = 0
            out_weight[found] = max(out_weight[found], value)
            out_count[found] += 1
            out_kinds[found] |= np.uint32(1) << np.uint32(kind[place])
        sizes[row] = end - first
        for found in range(first, end):
            place_of[out_product[found]] = -1


def merge(log: Log, kind_weight: Array, now: int, half_life_days: float) -> Rows:
    """Each product once in each row, newest first. Events of kinds with weight 0 are left out.

    ``kind_weight`` float [number of kinds]; an event's weight is halved every ``half_life_days`` before ``now`` (microseconds;
    infinity: never). A product seen several times weighs as its strongest event.
    """
    n_events = len(log.product)
    sizes = np.zeros(log.n_rows, np.int64)
    out = (
        np.empty(n_events, np.int32), np.empty(n_events, np.int32), np.empty(n_events, np.float32),
        np.empty(n_events, np.int32), np.empty(n_events, np.uint32),
    )  # fmt: skip
    weights = np.asarray(kind_weight, np.float64)
    decay = np.log(2.0) / half_life_days

    def call(low: int, high: int) -> None:
        _merge_rows(
            low, high, log.starts, log.product, log.kind, log.at, weights, now, decay, log.n_products, sizes, *out
        )  # fmt: skip

    in_threads(call, ranges(np.diff(log.starts), 2 * n_threads()))
    starts = np.zeros(log.n_rows + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    if starts[-1] == n_events:
        return Rows(starts, *out, n_products=log.n_products)
    kept = np.arange(n_events) - np.repeat(log.starts[:-1], np.diff(log.starts)) < np.repeat(sizes, np.diff(log.starts))
    return Rows(starts, *(values[kept] for values in out), n_products=log.n_products)


def only_first(rows: Rows, limit: int) -> Rows:
    """At most the ``limit`` newest products of each row."""
    sizes = rows.sizes
    if len(sizes) == 0 or sizes.max(initial=0) <= limit:
        return rows
    place = np.arange(len(rows.product)) - np.repeat(rows.starts[:-1], sizes)
    kept = place < limit
    starts = np.zeros(rows.n_rows + 1, np.int64)
    np.cumsum(np.minimum(sizes, limit), out=starts[1:])
    columns = (rows.product, rows.step, rows.weight, rows.count, rows.kinds)
    return Rows(starts, *(values[kept] for values in columns), n_products=rows.n_products)


Tell = Callable[[float], None]
