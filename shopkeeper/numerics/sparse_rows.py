"""Sparse rows: what belongs to each customer, in order of time, built by counting sort.

A log of events (customer, product, kind, moment) becomes rows sorted by time, then rows with each product once, newest first.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

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

    def only(self, kept_rows: Array) -> Rows:
        """The rows where ``kept_rows`` bool [rows] holds, numbered anew from 0."""
        starts = np.zeros(int(kept_rows.sum()) + 1, np.int64)
        np.cumsum(self.sizes[kept_rows], out=starts[1:])
        return self.entries(starts, np.repeat(kept_rows, self.sizes))

    def entries(self, starts: Array, kept: Array) -> Rows:
        """The entries where ``kept`` bool [entries] holds, as rows that begin at ``starts``."""
        columns = (self.product, self.step, self.weight, self.count, self.kinds)
        product, step, weight, count, kinds = (values[kept] for values in columns)
        return Rows(starts, product, step, weight, count, kinds, self.n_products)


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


@inlined
def _sort_row(first, end, gap, product, kind, at):
    """One pass of Shell's sort over ``[first, end)`` by (at, product, kind), in place."""
    for place in range(first + gap, end):
        moment, what, how = at[place], product[place], kind[place]
        key = np.int64(what) * 256 + how
        hole = place
        while hole >= first + gap:
            other = hole - gap
            if not _comes_before(moment, key, at[other], np.int64(product[other]) * 256 + kind[other]):
                break
            at[hole], product[hole], kind[hole] = at[other], product[other], kind[other]
            hole = other
        at[hole], product[hole], kind[hole] = moment, what, how


@kernel
def _sort_rows(low, high, starts, product, kind, at):
    """Sort each row in place: rows are short and often nearly sorted."""
    for row in range(low, high):
        size = starts[row + 1] - starts[row]
        gap = 1
        while gap < size // 3:
            gap = 3 * gap + 1
        while gap > 0:
            _sort_row(starts[row], starts[row + 1], gap, product, kind, at)
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


@inlined
def _merge_row(first, last, log, weights, now, decay_per_day, place_of, out):
    """Merge one row from its newest event back; where the merged row ends."""
    product, kind, at = log
    out_product, out_step, out_weight, out_count, out_kinds = out
    end, step, moment = first, -1, np.int64(0)
    for place in range(last - 1, first - 1, -1):
        value = weights[kind[place]]
        if value <= 0.0:
            continue
        if step < 0 or at[place] != moment:
            step += 1
            moment = at[place]
        value *= np.exp(-decay_per_day * max(0.0, (now - moment) / 86_400e6))
        what = product[place]
        found = place_of[what]
        if found < 0:
            found = end
            end += 1
            place_of[what] = found
            out_product[found], out_step[found], out_weight[found] = what, step, value
            out_count[found], out_kinds[found] = 0, 0
        out_weight[found] = max(out_weight[found], value)
        out_count[found] += 1
        out_kinds[found] |= np.uint32(1) << np.uint32(kind[place])
    for found in range(first, end):
        place_of[out_product[found]] = -1
    return end


@kernel
def _merge_rows(low, high, starts, log, weights, now, decay_per_day, n_products, sizes, out):
    place_of = np.full(n_products, -1, np.int64)
    for row in range(low, high):
        sizes[row] = _merge_row(starts[row], starts[row + 1], log, weights, now, decay_per_day, place_of, out) - starts[row]


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
    columns = (log.product, log.kind, log.at)
    weights = np.asarray(kind_weight, np.float64)
    decay = float(np.log(2.0) / half_life_days)
    in_threads(
        lambda low, high: _merge_rows(
            low, high, log.starts, columns, weights, int(now), decay, log.n_products, sizes, out
        ),
        ranges(np.diff(log.starts), 2 * n_threads()),
    )  # fmt: skip
    starts = np.zeros(log.n_rows + 1, np.int64)
    np.cumsum(sizes, out=starts[1:])
    if starts[-1] == n_events:
        return Rows(starts, *out, log.n_products)
    full = np.diff(log.starts)
    kept = np.arange(n_events) - np.repeat(log.starts[:-1], full) < np.repeat(sizes, full)
    return Rows(log.starts, *out, log.n_products).entries(starts, kept)


def only_first(rows: Rows, limit: int) -> Rows:
    """At most the ``limit`` newest products of each row."""
    sizes = rows.sizes
    if len(sizes) == 0 or sizes.max(initial=0) <= limit:
        return rows
    place = np.arange(len(rows.product)) - np.repeat(rows.starts[:-1], sizes)
    kept = place < limit
    starts = np.zeros(rows.n_rows + 1, np.int64)
    np.cumsum(np.minimum(sizes, limit), out=starts[1:])
    return rows.entries(starts, kept)
