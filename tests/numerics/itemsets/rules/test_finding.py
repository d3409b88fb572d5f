"""Rules are found where there are some, and nowhere else: on planted pairs, on shuffled baskets, on real ones."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from some_baskets import bakery, by_chance, by_hand

from shopkeeper.numerics.itemsets.rules.correcting import corrected
from shopkeeper.numerics.itemsets.rules.curveball import shuffled_baskets
from shopkeeper.numerics.itemsets.rules.finding import evidence_in, find_rules
from shopkeeper.numerics.itemsets.rules.seeing import Wanted
from shopkeeper.numerics.itemsets.rules.tails import fisher

WANTED = Wanted(min_support=0.01, min_confidence=0.0, min_lift=1.0)


def rules_of(baskets, wanted=WANTED, n_periods=1, direct=None, parent=None):
    period = (np.arange(len(baskets)) * n_periods // max(len(baskets), 1)).astype(np.int32)
    above = np.full(baskets.n_items, -1, np.int32) if parent is None else parent
    return find_rules(baskets, direct or baskets, above, period, n_periods, wanted)


def named(rules):
    itemsets = rules.seen.itemsets
    left = [tuple(itemsets.item[itemsets.starts[each] : itemsets.starts[each + 1]].tolist()) for each in rules.antecedent]
    return set(zip(left, rules.consequent.tolist(), strict=True))


def test_planted_pairs_are_found_and_nothing_else():
    found = named(rules_of(by_hand(by_chance(pairs=[(3, 4), (10, 20)]))))
    assert found == {((3,), 4), ((4,), 3), ((10,), 20), ((20,), 10)}


def by_fisher(baskets, rules, error_rate=0.05):
    """How many of the pairs that were looked at Fisher's exact test would keep, corrected alike."""
    itemsets = rules.seen.itemsets
    pairs = itemsets.rows(2)
    counts = baskets.counts
    log_p = fisher(itemsets.count[slice(*itemsets.block(2))], counts[pairs[:, 0]], counts[pairs[:, 1]], len(baskets))
    return int((corrected(log_p, np.ones(len(pairs), int), rules.seen.n_tried) <= error_rate).sum())


@pytest.mark.parametrize("seed", range(5))
def test_a_shop_of_noise_has_no_rules_where_fisher_finds_many(seed):
    """Products shuffled among baskets, each as frequent and each basket as large as before: five shops, at an error rate of 5 %."""
    baskets = shuffled_baskets(by_hand(by_chance(pairs=[(3, 4), (10, 20)])), seed=seed)
    rules = rules_of(baskets, replace(WANTED, productive=False))
    assert len(rules) == 0
    assert by_fisher(baskets, rules) > 20


@pytest.mark.parametrize("seed", range(3))
def test_noise_in_small_and_even_baskets_has_none_either(seed):
    """Where one item is in half of all baskets of two, its partners are few: plain independence would expect more than there can be."""
    baskets = shuffled_baskets(by_hand(by_chance(spread=0.2, n_items=30, seed=seed)), seed=seed)
    assert len(rules_of(baskets)) == 0


def test_p_values_of_noise_are_as_small_as_they_say():
    """Of pairs that chance makes 1 % have a p-value below 1 %, and a few more or less."""
    below, n = 0, 0
    for seed in range(4):
        baskets = shuffled_baskets(by_hand(by_chance(n_baskets=3000, seed=seed)), seed=seed)
        wanted = replace(WANTED, min_support=0.0, fewest=1, error_rate=1.0, productive=False)
        rules = rules_of(baskets, replace(wanted, limits=replace(WANTED.limits, max_items=2)))
        below += int((rules.log_p < np.log(0.01)).sum())
        n += int(rules.seen.n_tried[1])
    assert 0.005 < below / n < 0.015


def test_an_antecedent_longer_than_needed_is_left_out():
    """0 and 1 make 2; 3 comes with 0 by chance: {0, 3} -> 2 says no more than {0} -> 2."""
    random, rows = np.random.default_rng(0), []
    for _ in range(4000):
        row = {item for item in range(3, 9) if random.random() < 0.4}
        row |= {item for item in (0, 1) if random.random() < 0.4}
        if ({0, 1} <= row and random.random() < 0.8) or random.random() < 0.1:
            row.add(2)
        rows.append(sorted(row))
    found = named(rules_of(by_hand(rows, 9)))
    assert ((0, 1), 2) in found
    assert not any(set(antecedent) & set(range(3, 9)) for antecedent, _ in found)
    redundant = named(rules_of(by_hand(rows, 9), replace(WANTED, productive=False)))
    assert len(redundant) > len(found)
    assert found <= redundant


