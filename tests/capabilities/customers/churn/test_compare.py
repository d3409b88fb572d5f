import json

import pytest

pytestmark = pytest.mark.slow


def rows(shop, target):
    return {row["method"]: row for row in shop.table("churn_methods").to_pylist() if row["target"] == target}


def test_a_classifier_is_used_where_it_sees_what_bg_nbd_cannot(leaving):
    for target in ("buys_within", "will_not_return"):
        found = rows(leaving, target)
        chosen = next(row for row in found.values() if row["is_chosen"])
        assert not chosen["is_baseline"]
        assert chosen["ahead_low"] > 0.0
        assert chosen["newest_auc"] > found["bg_nbd"]["newest_auc"] > 0.5
        assert found["prevalence"]["auc"] == 0.5
        assert chosen["brier"] < found["bg_nbd"]["brier"] < found["prevalence"]["brier"]
    score = leaving.runs("customers.churn_methods")[0].scores[0]
    assert score.verdict == "better"
    assert score.decides


def test_every_number_of_every_method_is_there(leaving):
    for row in leaving.table("churn_methods").to_pylist():
        assert 0.0 <= row["auc_low"] <= row["newest_auc"] <= row["auc_high"] <= 1.0
        assert row["n_cuts"] == 2
        assert sum(each["n_cases"] for each in json.loads(row["reliability"])) <= row["n_cases"]
        assert bool(row["learned"]) == row["is_chosen"]


def test_the_chosen_one_is_calibrated(leaving):
    chosen = next(row for row in rows(leaving, "buys_within").values() if row["is_chosen"])
    bins = json.loads(chosen["reliability"])
    missed = sum(each["n_cases"] * abs(each["told"] - each["seen"]) for each in bins)
    assert missed / sum(each["n_cases"] for each in bins) < 0.09


def test_where_nobody_is_different_no_classifier_is_used(nothing):
    run = nothing.runs("customers.churn_methods")[0]
    for target in ("buys_within", "will_not_return"):
        assert rows(nothing, target)["bg_nbd"]["is_chosen"]
    assert [score.verdict for score in run.scores] == ["no evidence"] * 4
    assert "no classifier says better than BG/NBD" in run.headline
