"""The itemsets that rules are made of, in which baskets they are, and what chance would make of those baskets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.itemsets.families import parts
from shopkeeper.numerics.itemsets.found import Itemsets
from shopkeeper.numerics.itemsets.mining import Limits, Mined, frequent_itemsets
from shopkeeper.numerics.itemsets.rules.chances import Chances, chances_of
from shopkeeper.numerics.itemsets.rules.contained import Contained, contained


@dataclass(frozen=True)
class Wanted:
    """Which rules are looked for.

    ``min_support`` share of the baskets, of all or of the last period's; never fewer than ``fewest`` baskets. ``error_rate``: the
    chance that any rule that is kept is wrong. ``min_lift`` is over what chance puts into baskets of these sizes. ``productive``:
    every item of a longer antecedent must be needed. ``n_families``: how many such searches share the error rate.
    """

    min_support: float = 0.005
    fewest: int = 5
    min_confidence: float = 0.1
    min_lift: float = 1.2
    error_rate: float = 0.05
    productive: bool = True
    method: str = "auto"
    limits: Limits = Limits()  # noqa: RUF009 - it is frozen
    n_families: int = 1

    def least(self, n_baskets: int) -> int:
        """How many of ``n_baskets`` an itemset is in at least."""
        return max(self.fewest, math.ceil(self.min_support * n_baskets))


@dataclass(frozen=True)
class Seen:
    """The ``itemsets`` that rules are made of, frequent in all baskets or in the recent ones.

    ``part`` is `families.parts`; ``count`` int32 [all but the largest sets, strata] and ``n_with`` int64 [sets, periods] the
    baskets with each, ``first`` int64 [sets] the first of those. ``n_tried`` int64 [antecedent's size] counts the rules that
    were looked at; ``min_count`` is the support in all baskets, raised where the one asked for did not fit.
    """

    itemsets: Itemsets
    part: Array
    count: Array
    n_with: Array
    first: Array
    chances: Chances
    n_tried: Array
    min_count: int


def look(
    baskets: Baskets, direct: Baskets, parent: Array, period: Array, n_periods: int, wanted: Wanted, tell: Tell = quiet
) -> Seen:
    """The itemsets that are frequent in all baskets, and the pairs that are frequent in the recent ones alone.

    Arguments as of `finding.find_rules`.
    """
    chances = chances_of(baskets, direct, parent, period, n_periods)
    mined = _mined(baskets, parent, period, n_periods, wanted, chances.margins.n_strata, tell)
    largest = max(each.itemsets.largest for each in mined)
    rows = [_distinct([each.itemsets.rows(size) for each in mined]) for size in range(1, largest + 1)]
    blocks = []
    for size, each in enumerate(rows, start=1):
        # The largest sets are no rule's antecedent: that they are counted by period is enough.
        by_stratum = size < largest or largest == 1
        stratum, n_strata = (chances.margins.stratum, chances.margins.n_strata) if by_stratum else (period, n_periods)
        found = contained(baskets, each, stratum, n_strata)
        order = np.lexsort((*each.T[::-1], -found.count.sum(axis=1)))
        blocks.append((each[order], Contained(found.count[order], found.first[order]), by_stratum))
    itemsets, n_with = _as_itemsets(blocks, n_periods, len(baskets))
    none = np.zeros((0, chances.margins.n_strata), np.int32)
    count = np.concatenate([none, *(found.count for _, found, by_stratum in blocks if by_stratum)])
    first = np.concatenate([np.zeros(0, np.int64), *(found.first for _, found, _ in blocks)])
    n_rules = _n_rules_tried(itemsets, wanted.limits.max_items)
    return Seen(itemsets, parts(itemsets), count, n_with, first, chances, n_rules, mined[0].min_count)


def _mined(
    baskets: Baskets, parent: Array, period: Array, n_periods: int, wanted: Wanted, n_strata: int, tell: Tell
) -> list[Mined]:
    """What is frequent in all baskets, and items and pairs that are in the recent ones."""
    room = max(1000, min(wanted.limits.max_sets, wanted.limits.max_bytes // (4 * n_strata + 1)))
    limits = replace(wanted.limits, max_sets=room)
    asked = [(baskets, limits)]
    if n_periods > 1:
        asked.append((baskets.some(period == n_periods - 1), replace(limits, max_items=2)))
    return [
        frequent_itemsets(part, wanted.least(len(part)), parent=parent, method=wanted.method, limits=within, tell=tell)
        for part, within in asked
    ]


def _distinct(rows: list[Array]) -> Array:
    """The different rows of all; those of one search are different already."""
    some = [each for each in rows if len(each)]
    return some[0] if len(some) == 1 else np.unique(np.concatenate(rows), axis=0)


def _as_itemsets(blocks: list[tuple[Array, Contained, bool]], n_periods: int, n_baskets: int) -> tuple[Itemsets, Array]:
    """(the sets of all blocks, int64 [sets, periods] in how many baskets each is)."""
    n_with = np.zeros((0, n_periods), np.int64)
    sizes = np.concatenate([np.zeros(0, np.int64), *(np.full(len(rows), rows.shape[1]) for rows, _, _ in blocks)])
    for rows, found, _ in blocks:
        of_periods = found.count.reshape(len(rows), n_periods, found.count.shape[1] // n_periods).sum(axis=2, dtype=np.int64)
        n_with = np.concatenate((n_with, of_periods))
    starts = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    item = np.concatenate([np.empty(0, np.int32), *(rows.ravel() for rows, _, _ in blocks)])
    return Itemsets(starts, item, n_with.sum(axis=1), n_baskets), n_with


def _n_rules_tried(itemsets: Itemsets, max_items: int) -> Array:
    """int64 [antecedent's size, 0 and up]: every frequent antecedent with every other frequent item.

    Also those whose set is not frequent: that a rule is looked at more closely because it was frequent is no reason to count it
    less.
    """
    result = np.zeros(max_items, np.int64)
    n_items = int(np.sum(itemsets.sizes == 1))
    for size in range(1, max_items):
        result[size] = int(np.sum(itemsets.sizes == size)) * max(0, n_items - size)
    return result
