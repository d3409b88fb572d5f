"""What being alike means is measured in the shop itself."""

import numpy as np
import pytest

from shopkeeper.capabilities.baskets.together.alike import alike_lifts, prior_lift
from shopkeeper.capabilities.baskets.together.facts import Facts
from shopkeeper.numerics.complements.pairs import pair_counts
from shopkeeper.numerics.itemsets.baskets import baskets_of

N = 12  # products 0-5 of kind 0, 6-11 of kind 1


def facts():
    kind = np.repeat([0, 1], 6).astype(np.int32)
    nothing = np.full(N, -1, np.int32)
    return Facts(kind, nothing, np.full(N, 10.0), kind, ["a", "b"], [])


def baskets_where(random, choose):
    lists = [choose(random) for _ in range(600)]
    basket = np.repeat(np.arange(len(lists)), [len(items) for items in lists])
    return baskets_of(basket, np.concatenate(lists), len(lists), N)


def instead(random):
    """One of each kind: never two that are alike."""
    return np.array([random.integers(0, 6), random.integers(6, 12)])


def collected(random):
    """Two of one kind."""
    return 6 * random.integers(0, 2) + random.choice(6, 2, replace=False)


def test_substitutes_lower_the_lift_and_collections_raise_it():
    random = np.random.default_rng(0)
    assert alike_lifts(baskets_where(random, instead), facts()).same_kind_and_price < 0.3
    assert alike_lifts(baskets_where(random, collected), facts()).same_kind_and_price > 1.5


def test_a_pair_of_which_little_is_known_has_the_lift_of_its_like():
    baskets = baskets_where(np.random.default_rng(1), instead)
    lifts = alike_lifts(baskets, facts())
    pairs = pair_counts(baskets, np.ones(len(baskets)), at_least=1)
    prior = prior_lift(facts(), lifts, pairs)
    assert set(prior.tolist()) <= {lifts.same_kind_and_price, 1.0}
    assert (prior[(pairs.source < 6) & (pairs.other >= 6)] == 1.0).all()


def test_where_no_kind_is_known_nothing_is_assumed():
    unknown = np.full(N, -1, np.int32)
    bare = Facts(unknown, unknown, np.full(N, np.nan), unknown, [], [])
    lifts = alike_lifts(baskets_where(np.random.default_rng(2), collected), bare)
    assert lifts.same_kind == lifts.same_kind_and_price == pytest.approx(1.0)
