"""Value to come and the ways of telling churn, for pictures."""

from __future__ import annotations

import pytest

from shopkeeper.server.dashboard.models.customers import worth

CARD = {
    "title": "BG/NBD", "is_regularized": False, "worth_is_regularized": False,
    "held_out": {"days": 90, "log_chance": {"bg_nbd": -1.2, "nbd": -1.3}, "orders_actual": 100.0, "orders_expected": 100.0},
}  # fmt: skip


def test_the_model_in_service_has_what_it_drew(grown):
    found = worth.value(grown)
    assert len(found.drawn["decile_value"]) == 10
    assert found.drawn["top_share"][0] == 0.0
    assert found.drawn["top_share"][100] == pytest.approx(1.0)
    assert found.has_exam
    days, told, actual, held_out = found.weeks()
    assert len(days) == len(told) == len(actual)
    assert days == sorted(days)
    assert days[0] < held_out < days[-1]
    assert actual == sorted(actual), "counted up"


def test_what_was_chosen_is_told(grown):
    kinds = [note.kind for note in worth.notes(worth.value(grown).card)]
    assert kinds[0] == "likeliest"


@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        ({}, ["likeliest"]),
        ({"held_out": None}, ["unseen"]),
        ({"held_out": {**CARD["held_out"], "orders_actual": 130.0}}, ["likeliest", "more"]),
        ({"held_out": {**CARD["held_out"], "orders_actual": 60.0}}, ["likeliest", "fewer"]),
        ({"held_out": {**CARD["held_out"], "orders_actual": 105.0}}, ["likeliest"]),
        ({"held_out": {**CARD["held_out"], "log_chance": {"bg_nbd": -1.2}}}, []),
        ({"held_out": {**CARD["held_out"], "orders_expected": 0.0}}, ["likeliest"]),
        ({"is_regularized": True, "worth_is_regularized": True}, ["likeliest", "drawn", "worth_drawn"]),
    ],
)
def test_each_thing_worth_knowing_has_its_sentence(change, kinds):
    assert [note.kind for note in worth.notes({**CARD, **change})] == kinds


def test_how_far_orders_missed_is_told_as_a_share():
    note = worth.notes({**CARD, "held_out": {**CARD["held_out"], "orders_actual": 125.0}})[1]
    assert note.facts == {"share": pytest.approx(0.25)}


def test_methods_of_each_question_stand_side_by_side_the_best_first(grown_memory):
    found = grown_memory.get("methods", worth.comparisons)
    assert [comparison.target for comparison in found] == list(worth.TARGETS)
    for comparison in found:
        aucs = [method.measures["auc"] for method in comparison.methods]
        assert aucs == sorted(aucs, reverse=True)
        assert sum(method.is_chosen for method in comparison.methods) == 1
        assert any(method.is_baseline for method in comparison.methods)
        assert 0 < comparison.share < 1
        chosen = next(method for method in comparison.methods if method.is_chosen)
        assert all(0 <= told <= 1 and 0 <= came <= 1 and n > 0 for told, came, n in chosen.reliability)


def test_where_value_and_churn_were_not_learned_there_is_nothing(plain, plain_memory, shop, empty_memory):
    assert worth.value(plain) is None
    assert plain_memory.get("methods", worth.comparisons) == ()
    assert worth.value(shop) is None
    assert empty_memory.get("methods", worth.comparisons) == ()
