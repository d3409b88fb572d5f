"""Tables of the comparison, the search, ratings and policies as pictures need them."""

from __future__ import annotations

import pytest

from shopkeeper.server.dashboard.models.recommending import methods


def judged(method, ndcg, *, wanted="new", k=10, best=False, note=None, **more):
    row = {
        "wanted": wanted,
        "k": k,
        "method": method,
        "title": method.replace("_", " "),
        "is_best": best,
        "n_cases": 50,
        "note": note,
    }
    if ndcg is not None:
        row |= {"ndcg": ndcg, "ndcg_low": ndcg - 0.1, "ndcg_high": ndcg + 0.1, "coverage": 0.5, "learn_seconds": 1.0}
    return row | more


ROWS = [
    judged("popularity", 0.2), judged("als", 0.4, best=True, verdict="better", parameters='{"factors": 32}'), judged("ease", 0.5),
    judged("sasrec", None, note="too large"), judged("als", 0.6, k=20), judged("bought_again", 0.3, wanted="all"),
]  # fmt: skip


def test_methods_stand_in_order_of_what_they_reached_with_those_left_out_beside():
    found = methods.compared(ROWS, "new", 10)
    assert [row.method for row in found.rows] == ["ease", "als", "popularity"]
    assert [(row.method, row.note) for row in found.left_out] == [("sasrec", "too large")]
    assert found.n_cases == 50
    assert found.tops["ndcg"] == pytest.approx(0.6)
    assert found.tops["recall"] == 0.0, "what nobody measured has no axis"


def test_a_method_with_its_measures():
    row = methods.compared(ROWS, "new", 10).rows[1]
    assert (row.is_best, row.is_naive, row.verdict, row.parameters) == (True, False, "better", {"factors": 32})
    assert (row.measures["ndcg"].low, row.measures["ndcg"].high) == (pytest.approx(0.3), pytest.approx(0.5))
    assert row.measures["coverage"] == methods.Measured(0.5, 0.5, 0.5)
    assert "recall" not in row.measures


def test_kinds_and_lengths_are_those_that_were_judged():
    assert methods.wanted(ROWS) == ("new", "all")
    assert methods.ks(ROWS) == (10, 20)
    assert methods.compared(ROWS, "all", 10).rows[0].is_naive
    assert methods.compared([], "new", 10).rows == ()


def test_the_search_keeps_its_best():
    rows = [
        {"method": method, "title": method, "trial": trial, "value": value, "is_best": best, "parameters": f'{{"n": {trial}}}'}
        for method, trial, value, best in [("a", 2, 0.3, True), ("a", 1, 0.2, False), ("a", 3, 0.1, False), ("b", 1, 0.4, True)]
    ]
    found = methods.courses(rows)
    assert [(course.method, course.best_so_far, course.parameters) for course in found] == [
        ("b", (0.4,), {"n": 1}), ("a", (0.2, 0.3, 0.3), {"n": 2}),
    ]  # fmt: skip
    assert methods.courses([]) == ()


def test_ratings_by_error_and_policies_by_guess():
    found = methods.ratings([
        {"method": "mean", "rmse": 1.0, "rmse_low": None, "rmse_high": None, "is_chosen": False},
        {"method": "svd", "rmse": 0.9, "rmse_low": 0.8, "rmse_high": 1.0, "is_chosen": True, "mae": 0.7, "seconds": 2.0},
    ])  # fmt: skip
    assert [(row.name, row.chosen) for row in found] == [("svd", True), ("mean", False)]
    assert found[1].measured == methods.Measured(1.0, 1.0, 1.0)
    rows = [
        {"policy": policy, "estimator": estimator, "value": value, "low": value - 0.1, "high": value + 0.1}
        for policy, estimator, value in [
            ("thompson", "IPS", 9.0), ("popularity", "DR", 1.0), ("as logged", "logged", 0.5), ("thompson", "DR", 2.0),
        ]
    ]  # fmt: skip
    found = methods.policies(rows)
    assert [(row.group, row.name) for row in found] == [
        ("as logged", "logged"), ("thompson", "DR"), ("thompson", "IPS"), ("popularity", "DR"),
    ]  # fmt: skip
    low, high = methods.span(found)
    assert low < 0.4 < 9.1 < high


def test_what_a_card_says_is_in_service():
    card = {
        "method": "item graph", "serving": {"ranker": {"sources": ["ease", "own"], "kind": "trees"}},
        "tuning": {"n_trials": 3, "ndcg_of_methods": {"item graph": 0.2, "hybrid": 0.1}},
    }  # fmt: skip
    found = methods.told(card, "v1")
    assert (found.method, found.sources, found.ndcg_of_methods) == ("item_graph", ("ease",), {"item_graph": 0.2, "hybrid": 0.1})
    assert methods.told({}, "v0").n_trials == 0


def test_before_anything_ran_there_are_no_rows(shop, empty_memory):
    assert methods.in_service(shop) is None
    for table in ("recommend_methods", "recommend_trials", "rating_methods", "policy_values"):
        assert empty_memory.get(table, lambda view, table=table: methods.rows_of(view, table)) == ()
