"""Rules as the table and the network show them."""

from __future__ import annotations

import pytest

from shopkeeper.server.dashboard.models.baskets import rules
from shopkeeper.server.dashboard.models.baskets.rules import Part, Rule


def rule(first, then, *, lift=2.0, n=10, **more):
    parts = [tuple(Part(key, f"title {key}") for key in keys) for keys in (first, then)]
    named = {"support": 0.1, "confidence": 0.5, "leverage": 0.05, "conviction": None, "zhang": 0.5, "p_corrected": 0.01}
    return Rule(*parts, n_baskets=n, lift=lift, **{**named, "is_new": False, "has_faded": False, **more})


@pytest.fixture
def read(grown_memory):
    return lambda make: grown_memory.get(object(), make)


def test_levels_with_rules_are_told_products_first(read, plain_memory, empty_memory):
    found = read(rules.levels)
    assert found[0] == "product"
    assert set(found) <= set(rules.LEVELS)
    assert plain_memory.get("levels", rules.levels) == (), "one product an order: nothing is bought together"
    assert empty_memory.get("levels", rules.levels) == ()


def test_rules_have_the_titles_of_their_products_and_the_numbers_of_the_table(read):
    found = read(lambda view: rules.rules(view, "product"))
    table = read(lambda view: view.sql("SELECT * FROM basket_rules WHERE level = 'product'").to_pylist())
    assert len(found) == len(table) > 20
    assert [(row.lift, row.n_baskets, row.is_new) for row in found] == [
        (row["lift"], row["n_baskets"], row["is_new"]) for row in table
    ]
    assert all("no. " in part.title for row in found for part in (*row.antecedent, *row.consequent))


def test_rules_between_categories_are_named_by_them(read):
    found = read(lambda view: rules.rules(view, "category"))
    assert all(part.key == part.title for row in found for part in (*row.antecedent, *row.consequent))


def test_typing_finds_rules_in_which_every_word_occurs():
    found = [rule(["lamp"], ["cup"]), rule(["lamp"], ["paper"]), rule(["garden"], ["cup"])]
    assert rules.matching(found, "LAMP cup") == (found[0],)
    assert rules.matching(found, "") == tuple(found)
    assert rules.matching(found, "no such thing") == ()


def test_only_new_or_only_faded_ones_may_be_looked_at():
    found = [rule(["a"], ["b"], is_new=True), rule(["a"], ["c"], has_faded=True), rule(["a"], ["d"])]
    assert rules.matching(found, "", only="new") == (found[0],)
    assert rules.matching(found, "", only="faded") == (found[1],)
    assert len(rules.matching(found, "", only="all")) == 3


def test_a_pair_has_one_arrow_that_of_its_strongest_rule_and_small_rules_come_first():
    large, small = rule(["a", "b"], ["c"], lift=9.0, n=3), rule(["a"], ["c"], lift=4.0, n=8)
    nodes, edges = rules.network([large, small])
    assert {(edge.source, edge.target): edge.rule for edge in edges} == {("a", "c"): small, ("b", "c"): large}
    assert {edge.source: edge.strength for edge in edges} == {"a": 4.0 / 9.0, "b": 1.0}
    assert {node.part.key: (node.size, node.n_rules) for node in nodes} == {"a": (1.0, 1), "b": (3 / 8, 1), "c": (1.0, 2)}


def test_the_network_is_no_ball_of_wool():
    nodes, edges = rules.network([rule([f"a{number}"], [f"b{number}"]) for number in range(200)])
    assert len(edges) == rules.N_DRAWN
    assert len(nodes) == 2 * rules.N_DRAWN


def test_no_rules_no_network():
    assert rules.network([]) == ((), ())


def test_a_product_without_a_title_is_left_out(read):
    assert read(lambda view: rules.titles_of(view, {"P001", "unknown"})) == {"P001": "cup no. 1"}
