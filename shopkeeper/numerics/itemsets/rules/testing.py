"""Would chance have made this rule? One-sided tests given the baskets' sizes and periods, and of every part of a rule.

Null hypothesis of antecedent -> consequent: among the baskets that have the antecedent, the consequent is as frequent as chance
puts it into what is left of baskets of their sizes in their periods. A rule with a longer antecedent is tested against the same
rule without each of its items in turn, and the weakest of these tests counts (productive rules, Webb 2007).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, in_threads, inlined, kernel, n_threads, quiet, ranges
from shopkeeper.numerics.itemsets.found import Itemsets
from shopkeeper.numerics.itemsets.rules.chances import Chances, chance
from shopkeeper.numerics.itemsets.rules.margins import log_y_of
from shopkeeper.numerics.itemsets.rules.tails import log_many_chances

N_STEPS = 40


@dataclass(frozen=True)
class Evidence:
    """``expected`` float64 [rules]: baskets with the whole rule that chance makes; ``log_p`` float64 [rules]."""

    expected: Array
    log_p: Array


@inlined
def _left_of_baskets(mine, count, items, periods, model, n, y, period_of):
    """The strata that have the antecedent: how many baskets, y of what is left of them, the period. How many strata."""
    size, log_y, log_size, typical = model
    n_classes, n_here = len(size), 0
    without = np.empty(len(items))
    for period in range(periods[0], periods[1]):
        for number in range(len(items)):
            without[number] = typical[period, items[number]]
        for group in range(n_classes):
            found = count[mine, period * n_classes + group]
            if found > 0:
                at = log_y_of(size[group] - len(items), without, len(without), log_y[period], log_size[period])
                n[n_here], y[n_here], period_of[n_here] = found, math.exp(at), period
                n_here += 1
    return n_here


@inlined
def _shift_to(wanted, n, p, size):
    """What to add to the log odds of ``p`` so that the expected number is ``wanted``."""
    shift = 0.0
    most = 0.0
    for place in range(size):
        if p[place] > 0.0:
            most += n[place]
    wanted = min(wanted, most - 0.5)
    if wanted <= 0.0:
        return 0.0
    for _ in range(N_STEPS):
        total, slope, factor = 0.0, 0.0, math.exp(shift)
        for place in range(size):
            odds = p[place] * factor
            share = odds / (1.0 - p[place] + odds)
            total += n[place] * share
            slope += n[place] * share * (1.0 - share)
        if slope <= 1e-12:
            break
        step = min(max((wanted - total) / slope, -2.0), 2.0)
        shift += step
        if abs(step) < 1e-9:
            break
    return shift


@inlined
def _fill_chances(item, n_here, y, period_of, groups, shift_all, p):
    """The consequent's chance in each stratum; the expected number is for the caller to sum."""
    weight, member_starts, member, shift = groups
    for place in range(n_here):
        value = chance(item, period_of[place], y[place], weight, member_starts, member, shift)
        odds = value * shift_all
        p[place] = odds / (1.0 - value + odds)


@inlined
def _without_one(rule_set, position, enough, sets, strata, groups, model, count, periods, cache):
    """The log p of the weakest item of a longer antecedent: the same rule without it, shifted to what that finds, as null.

    ``cache`` keeps what shorter antecedents leave of their baskets, for the next rule of the same antecedent. More than
    ``enough`` is looked into no further.
    """
    starts, item, part, n_with = sets
    n, y, period_of, n_here = strata
    n_less, y_less, period_less, n_strata_less, p_less, p = cache
    first, size = starts[rule_set], starts[rule_set + 1] - starts[rule_set]
    consequent, antecedent = item[first + position], part[first + position]
    worst = -np.inf
    for other in range(size):
        if other == position:
            continue
        at = other if other < position else other - 1  # its place in the antecedent
        if n_strata_less[at] < 0:
            less = part[starts[antecedent] + at]
            items = item[starts[less] : starts[less + 1]]
            n_strata_less[at] = _left_of_baskets(less, count, items, periods, model, n_less[at], y_less[at], period_less[at])
        n_there = n_strata_less[at]
        _fill_chances(consequent, n_there, y_less[at], period_less[at], groups, 1.0, p_less)
        shift = _shift_to(float(n_with[part[first + other]]), n_less[at], p_less, n_there)
        _fill_chances(consequent, n_here, y, period_of, groups, math.exp(shift), p)
        worst = max(worst, log_many_chances(float(n_with[rule_set]), n, p, n_here))
        if worst > enough:
            break
    return worst


