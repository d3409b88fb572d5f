"""The chance of an item in what is left of a basket when an antecedent is taken out, for items and for groups of them."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined, kernel
from shopkeeper.numerics.itemsets.baskets import Baskets, baskets_of
from shopkeeper.numerics.itemsets.rules.margins import Margins, fit_margins, log_y_of

N_STEPS = 40


@dataclass(frozen=True)
class Chances:
    """`Margins` of the items that baskets directly have, and what follows for items that stand for all below them.

    Item i stands for ``member[member_starts[i]:member_starts[i + 1]]``, itself among them. ``shift`` float64 [periods, items]
    is added to its log odds so that it is as frequent as it is; ``typical`` float64 [periods, items] the weight of one of its
    members.
    """

    margins: Margins
    member_starts: Array
    member: Array
    shift: Array
    typical: Array


@inlined
def chance(item, period, y, weight, member_starts, member, shift):
    """How probable the item is where a basket's y is given: none of its members is absent by chance."""
    low, high = member_starts[item], member_starts[item + 1]
    if high - low == 1:
        product = weight[period, member[low]] * y
        return product / (1.0 + product)
    total = 0.0
    for place in range(low, high):
        total += math.log1p(weight[period, member[place]] * y)
    odds = math.expm1(total) * math.exp(shift[period, item]) if total < 500.0 else np.inf
    return odds / (1.0 + odds) if odds < 1e300 else 1.0


@kernel
def _calibrate(items, n_of, n_with, y, weight, member_starts, member, shift):
    """The shift of each item that stands for several: Newton's steps, kept within 5 of where they are."""
    n_periods, n_classes = n_of.shape
    for item in items:
        for period in range(n_periods):
            wanted = min(float(n_with[period, item]), n_of[period].sum() - 0.5)
            if wanted <= 0.0:
                continue
            for _ in range(N_STEPS):
                total, slope = 0.0, 0.0
                for group in range(n_classes):
                    if n_of[period, group] > 0 and y[period, group] > 0.0:
                        p = chance(item, period, y[period, group], weight, member_starts, member, shift)
                        total += n_of[period, group] * p
                        slope += n_of[period, group] * p * (1.0 - p)
                if slope <= 1e-12:
                    break
                step = min(max((wanted - total) / slope, -2.0), 2.0)
                shift[period, item] += step
                if abs(step) < 1e-9:
                    break


@kernel
def _whole_baskets(size, log_y, log_size, out):
    nothing = np.empty(0)
    for period in range(len(log_y)):
        for group in range(len(size)):
            out[period, group] = math.exp(log_y_of(size[group], nothing, 0, log_y[period], log_size[period]))


def _members(parent: Array) -> tuple[Array, Array]:
    """(starts, member): each item and all below it."""
    above, below = [np.arange(len(parent))], [np.arange(len(parent))]
    current = np.asarray(parent)
    while (current >= 0).any():
        under = np.flatnonzero(current >= 0)
        above.append(current[under])
        below.append(under)
        current = np.where(current >= 0, parent[np.maximum(current, 0)], -1)
    found = baskets_of(np.concatenate(above), np.concatenate(below), len(parent), len(parent))
    return found.starts, found.item


def chances_of(baskets: Baskets, direct: Baskets, parent: Array, period: Array, n_periods: int) -> Chances:
    """What chance would put into baskets of these sizes in these periods.

    ``direct`` has the items that lines name, ``baskets`` also all above them by ``parent`` int32 [items] (-1: none); the same
    where nothing is above anything. ``period`` int [baskets] below ``n_periods``.
    """
    margins = fit_margins(direct, period, n_periods)
    starts, member = _members(np.asarray(parent, np.int32))
    shift = np.zeros((n_periods, len(parent)))
    groups = np.flatnonzero(np.diff(starts) > 1)
    weight = margins.weight
    typical = weight.copy()
    if len(groups):
        n_of = np.bincount(margins.stratum, minlength=margins.n_strata).reshape(n_periods, -1).astype(np.float64)
        basket = np.repeat(np.arange(len(baskets)), baskets.sizes)
        n_with = np.bincount(
            np.asarray(period)[basket] * baskets.n_items + baskets.item, minlength=n_periods * baskets.n_items
        ).reshape(n_periods, -1)
        y = np.empty((n_periods, len(margins.size)))
        _whole_baskets(margins.size, margins.log_y, margins.log_size, y)
        _calibrate(groups, n_of, n_with, y, weight, starts, member, shift)
        total = np.add.reduceat(weight[:, member], starts[:-1], axis=1)
        squares = np.add.reduceat(weight[:, member] ** 2, starts[:-1], axis=1)
        typical = np.divide(squares, total, out=np.zeros_like(total), where=total > 0)
    return Chances(margins, starts, member, shift, typical)
