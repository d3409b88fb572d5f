"""Do rules hold? Those of the earlier baskets are looked up in the newest ones, beside consequents that are as popular."""

from __future__ import annotations

import numpy as np

from shopkeeper.core.results import Interval, Score
from shopkeeper.numerics.bootstrap import resampled_means
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.itemsets.rules.contained import contained
from shopkeeper.numerics.itemsets.rules.finding import Rules

N_BLOCKS = 200
"""Later baskets are drawn again in blocks of neighbors in time, since days resemble themselves."""
NEAREST = 10


def judge_rules(rules: Rules, later: Baskets, counts: Array, parent: Array, seed: int) -> tuple[Score, ...]:
    """The share of later baskets with an antecedent that have the consequent, all rules together; nothing where no rule applies.

    ``counts`` int64 [items]: the earlier baskets with each. The baseline puts in each rule's place the same antecedent with one
    of the ten items that are as popular as the consequent, drawn with ``seed``: in the same baskets, so that their sizes
    explain nothing.
    """
    if len(rules) == 0 or len(later) == 0:
        return ()
    others = _as_popular(rules, counts, parent, seed)
    block = (np.arange(len(later)) * min(N_BLOCKS, len(later)) // len(later)).astype(np.int32)
    n_blocks = int(block[-1]) + 1
    antecedents = _rows(rules)
    sums = np.stack(
        [_occurrences(later, antecedents, wanted, block, n_blocks) for wanted in (None, rules.consequent, others)], axis=1
    )
    cases, hits, chance_hits = sums.sum(axis=0)
    if cases == 0:
        return ()
    drawn = resampled_means(sums, seed=seed)
    drawn = drawn[drawn[:, 0] > 0]
    shares = drawn[:, 1:] / drawn[:, :1]
    confidence = _interval(shares[:, 0])
    difference = _interval(shares[:, 0] - shares[:, 1])
    name = "confidence of earlier rules on the newest baskets"
    baseline = "the same antecedents with equally popular consequents"
    return (Score(name, float(hits / cases), confidence, float(chance_hits / cases), baseline, difference, int(cases)),)


def _interval(values: Array) -> Interval:
    low, high = np.quantile(values, [0.025, 0.975])
    return Interval(float(low), float(high))


def _rows(rules: Rules) -> list[Array]:
    """The items of each rule's antecedent."""
    itemsets = rules.seen.itemsets
    return [itemsets.item[itemsets.starts[each] : itemsets.starts[each + 1]] for each in rules.antecedent]


def _as_popular(rules: Rules, counts: Array, parent: Array, seed: int) -> Array:
    """int32 [rules]: for each an item about as frequent as its consequent, and neither in the rule nor above or below it."""
    random = np.random.default_rng(seed)
    order = np.argsort(counts, kind="stable").astype(np.int32)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    result = np.empty(len(rules), np.int32)
    for number, (antecedent, consequent) in enumerate(zip(_rows(rules), rules.consequent, strict=True)):
        taken = _family([*antecedent.tolist(), int(consequent)], parent)
        middle = int(place[consequent])
        near = order[max(0, middle - NEAREST) : middle + NEAREST + 1]
        free = [item for item in sorted(near.tolist(), key=lambda item: abs(int(place[item]) - middle)) if item not in taken]
        free = [item for item in free if not _family([item], parent) & taken][:NEAREST]
        result[number] = free[int(random.integers(len(free)))] if free else consequent
    return result


def _family(items: list[int], parent: Array) -> set[int]:
    """The items and all above them."""
    found = set(items)
    for item in items:
        above = int(parent[item])
        while above >= 0:
            found.add(above)
            above = int(parent[above])
    return found


def _occurrences(later: Baskets, antecedents: list[Array], consequent: Array | None, block: Array, n_blocks: int) -> Array:
    """float64 [blocks]: how often a basket has a rule's antecedent, and the consequent where one is given; all rules added."""
    total = np.zeros(n_blocks)
    sizes = np.array([len(each) for each in antecedents])
    for size in np.unique(sizes):
        mine = np.flatnonzero(sizes == size)
        rows = np.stack([antecedents[place] for place in mine])
        if consequent is not None:
            rows = np.sort(np.concatenate((rows, consequent[mine][:, None]), axis=1), axis=1)
        distinct, times = np.unique(rows.astype(np.int32), axis=0, return_counts=True)
        total += times @ contained(later, distinct, block, n_blocks).count
    return total
