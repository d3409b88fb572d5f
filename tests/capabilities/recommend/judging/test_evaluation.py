import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.deep.training import missing
from shopkeeper.capabilities.recommend.judging.comparison import KS
from shopkeeper.capabilities.recommend.judging.evaluation import teller
from shopkeeper.capabilities.recommend.methods.every import METHODS
from shopkeeper.capabilities.recommend.ranking import choosing as ordering
from shopkeeper.capabilities.recommend.ranking import hybrid
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.tasks import evaluate, tune
from shopkeeper.core.errors import Cancelled, NotEnoughData
from shopkeeper.core.progress import Watched

BRIEF = RecommendSettings(evaluated_methods="item_graph", evaluate_trials=4, tune_trials=6)


@pytest.fixture(scope="module")
def compared(tastes, view_of):
    return evaluate(view_of(tastes), BRIEF)


def rows(result, **wanted):
    return {row["method"]: row for row in result.table.to_pylist() if all(row[name] == value for name, value in wanted.items())}


def test_one_row_for_each_method_and_k(compared):
    assert compared.table.num_rows == 2 * len(KS) * 3
    of = rows(compared, wanted="new", k=10)
    assert list(of) == ["popularity", "bought_again", "item_graph"]
    assert of["item_graph"]["verdict"] == "better"
    assert of["item_graph"]["is_best"]
    assert of["item_graph"]["ndcg_low"] < of["item_graph"]["ndcg"] < of["item_graph"]["ndcg_high"]
    assert of["item_graph"]["n_trials"] == 4
    assert json.loads(of["item_graph"]["parameters"]).keys() == vars(METHODS["item_graph"].starts[0]).keys()
    assert all(of["item_graph"][name] > 0 for name in ("learn_seconds", "answer_ms", "model_mb", "learn_memory_mb", "coverage"))


def test_repeats_are_judged_beside_bought_again(compared):
    of = rows(compared, wanted="all", k=10)
    assert of["bought_again"]["ndcg"] > of["popularity"]["ndcg"]
    assert of["bought_again"]["ndcg_difference"] == 0.0
    assert compared.scores[1].baseline_name == "bought again"


def test_what_the_scores_say_is_in_the_table(compared):
    score, row = compared.scores[0], rows(compared, wanted="new", k=10)["item_graph"]
    assert score.value == row["ndcg"]
    assert score.baseline_name == "popularity"
    assert not score.decides
    assert "item graph is best" in compared.headline


def test_longer_lists_recall_more(compared):
    recalls = [rows(compared, wanted="new", k=k)["item_graph"]["recall"] for k in KS]
    assert recalls == sorted(recalls)


def test_in_noise_nothing_is_better(noise, view_of):
    found = rows(evaluate(view_of(noise), BRIEF), wanted="new", k=10)
    assert found["item_graph"]["verdict"] != "better"


def test_a_method_that_takes_too_much_memory_is_left_out(tastes, view_of):
    settings = RecommendSettings(evaluated_methods="item_graph", evaluate_trials=1, memory_gb=1e-5)
    row = rows(evaluate(view_of(tastes), settings), wanted="new", k=10)["item_graph"]
    assert "memory_gb" in row["note"]
    assert (row["ndcg"], row["learn_seconds"], row["n_trials"], row["is_best"]) == (None, None, 0, False)


NETWORKS = ("hybrid_fm", "hybrid_wide_deep", "hybrid_deepfm", "hybrid_ncf")


def test_a_shop_too_small_for_networks_is_told_so(tastes, view_of):
    found = rows(evaluate(view_of(tastes), replace(BRIEF, evaluated_methods=",".join(NETWORKS))), wanted="new", k=10)
    assert list(found) == ["popularity", "bought_again", *NETWORKS]
    for name in NETWORKS:
        assert found[name]["note"].startswith("A network learns its order from 200 customers or more")
        assert (found[name]["ndcg"], found[name]["order_p99_ms"], found[name]["is_best"]) == (None, None, False)


