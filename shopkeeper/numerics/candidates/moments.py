"""When things happened: how old each entry of a past is, when products were seen, and how long customers wait to come back."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY
from shopkeeper.numerics.sparse_rows import Log, Rows

DAY = MICROSECONDS_A_DAY


@kernel
def _ages(low, high, log_starts, kind, at, weights, now, starts, step, out):
    for row in range(low, high):
        entry, end = starts[row], starts[row + 1]
        place = log_starts[row + 1] - 1
        here, moment = -1, np.int64(0)
        while entry < end:  # steps only grow along a row, and each distinct moment of a counted event is one step
            while here < step[entry]:
                if weights[kind[place]] > 0.0 and (here < 0 or at[place] != moment):
                    here += 1
                    moment = at[place]
                place -= 1
            out[entry] = max(now - moment, 0) / DAY
            entry += 1


def ages_days(log: Log, rows: Rows, kind_weight: Array, now: int) -> Array:
    """float32 [entries of rows]: days from the newest event of each entry to ``now`` (microseconds).

    ``rows`` are what `sparse_rows.merge` made of ``log`` with the same ``kind_weight``.
    """
    out = np.zeros(len(rows.product), np.float32)
    weights = np.asarray(kind_weight, np.float64)
    in_threads(
        lambda low, high: _ages(low, high, log.starts, log.kind, log.at, weights, int(now), rows.starts, rows.step, out),
        ranges(np.diff(log.starts), 2 * n_threads()),
    )
    return out


@kernel
def _seen(product, kind, at, weights, first, last):
    for place in range(len(product)):
        if weights[kind[place]] > 0.0:
            what = product[place]
            first[what] = min(first[what], at[place])
            last[what] = max(last[what], at[place])


def first_and_last(log: Log, kind_weight: Array) -> tuple[Array, Array]:
    """(int64 [products], int64 [products]): microseconds of each product's first and last event that counts.

    A product without any has the largest number for the first and the smallest for the last.
    """
    limits = np.iinfo(np.int64)
    first, last = np.full(log.n_products, limits.max), np.full(log.n_products, limits.min)
    _seen(log.product, log.kind, log.at, np.asarray(kind_weight, np.float64), first, last)
    return first, last


@kernel
def _returns(starts, group_of, kind, at, counted, day, last, seen_in, total, n_gaps, n_first):
    for row in range(len(starts) - 1):
        for place in range(starts[row], starts[row + 1]):
            group = group_of[place]
            if group < 0 or counted[kind[place]] <= 0.0:
                continue
            if seen_in[group] != row:
                seen_in[group] = row
                n_first[group] += 1
                last[group] = at[place]
            elif at[place] - last[group] >= day:  # looks, carts and purchases of the same day are one visit
                total[group] += np.log((at[place] - last[group]) / day)
                n_gaps[group] += 1
                last[group] = at[place]


def returns(log: Log, group_of_event: Array, n_groups: int, counted: Array) -> tuple[Array, Array, Array]:
    """(mean log days between a customer's events with a group float64, number of gaps int64, of customers int64), each [groups].

    ``group_of_event`` int64 [events] (-1: none) says what is chosen again (the product, its category); events of kinds with
    ``counted`` float > 0 count, those less than a day after the last one belong to it. Without a gap the mean is NaN.
    """
    last, seen_in = np.zeros(n_groups, np.int64), np.full(n_groups, -1, np.int64)
    total, n_gaps, n_first = np.zeros(n_groups), np.zeros(n_groups, np.int64), np.zeros(n_groups, np.int64)
    counted = np.asarray(counted, np.float64)
    _returns(log.starts, group_of_event, log.kind, log.at, counted, DAY, last, seen_in, total, n_gaps, n_first)
    return np.where(n_gaps > 0, total / np.maximum(n_gaps, 1), np.nan), n_gaps, n_first
