"""Lists: the best first, complements before what is merely related, and categories where pairs are too few."""

import numpy as np
import pytest

from shopkeeper.capabilities.baskets.together.evidence import RELATED, UNSURE, evidence_of
from shopkeeper.capabilities.baskets.together.listing import (
    KEPT,
    background_of,
    learn_lists,
    popular_order,
    product_lists,
    with_groups,
)
from shopkeeper.capabilities.baskets.together.parameters import Parameters

HOW = {"error_share": 0.05, "at_least": 2}


@pytest.fixture(scope="module")
def lists(world):
    evidence = evidence_of(world.material, size_exponent=1.0, half_life_days=1e6, **HOW)
    return product_lists(world.material, evidence, Parameters())


def test_the_first_of_a_list_is_the_complement(world, lists, relation_of):
    first = (lists.rank == 1) & (lists.relation != UNSURE)
    found = [relation_of(world, *pair) for pair in zip(lists.source[first].tolist(), lists.other[first].tolist(), strict=True)]
    assert found.count("complement") > 0.95 * len(found)


def test_each_list_is_in_order_and_not_too_long(lists):
    for product in range(len(lists.starts) - 1):
        score = lists.score[lists.starts[product] : lists.starts[product + 1]]
        assert (np.diff(score) <= 0).all()
        assert len(score) <= KEPT
    assert (lists.source != lists.other).all()
    assert lists.rank.max() == np.diff(lists.starts).max()


def test_related_products_can_be_told_to_count_less(world):
    evidence = evidence_of(world.material, size_exponent=1.0, half_life_days=1e6, **HOW)
    quiet, loud = (product_lists(world.material, evidence, Parameters(related_weight=weight)) for weight in (0.1, 1.0))
    assert quiet.score[quiet.relation == RELATED].sum() == pytest.approx(
        0.1 * loud.score[loud.relation == RELATED].sum(), rel=1e-4
    )


def test_what_may_be_chance_can_be_left_out(world):
    evidence = evidence_of(world.material, size_exponent=1.0, half_life_days=1e6, **HOW)
    without, with_some = (product_lists(world.material, evidence, Parameters(unsure_weight=weight)) for weight in (0.0, 1.0))
    assert not (without.relation == UNSURE).any()
    assert (with_some.relation == UNSURE).any()


def test_a_category_lists_products_of_others(world):
    learned = learn_lists(world.material, Parameters(), half_life_days=1e6, **HOW)
    category = world.material.facts.category
    groups = learned.categories
    assert len(groups.other) > 0
    assert (category[groups.other] != groups.source).all()


def test_products_with_few_pairs_go_on_with_their_category(world):
    learned = learn_lists(world.material, Parameters(), half_life_days=1e6, **HOW)
    graph = with_groups(learned, world.material.facts.category, world.material.facts.brand, 10)
    own = np.diff(learned.products.starts)
    assert (np.diff(graph.starts) >= own).all()
    assert (np.diff(graph.starts) > own).any()
    short = int(np.flatnonzero((np.diff(graph.starts) > own) & (own > 0))[0])
    weights = graph.weight[graph.starts[short] : graph.starts[short + 1]]
    assert weights[: own[short]].min() > weights[own[short] :].max()


def test_popular_is_what_is_in_baskets_of_late(world):
    order = popular_order(world.material, 1e12)
    counts = world.material.baskets.counts
    assert sorted(order.tolist()) == np.flatnonzero(counts).tolist()
    assert (np.diff(counts[order]) <= 0).all()


def test_the_background_is_what_is_popular(world):
    background = background_of(
        world.material, Parameters(popular_weight=0.5, popularity_exponent=1.0, popularity_half_life_days=1e12)
    )
    counts = world.material.baskets.counts
    assert (np.diff(counts[background.product]) <= 0).all()
    assert background.worth == pytest.approx(0.5 * (counts[background.product] / counts.mean() + 1e-3), rel=1e-5)
    assert len(background_of(world.material, Parameters(popular_weight=0.0)).product) == 0
