"""Sets of products: each once, every pair a complement, counted in the same baskets."""

import numpy as np
import pytest

from shopkeeper.capabilities.baskets.bundles.cliques import Postings, cliques
from shopkeeper.capabilities.baskets.together.evidence import find_evidence
from shopkeeper.numerics.itemsets.baskets import Baskets, baskets_of

N = 60


def baskets_with(planted, n=2_000, seed=0):
    """Baskets of two random products each; every twentieth holds a planted set besides."""
    random = np.random.default_rng(seed)
    lists = [random.choice(N, 2, replace=False).tolist() for _ in range(n)]
    for place, items in enumerate(lists):
        if place % 20 == 0:
            items += planted[(place // 20) % len(planted)]
    basket = np.repeat(np.arange(n), [len(items) for items in lists])
    return baskets_of(basket, np.concatenate([np.array(items) for items in lists]), n, N)


@pytest.fixture(scope="module")
def baskets():
    return baskets_with([[0, 1, 2, 3], [10, 11]])


@pytest.fixture(scope="module")
def evidence(baskets):
    nothing = Baskets(np.zeros(1, np.int64), np.empty(0, np.int32), N)
    return find_evidence(baskets, np.ones(len(baskets)), nothing, size_exponent=0.0, error_share=0.01, at_least=2)


def found(evidence, baskets, **more):
    allowed = more.pop("allowed", np.ones(N, np.bool_))
    return {each.products: each for each in cliques(evidence, Postings(baskets), allowed, 5, **more)}


def test_the_planted_sets_and_all_their_parts(baskets, evidence):
    sets = found(evidence, baskets)
    wanted = {(0, 1), (0, 1, 2), (0, 1, 2, 3), (1, 2, 3), (2, 3), (10, 11)}
    assert wanted <= set(sets)
    for products, each in sets.items():
        rows = [set(baskets.item[low:high].tolist()) for low, high in zip(baskets.starts, baskets.starts[1:], strict=False)]
        assert each.n == sum(set(products) <= row for row in rows)
        assert each.corrected <= 0.01
        assert each.lift > 1


def test_what_is_not_allowed_is_in_none(baskets, evidence):
    allowed = np.ones(N, np.bool_)
    allowed[1] = False
    sets = found(evidence, baskets, allowed=allowed)
    assert (0, 2, 3) in sets
    assert not any(1 in products for products in sets)


def test_no_larger_than_asked(baskets, evidence):
    assert max(len(products) for products in found(evidence, baskets, largest=3)) == 3


def test_marks_are_left_clean(baskets):
    postings = Postings(baskets)
    either = postings.n_with_any([postings.of(0), postings.of(10)])
    assert either == len(np.union1d(postings.of(0), postings.of(10)))
    assert not postings.mark.any()
    assert postings.with_all((0, 1)).tolist() == np.intersect1d(postings.of(0), postings.of(1)).tolist()