@kernel
def _test(low, high, rules, sets, count, model, groups, periods, least_lift, worst_log_p, productive, out):
    """Rules ``[low, high)``, in order of their antecedents, so that what an antecedent leaves is worked out once."""
    rule_set, position = rules
    starts, item, part, n_with = sets
    expected, log_p = out
    n_strata, width = count.shape[1], len(worst_log_p)
    n, y, period_of = np.empty(n_strata), np.empty(n_strata), np.empty(n_strata, np.int64)
    n_less, y_less = np.empty((width, n_strata)), np.empty((width, n_strata))
    period_less, n_strata_less = np.empty((width, n_strata), np.int64), np.full(width, -1)
    cache = n_less, y_less, period_less, n_strata_less, np.empty(n_strata), np.empty(n_strata)
    p, before, n_here = np.empty(n_strata), -1, 0
    for rule in range(low, high):
        mine, at = rule_set[rule], starts[rule_set[rule]] + position[rule]
        antecedent = part[at]
        items = item[starts[antecedent] : starts[antecedent + 1]]
        if antecedent != before:
            n_here = _left_of_baskets(antecedent, count, items, periods, model, n, y, period_of)
            before = antecedent
            n_strata_less[:] = -1
        _fill_chances(item[at], n_here, y, period_of, groups, 1.0, p)
        total = 0.0
        for place in range(n_here):
            total += n[place] * p[place]
        expected[rule], log_p[rule] = total, 0.0
        if n_with[mine] < least_lift * total:
            continue
        log_p[rule] = log_many_chances(float(n_with[mine]), n, p, n_here)
        if productive and len(items) > 1 and log_p[rule] <= worst_log_p[len(items)]:
            strata = (n, y, period_of, n_here)
            weakest = _without_one(
                mine, position[rule], worst_log_p[len(items)], sets, strata, groups, model, count, periods, cache
            )
            log_p[rule] = max(log_p[rule], weakest)


def rule_tests(
    itemsets: Itemsets,
    part: Array,
    rule_set: Array,
    position: Array,
    count: Array,
    n_with: Array,
    chances: Chances,
    *,
    periods: tuple[int, int],
    least_lift: float = 1.0,
    worst_log_p: Array | None = None,
    productive: bool = True,
    tell: Tell = quiet,
) -> Evidence:
    """The tests of rules (``rule_set`` int64, ``position`` int64 of the consequent in that set).

    ``part`` is `contained.parts`; ``count`` int32 [sets, strata] of every antecedent; ``n_with`` int64 [sets] the baskets with
    each set in the ``periods`` from the first to before the second, to which everything is limited. A rule that is not
    ``least_lift`` times above what is expected gets log p 0; one above ``worst_log_p`` float64 [antecedent's size] is not
    tested for its parts.
    """
    margins = chances.margins
    limit = np.full(itemsets.largest + 1, 0.0) if worst_log_p is None else worst_log_p
    antecedent = part[itemsets.starts[rule_set] + position]
    order = np.argsort(antecedent, kind="stable")
    rules = np.asarray(rule_set, np.int64)[order], np.asarray(position, np.int64)[order]
    found = np.zeros(len(order)), np.zeros(len(order))
    sets = itemsets.starts, itemsets.item, part, np.asarray(n_with, np.int64)
    model = margins.size, margins.log_y, margins.log_size, chances.typical
    groups = margins.weight, chances.member_starts, chances.member, chances.shift

    def call(low: int, high: int) -> None:
        _test(low, high, rules, sets, count, model, groups, periods, least_lift, limit, productive, found)

    in_threads(call, ranges(np.ones(len(order), np.int64), 8 * n_threads()), tell)
    expected, log_p = np.empty(len(order)), np.empty(len(order))
    expected[order], log_p[order] = found
    return Evidence(expected, log_p)