def test_without_the_extra_networks_are_left_out_by_name(tastes, view_of, monkeypatch):
    monkeypatch.setattr(hybrid, "FEWEST_FOR_A_NETWORK", 20)
    monkeypatch.setitem(sys.modules, "torch", None)
    found = rows(evaluate(view_of(tastes), replace(BRIEF, evaluated_methods="hybrid_ncf")), wanted="new", k=10)
    assert found["hybrid_ncf"]["note"] == "torch is not installed: pip install 'shopkeeper[deep]'"


def test_without_time_networks_are_left_out_by_name(tastes, view_of, monkeypatch):
    monkeypatch.setattr(hybrid, "FEWEST_FOR_A_NETWORK", 20)
    monkeypatch.setattr(hybrid, "missing", str)
    brief = replace(BRIEF, evaluated_methods="hybrid_ncf", evaluate_minutes=0.0)
    assert "evaluate_minutes" in rows(evaluate(view_of(tastes), brief), wanted="new", k=10)["hybrid_ncf"]["note"]


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=missing())
def test_every_network_has_a_row_of_its_own(tastes, view_of, monkeypatch):
    for module in (hybrid, ordering):
        monkeypatch.setattr(module, "FEWEST_FOR_A_NETWORK", 20)  # the world is small, so that this test is quick
    result = evaluate(view_of(tastes), replace(BRIEF, evaluated_methods=",".join(("item_graph", *NETWORKS))))
    found = rows(result, wanted="new", k=10)
    assert {name: row["note"] for name, row in found.items() if row["note"]} == {}
    for name in NETWORKS:
        row, title = found[name], METHODS[name].title
        assert row["title"] == title
        assert title.startswith("hybrid ordered by ")
        assert row["verdict"] == "better"
        assert json.loads(row["parameters"])["ranker"] == name.removeprefix("hybrid_")
        costs = (
            "learn_seconds",
            "answer_ms",
            "order_p99_ms",
            "model_mb",
            "learn_memory_mb",
            "coverage",
            "recall",
            "validation_ndcg",
        )
        assert all(row[cost] > 0 for cost in costs)
    assert found["item_graph"]["order_p99_ms"] is None
    values = {name: row["validation_ndcg"] for name, row in found.items()}
    assert [name for name, row in found.items() if row["is_best"]] == [max(values, key=values.get)]
    assert len({round(values[name], 9) for name in NETWORKS}) > 1, "each has an order of its own"


def test_it_begins_where_the_search_ended(tastes, view_of):
    tuned = tune(view_of(tastes), BRIEF)
    one = RecommendSettings(evaluated_methods="item_graph", evaluate_trials=1)
    row = rows(evaluate(view_of({**tastes, "recommend_trials": tuned.table}), one), wanted="new", k=10)["item_graph"]
    assert row["validation_ndcg"] == max(tuned.table["value"].to_pylist())


def test_it_can_be_stopped(tastes, view_of):
    told = []

    def late():
        return any("judging" in doing for doing in told)

    with pytest.raises(Cancelled):
        evaluate(view_of(tastes, progress=Watched(lambda share, doing: told.append(doing), late)), BRIEF)
    assert "choosing parameters: item graph" in told


def test_too_little_history_is_refused(tastes, view_of):
    few = {"interactions": tastes["interactions"][:60]}
    with pytest.raises(NotEnoughData) as caught:
        evaluate(view_of(few), BRIEF)
    assert all((caught.value.got, caught.value.wanted, caught.value.next))


def test_progress_never_goes_back():
    told = []
    tell = teller(Watched(lambda share, doing: told.append(share)), "x")
    for share in (0.0, 0.5, 0.2, 1.5):
        tell(share)
    assert told == [0.0, 0.5, 0.5, 1.0]


def test_the_same_again(compared, tastes, view_of):
    again = evaluate(view_of(tastes), BRIEF)
    measured = {"learn_seconds", "answer_ms"}
    kept = [name for name in again.table.column_names if name not in measured]
    assert again.table.select(kept).equals(compared.table.select(kept))
    assert again.scores == compared.scores
    assert np.isfinite(again.table["learn_seconds"].to_numpy()).all()
