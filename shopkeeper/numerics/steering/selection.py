"""From candidates with their relevance to a list: positions that are given, caps that hold, and as much variety as asked for.

Variety is maximal marginal relevance (Carbonell & Goldstein, 1998): the next product is the one with the largest

    (1 - diversity) * relevance(i) - diversity * max over the chosen j of similarity(i, j)

where relevance is stretched to 0-1 over the candidates, so that a setting means the same for any method's scores.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined, kernel

CATEGORY_SHARE = 0.7  # of two products' likeness; the brand has the rest


@dataclass(frozen=True)
class Likeness:
    """What makes candidates alike, one entry each.

    ``level`` int32 [candidates, levels]: the category and those above it, the highest first, as numbers that are the same for
    the same path (-1: none); ``brand`` and ``item_group`` int32 (-1: unknown). ``code`` int32 are the candidates' rows in a
    graph of likeness (``starts``, ``neighbor`` int32, ``weight`` float32 from 0 to 1), such as that of texts; -1 or an empty
    graph: none.
    """

    level: Array
    brand: Array
    item_group: Array
    code: Array
    starts: Array
    neighbor: Array
    weight: Array


@kernel
def _relevance(score, out):
    lowest, highest = np.inf, -np.inf
    for place in range(len(score)):
        lowest, highest = min(lowest, score[place]), max(highest, score[place])
    before = 1.0
    for place in range(len(score)):
        value = np.exp(np.float64(score[place]) - highest) if lowest < 0.0 else np.float64(score[place])
        if place == 0:
            before = value if value > 0.0 else 1.0
        elif 0.0 < value <= before:
            before = value
        else:
            before *= place / (place + 1.0)
        out[place] = max(before, 1e-30)


def relevance(score: Array) -> Array:
    """float32 [candidates]: positive and never rising, for ``score`` float32 in the order best first.

    Scores above 0 stay as they are as long as they fall; where they end (what is trending has no score) or another rung begins
    with larger ones, each place has ``place / (place + 1)`` of the one before. Where any is negative (a ranker's margins) the
    exponential is taken first, so that factors can multiply it.
    """
    out = np.empty(len(score), np.float32)
    _relevance(score, out)
    return out


@inlined
def _like(one, other, level, brand, item_group):
    """How alike two candidates are, 0 to 1: variants 1, else the share of category levels they have in common, and the brand."""
    if item_group[one] >= 0 and item_group[one] == item_group[other]:
        return 1.0
    n_common, n_levels = 0, 0
    for depth in range(level.shape[1]):
        first, second = level[one, depth], level[other, depth]
        if first >= 0 or second >= 0:
            n_levels += 1
            if first == second:
                n_common += 1
    found = CATEGORY_SHARE * n_common / n_levels if n_levels > 0 else 0.0
    if brand[one] >= 0 and brand[one] == brand[other]:
        found += 1.0 - CATEGORY_SHARE
    return found


@inlined
def _place_of(codes, code):
    """The place of ``code`` among sorted ``codes``, or -1."""
    low, high = 0, len(codes)
    while low < high:
        middle = (low + high) // 2
        if codes[middle] < code:
            low = middle + 1
        else:
            high = middle
    return low if low < len(codes) and codes[low] == code else -1


@inlined
def _note_likeness(chosen, likeness, order, sorted_codes, nearest):
    """Raise every candidate's likeness to the list by what it has in common with the one just chosen."""
    level, brand, item_group, code, starts, neighbor, weight = likeness
    for other in range(len(nearest)):
        nearest[other] = max(nearest[other], _like(chosen, other, level, brand, item_group))
    row = code[chosen]
    if 0 <= row < len(starts) - 1:
        for edge in range(starts[row], starts[row + 1]):
            found = _place_of(sorted_codes, neighbor[edge])
            if found >= 0:
                other = order[found]
                nearest[other] = max(nearest[other], min(1.0, weight[edge]))


@inlined
def _count(chosen, group, most, taken, capped):
    """Note the chosen candidate's groups; candidates of those that are full are capped."""
    taken[chosen] = True
    for cap in range(group.shape[1]):
        mine = group[chosen, cap]
        if mine < 0:
            continue
        n_same = 0
        for other in range(len(taken)):
            if taken[other] and group[other, cap] == mine:
                n_same += 1
        if n_same >= most[cap]:
            for other in range(len(taken)):
                if group[other, cap] == mine:
                    capped[other] = True


@kernel
def _choose(value, usable, late, pinned, group, most, diversity, likeness, order, sorted_codes, out, out_like):
    n_candidates, n = len(value), len(pinned)
    taken, capped = np.zeros(n_candidates, np.bool_), np.zeros(n_candidates, np.bool_)
    nearest = np.zeros(n_candidates, np.float64)
    lowest, highest = np.inf, -np.inf
    for one in range(n_candidates):
        for cap in range(group.shape[1]):
            if group[one, cap] >= 0 and most[cap] <= 0:
                capped[one] = True
        if usable[one]:
            lowest, highest = min(lowest, value[one]), max(highest, value[one])
    width = max(highest - lowest, 1e-30)
    for position in range(n):
        if pinned[position] >= 0:
            _count(pinned[position], group, most, taken, capped)
            if diversity > 0.0:
                _note_likeness(pinned[position], likeness, order, sorted_codes, nearest)
    size = 0
    for position in range(n):
        best = pinned[position]
        if best < 0:
            best_worth, best_late = -np.inf, True
            for one in range(n_candidates):
                if not usable[one] or taken[one] or capped[one]:
                    continue
                worth = np.float64(value[one])
                if diversity > 0.0:
                    worth = (1.0 - diversity) * (worth - lowest) / width - diversity * nearest[one]
                if best < 0 or (best_late and not late[one]) or (worth > best_worth and late[one] == best_late):
                    best, best_worth, best_late = one, worth, late[one] != 0
            if best < 0:
                continue
            out_like[size] = nearest[best]
            _count(best, group, most, taken, capped)
            if diversity > 0.0:
                _note_likeness(best, likeness, order, sorted_codes, nearest)
        out[size] = best
        size += 1
    return size


NOT_ALIKE = Likeness(
    np.empty((0, 0), np.int32), np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int32), np.zeros(1, np.int64),
    np.empty(0, np.int32), np.empty(0, np.float32),
)  # fmt: skip


