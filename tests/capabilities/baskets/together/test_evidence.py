"""Complements are told from chance, from substitutes and from sequels; where there is nothing, nothing is found."""

import numpy as np
import pytest

from shopkeeper.capabilities.baskets.together.evidence import COMPLEMENT, RELATED, UNSURE, evidence_of
from shopkeeper.simulator.settings import NOTHING_TO_FIND

HOW = {"size_exponent": 1.0, "half_life_days": 1e6, "error_share": 0.05, "at_least": 2}


@pytest.fixture(scope="module")
def evidence(world):
    return evidence_of(world.material, **HOW)


def truths(world, evidence, relation_of, relation):
    pairs = evidence.pairs
    there = evidence.relation == relation
    rows = zip(pairs.source[there].tolist(), pairs.other[there].tolist(), strict=True)
    return [relation_of(world, source, other) for source, other in rows]


def test_complements_are_found_and_nothing_else_is(world, evidence, relation_of):
    found = truths(world, evidence, relation_of, COMPLEMENT)
    wanted = sum("complement" in names for names in world.relations.values())
    assert found.count("complement") > 0.9 * wanted
    assert found.count("complement") > 0.9 * len(found)
    assert found.count("substitute") <= 0.02 * len(found)


def test_what_is_only_looked_at_together_is_no_complement(world, evidence, relation_of):
    """Sequels are viewed one after the other, and bought together for that; products of one taste likewise."""
    assert truths(world, evidence, relation_of, COMPLEMENT).count("sequel") == 0
    assert "complement" not in truths(world, evidence, relation_of, RELATED)


def test_lifts_of_complements_and_substitutes_lie_far_apart(world, evidence, relation_of):
    pairs = evidence.pairs
    over = evidence.lift / np.maximum(evidence.co_view, 1.0)
    by = {"complement": [], "substitute": []}
    for source, other, value in zip(pairs.source.tolist(), pairs.other.tolist(), over.tolist(), strict=True):
        by.setdefault(relation_of(world, source, other), []).append(value)
    assert np.median(by["complement"]) > 5.0 * max(np.median(by["substitute"] or [0.0]), 1.0)


def test_without_visits_complements_still_come_before_substitutes(unseen, relation_of):
    evidence = evidence_of(unseen.material, **HOW)
    assert (evidence.co_view == 1.0).all()
    found = truths(unseen, evidence, relation_of, COMPLEMENT)
    wanted = sum("complement" in names for names in unseen.relations.values())
    assert found.count("complement") > 0.9 * wanted
    assert found.count("substitute") < 0.05 * found.count("complement")


def test_nothing_is_found_where_there_is_nothing(make_world):
    """Of worlds with nothing to find at most the stated share, 1 in 20, may show anything at all."""
    shown = []
    for seed in range(6):
        empty = make_world(seed, n_customers=400, n_products=60, **NOTHING_TO_FIND)
        shown.append(int((evidence_of(empty.material, **HOW).relation != UNSURE).sum()))
    assert sum(n > 0 for n in shown) <= 1, shown


def test_without_complements_nobody_is_called_one(make_world):
    """Taste and sequels alone: what they buy together is no more than what they look at together."""
    tasteful = make_world(5, n_customers=1_500, n_products=120, complements=0.0)
    evidence = evidence_of(tasteful.material, **HOW)
    assert (evidence.relation == COMPLEMENT).sum() <= 2
    assert (evidence.relation == RELATED).sum() > 0


def test_p_values_are_honest_where_nothing_goes_together(make_world):
    """No more than their share of the p-values are small: counts are whole numbers, so usually fewer."""
    empty = make_world(11, n_customers=1_000, n_products=80, **NOTHING_TO_FIND).material
    n_pairs = 80 * 79
    for limit in (0.5, 0.1, 0.01):
        assert (evidence_of(empty, **HOW).p <= limit).sum() <= limit * n_pairs
