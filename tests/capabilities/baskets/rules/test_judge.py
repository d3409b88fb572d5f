import numpy as np
import pytest
from some_baskets import by_chance, by_hand

from shopkeeper.capabilities.baskets.rules.judge import judge_rules
from shopkeeper.numerics.itemsets.rules.finding import find_rules
from shopkeeper.numerics.itemsets.rules.seeing import Wanted

PARENT = np.full(60, -1, np.int32)


def rules_of(baskets):
    return find_rules(baskets, baskets, PARENT, np.zeros(len(baskets), np.int32), 1, Wanted(0.01, min_confidence=0.0))


def test_rules_that_hold_are_better_than_equally_popular_consequents():
    earlier, later = (by_hand(by_chance(pairs=[(3, 4), (10, 20)], seed=seed)) for seed in (0, 0))
    (score,) = judge_rules(rules_of(earlier), later, earlier.counts, PARENT, 1)
    assert score.verdict == "better"
    assert score.n_cases == sum(later.counts[[3, 4, 10, 20]])
    both = 2 * sum(set(pair) <= set(row) for row in by_chance(pairs=[(3, 4), (10, 20)]) for pair in ((3, 4), (10, 20)))
    assert score.value == pytest.approx(both / score.n_cases)


def test_rules_that_no_longer_hold_are_no_better():
    earlier, later = by_hand(by_chance(pairs=[(3, 4)], share=0.1)), by_hand(by_chance(seed=0, spread=0.3))
    (score,) = judge_rules(rules_of(earlier), later, earlier.counts, PARENT, 1)
    assert score.verdict != "better"


def test_no_rules_have_no_score():
    earlier = by_hand(by_chance(n_baskets=50))
    assert judge_rules(rules_of(earlier), earlier, earlier.counts, PARENT, 1) == ()