def choose(
    value: Array, *, usable: Array, late: Array, pinned: Array, group: Array, most: Array, diversity: float = 0.0,
    likeness: Likeness = NOT_ALIKE,
) -> tuple[Array, Array]:  # fmt: skip
    """(candidates int32 in their new order, likeness float32 of each to those chosen before it).

    ``value`` float32 is the relevance of each candidate; of equal ones the first wins. ``usable`` bool: False is chosen only
    where it is pinned. ``late`` uint8: 1 comes after all others. ``pinned`` int32 [n]: which candidate stands at each position
    (-1: whichever is best). ``group`` int32 [candidates, caps] with ``most`` int32 [caps]: of the candidates with the same number
    (-1: not concerned) at most so many are chosen; pinned ones count and are never left out. The list has ``n`` products, fewer
    where no more may be chosen; then pinned ones move up. ``diversity`` and ``likeness`` as above.
    """
    n = len(pinned)
    out, out_like = np.empty(n, np.int32), np.zeros(n, np.float32)
    parts = (
        likeness.level, likeness.brand, likeness.item_group, likeness.code, likeness.starts, likeness.neighbor, likeness.weight,
    )  # fmt: skip
    order = np.argsort(likeness.code, kind="stable")
    size = _choose(value, usable, late, pinned, group, most, float(diversity), parts, order, likeness.code[order], out, out_like)
    return out[:size], out_like[:size]
