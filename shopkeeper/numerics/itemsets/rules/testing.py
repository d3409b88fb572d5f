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


MOST_GROUPS = 4
"""Groups of an antecedent that are looked at exactly; a further one counts as a typical item of it."""


@inlined
def _taken_out(items, subset, period, typical, groups, without):
    """(how many, how many single items) are not left in a basket: single items and the groups of ``subset``, by weight."""
    weight, member_starts, member, _ = groups
    n_without, n_single, n_groups = 0, 0, 0
    for item in items:
        first, last = member_starts[item], member_starts[item + 1]
        if last - first > 1 and n_groups < MOST_GROUPS:
            if subset >> n_groups & 1:
                for place in range(first, last):
                    without[n_without] = weight[period, member[place]]
                    n_without += 1
            n_groups += 1
        else:
            without[n_without] = typical[period, item]
            n_without += 1
            n_single += 1
    return n_without, n_single


@inlined
def _groups_of(items, member_starts):
    """The first groups among the items; how many, and the most weights that can be taken out."""
    found, n_found, room = np.empty(MOST_GROUPS, np.int64), 0, 0
    for item in items:
        n_members = member_starts[item + 1] - member_starts[item]
        room += n_members
        if n_members > 1 and n_found < MOST_GROUPS:
            found[n_found] = item
            n_found += 1
    return found[:n_found], room


@inlined
def _left_of_baskets(mine, count, items, periods, model, groups, left, period_of):
    """The strata that have the antecedent: ``left`` float64 [1 + 2 subsets, strata] and ``period_of``; (how many, subsets).

    A single item that is there leaves a place less, and the item itself is out. That something of a group is there says less:
    P(consequent | groups) is the sum over subsets S of the groups of (-1)^|S| P(S absent) P(consequent | S absent), over the
    same sum without the consequent. ``left`` has the baskets, and for each S its term's factor and the y of baskets without S.
    """
    size, log_y, log_size, typical = model
    weight, member_starts, member, shift = groups
    found, room = _groups_of(items, member_starts)
    without, n_subsets, n_here = np.empty(room), 1 << len(found), 0
    for period in range(periods[0], periods[1]):
        first = n_here
        for subset in range(n_subsets):
            n_without, n_single = _taken_out(items, subset, period, typical, groups, without)
            n_here = first
            for group in range(len(size)):
                if count[mine, period * len(size) + group] == 0:
                    continue
                y = math.exp(log_y_of(size[group] - n_single, without, n_without, log_y[period], log_size[period]))
                left[1 + 2 * subset, n_here], left[2 + 2 * subset, n_here] = 1.0, y
                for bit in range(len(found)):  # the absence of one more group, given that of those after it in S
                    if subset >> bit & 1:
                        less = subset ^ (1 << bit)
                        there = chance(found[bit], period, left[2 + 2 * less, n_here], weight, member_starts, member, shift)
                        left[1 + 2 * subset, n_here] = -left[1 + 2 * less, n_here] * (1.0 - there)
                        break
                left[0, n_here], period_of[n_here] = count[mine, period * len(size) + group], period
                n_here += 1
    return n_here, n_subsets


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
def _fill_chances(item, strata, groups, factor, p):
    """The consequent's chance in each stratum, its odds times ``factor``."""
    weight, member_starts, member, shift = groups
    left, period_of, n_here, n_subsets = strata
    for place in range(n_here):
        with_it, whole = 0.0, 0.0
        for subset in range(n_subsets):
            term = left[1 + 2 * subset, place]
            with_it += term * chance(item, period_of[place], left[2 + 2 * subset, place], weight, member_starts, member, shift)
            whole += term
        value = min(max(with_it / whole, 0.0), 1.0 - 1e-12) if whole > 1e-9 else 0.0
        odds = value * factor
        p[place] = odds / (1.0 - value + odds)


@inlined
def _without_one(rule_set, position, enough, sets, strata, groups, model, count, periods, cache):
    """The log p of the weakest item of a longer antecedent: the same rule without it, shifted to what that finds, as null.

    ``cache`` keeps what shorter antecedents leave of their baskets, for the next rule of the same antecedent. More than
    ``enough`` is looked into no further.
    """
    starts, item, part, n_with = sets
    left_less, period_less, sizes_less, p_less, p = cache
    first, size = starts[rule_set], starts[rule_set + 1] - starts[rule_set]
    consequent, antecedent = item[first + position], part[first + position]
    worst = -np.inf
    for other in range(size):
        if other == position:
            continue
        at = other if other < position else other - 1  # its place in the antecedent
        if sizes_less[at, 0] < 0:
            less = part[starts[antecedent] + at]
            items = item[starts[less] : starts[less + 1]]
            sizes_less[at] = _left_of_baskets(less, count, items, periods, model, groups, left_less[at], period_less[at])
        shorter = (left_less[at], period_less[at], sizes_less[at, 0], sizes_less[at, 1])
        _fill_chances(consequent, shorter, groups, 1.0, p_less)
        shift = _shift_to(float(n_with[part[first + other]]), left_less[at, 0], p_less, sizes_less[at, 0])
        _fill_chances(consequent, strata, groups, math.exp(shift), p)
        worst = max(worst, log_many_chances(float(n_with[rule_set]), strata[0][0], p, strata[2]))
        if worst > enough:
            break
    return worst