def test_two_products_of_one_season_are_no_rule():
    """0 and 1 are sold in the first half only, and there by chance."""
    random = np.random.default_rng(1)
    share = np.where(np.arange(4000)[:, None] < 2000, [0.3, 0.3, 0.2, 0.2], [0.0, 0.0, 0.2, 0.2])
    rows = [np.flatnonzero(each).tolist() for each in random.random((4000, 4)) < share]
    assert ((0,), 1) in named(rules_of(by_hand(rows, 4)))
    assert len(rules_of(by_hand(rows, 4), n_periods=2)) == 0


def shelves(rows, n_leaves=24, n_shelves=6):
    """Baskets of leaves with the shelf above each: (baskets, direct baskets, parent); shelves are the codes after the leaves."""
    parent = np.concatenate((n_leaves + np.arange(n_leaves) % n_shelves, np.full(n_shelves, -1))).astype(np.int32)
    n = n_leaves + n_shelves
    both = [sorted({*row, *(int(parent[item]) for item in row)}) for row in rows]
    return by_hand(both, n), by_hand(rows, n), parent


@pytest.mark.parametrize("seed", range(3))
def test_categories_of_noise_have_no_rules(seed):
    """Every shelf is in most baskets, so that a chance that is off by a hundredth would show: what a shelf says is less than an item."""
    noise = shuffled_baskets(by_hand(by_chance(n_items=24, seed=seed, n_baskets=6000)), seed=seed)
    rows = [noise.item[low:high].tolist() for low, high in pairwise(noise.starts)]
    baskets, direct, parent = shelves(rows)
    rules = rules_of(baskets, replace(WANTED, limits=replace(WANTED.limits, max_items=3)), direct=direct, parent=parent)
    assert len(rules) == 0
    assert rules.seen.itemsets.count[slice(*rules.seen.itemsets.block(2))].max() > 1200


def test_a_planted_category_is_found_and_its_parts_are_no_rule_with_it():
    random, rows = np.random.default_rng(4), by_chance(n_items=24, n_baskets=4000, spread=0.4)
    for row in rows:
        if random.random() < 0.15:  # something of shelf 0 comes with something of shelf 1
            row[:] = sorted({*row, 12 * int(random.integers(2)), 1 + 12 * int(random.integers(2))})
    baskets, direct, parent = shelves(rows, n_shelves=12)
    found = named(rules_of(baskets, direct=direct, parent=parent))
    assert {((24,), 25), ((25,), 24)} <= found
    assert not any(parent[item] == other or parent[other] == item for left, other in found for item in left)


def test_a_rule_that_is_frequent_in_the_newest_period_alone_is_looked_at():
    rows = by_chance(n_baskets=2000)
    for row in rows[1800:]:
        if np.random.default_rng(len(row) + row[0]).random() < 0.2:
            row[:] = sorted({*row, 3, 4})
    wanted = replace(WANTED, min_support=0.04)
    rules = rules_of(by_hand(rows), wanted, n_periods=10)
    assert ((3,), 4) in named(rules)
    assert rules.seen.itemsets.count[rules.whole].min() < 0.04 * 2000


def test_each_period_is_tested_by_itself():
    baskets = by_hand(by_chance(pairs=[(3, 4)], share=0.15) + by_chance(seed=1))
    rules = rules_of(baskets, n_periods=2)
    early, late = evidence_in(rules, 0, 1), evidence_in(rules, 1, 2)
    items = rules.seen.itemsets.item[rules.seen.itemsets.starts[rules.antecedent]]
    (at,) = np.flatnonzero((items == 3) & (rules.consequent == 4))
    assert early.log_p[at] < -20 < late.log_p[at]
    np.testing.assert_allclose(early.expected + late.expected, rules.expected, rtol=1e-9)


@pytest.mark.realdata
def test_the_bakery_s_rules(real_data):
    """Coffee is in half of all tickets of two: few partners of it are more than chance, and toast is one."""
    rows, names = bakery(real_data)
    baskets = by_hand(rows, len(names))
    rules = rules_of(baskets, replace(WANTED, min_support=0.003))
    found = {(tuple(names[item] for item in left), names[right]) for left, right in named(rules)}
    assert (("Toast",), "Coffee") in found
    assert (("Bread",), "Coffee") not in found
    for seed in range(2):
        assert len(rules_of(shuffled_baskets(baskets, seed=seed), replace(WANTED, min_support=0.003))) == 0