@kernel
def _test(low, high, rules, sets, count, model, groups, periods, least_lift, worst_log_p, productive, n_rows, out):
    """Rules ``[low, high)``, in order of their antecedents, so that what an antecedent leaves is worked out once."""
    rule_set, position = rules
    starts, item, part, n_with = sets
    expected, log_p = out
    n_strata, width = count.shape[1], len(worst_log_p)
    left, period_of = np.empty((n_rows, n_strata)), np.empty(n_strata, np.int64)
    left_less, period_less = np.empty((width, n_rows, n_strata)), np.empty((width, n_strata), np.int64)
    sizes_less = np.full((width, 2), -1)
    p, before, strata = np.empty(n_strata), -1, (left, period_of, 0, 1)
    cache = left_less, period_less, sizes_less, np.empty(n_strata), np.empty(n_strata)
    for rule in range(low, high):
        mine, at = rule_set[rule], starts[rule_set[rule]] + position[rule]
        antecedent = part[at]
        items = item[starts[antecedent] : starts[antecedent + 1]]
        if antecedent != before:
            n_here, n_subsets = _left_of_baskets(antecedent, count, items, periods, model, groups, left, period_of)
            strata = (left, period_of, n_here, n_subsets)
            before = antecedent
            sizes_less[:] = -1
        _fill_chances(item[at], strata, groups, 1.0, p)
        total = 0.0
        for place in range(strata[2]):
            total += left[0, place] * p[place]
        expected[rule], log_p[rule] = total, 0.0
        if n_with[mine] < least_lift * total:
            continue
        log_p[rule] = log_many_chances(float(n_with[mine]), left[0], p, strata[2])
        enough = worst_log_p[len(items)]
        if productive and len(items) > 1 and log_p[rule] <= enough:
            weakest = _without_one(mine, position[rule], enough, sets, strata, groups, model, count, periods, cache)
            log_p[rule] = max(log_p[rule], weakest)


def _as_arrays(chances: Chances) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """What kernels take of the chances: how full baskets are, and what items stand for."""
    margins = chances.margins
    model = margins.size, margins.log_y, margins.log_size, chances.typical
    return model, (margins.weight, chances.member_starts, chances.member, chances.shift)


def _n_rows(chances: Chances, largest: int) -> int:
    """How many numbers a stratum has: its baskets, and two for each subset of an antecedent's groups."""
    any_group = bool((np.diff(chances.member_starts) > 1).any())
    return 1 + 2 * (1 << min(MOST_GROUPS, max(1, largest - 1)) if any_group else 1)


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

    ``part`` is `families.parts`; ``count`` int32 [sets, strata] of every antecedent; ``n_with`` int64 [sets] the baskets with
    each set in the ``periods`` from the first to before the second, to which everything is limited. A rule that is not
    ``least_lift`` times above what is expected gets log p 0; one above ``worst_log_p`` float64 [antecedent's size] is not
    tested for its parts.
    """
    limit = np.full(itemsets.largest + 1, 0.0) if worst_log_p is None else worst_log_p
    antecedent = part[itemsets.starts[rule_set] + position]
    order = np.argsort(antecedent, kind="stable")
    rules = np.asarray(rule_set, np.int64)[order], np.asarray(position, np.int64)[order]
    found = np.zeros(len(order)), np.zeros(len(order))
    sets = itemsets.starts, itemsets.item, part, np.asarray(n_with, np.int64)
    given = (rules, sets, count, *_as_arrays(chances), periods, least_lift, limit, productive, _n_rows(chances, itemsets.largest))

    def call(low: int, high: int) -> None:
        _test(low, high, *given, found)

    in_threads(call, ranges(np.ones(len(order), np.int64), 8 * n_threads()), tell)
    expected, log_p = np.empty(len(order)), np.empty(len(order))
    expected[order], log_p[order] = found
    return Evidence(expected, log_p)
