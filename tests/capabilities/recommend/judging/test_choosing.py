import dataclasses
import json
from dataclasses import dataclass

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.judging.choosing import (
    Budget,
    Reach,
    choose,
    starts_of,
    wanted_hybrids,
    wanted_methods,
    why_not,
)
from shopkeeper.capabilities.recommend.judging.material import material
from shopkeeper.capabilities.recommend.methods.every import METHODS
from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.method import Lists, Method
from shopkeeper.capabilities.recommend.methods.popularity import BOUGHT_AGAIN, POPULARITY
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.errors import NotEnoughData, UnknownName
from shopkeeper.core.progress import Silent

PLENTY = Budget(8, 1e9, 10**9)


@dataclass(frozen=True)
class Size:
    """How many products it names, and how much memory it takes."""

    size: int = 1


@dataclass(frozen=True)
class FirstFew:
    """Names the first ones of a fixed order."""

    order: np.ndarray
    n_bytes: int = 1

    def lists(self, questions, n, tell=None):
        order = np.full(n, -1, np.int32)
        order[: len(self.order)] = self.order[:n]
        return Lists(np.tile(order, (len(questions), 1)), np.ones((len(questions), n), np.float32))


def first_few(against="", refuses=False, learnings=None):
    def learn(known, parameters, tell):
        if refuses:
            raise NotEnoughData("There is nothing to see.", got="", wanted="", next="")
        if learnings is not None:
            learnings.append(parameters)
        return FirstFew(np.arange(parameters.size, dtype=np.int32))

    return Method(
        "first_few", "first few", (Size(),), {"size": (1, 2, 3, 4)}, learn,
        lambda known, parameters: 1000 * parameters.size, lambda known: against,
    )  # fmt: skip


@pytest.fixture(scope="module")
def at(tastes, view_of):
    return material(view_of(tastes), RecommendSettings(), Silent()).validation()


def test_parameters_are_what_reaches_most(at):
    chosen = choose(at, ITEM_GRAPH, ITEM_GRAPH.starts, PLENTY)
    assert chosen.value > 2 * Reach(at, POPULARITY)(at.popularity)
    assert chosen.value == Reach(at, ITEM_GRAPH)(chosen.parameters)
    assert chosen.n_trials == 8
    assert chosen.note == ""
    assert chosen.own > 0, "these customers buy the same again"
    assert choose(at, ITEM_GRAPH, ITEM_GRAPH.starts, PLENTY) == chosen


def test_the_naive_answers_fade_as_the_shop_does(at):
    at = dataclasses.replace(at, popularity=dataclasses.replace(at.popularity, popularity_half_life_days=30.0))
    for method in (POPULARITY, BOUGHT_AGAIN):
        chosen = choose(at, method, method.starts, PLENTY)
        assert chosen.parameters.popularity_half_life_days == 30.0
    fading = starts_of(ITEM_GRAPH, 30.0)
    assert {start.popularity_half_life_days for start in fading} == {30.0}


def test_what_was_found_earlier_comes_first(at):
    earlier = dataclasses.replace(ITEM_GRAPH.starts[0], shrinkage=50.0)
    assert starts_of(ITEM_GRAPH, 7.0, earlier)[0] == dataclasses.replace(earlier, popularity_half_life_days=7.0)
    assert len(starts_of(ITEM_GRAPH, 7.0, ITEM_GRAPH.starts[1])) == len(ITEM_GRAPH.starts), "and is not tried twice"


def test_what_is_too_large_is_not_tried(at):
    learnings = []
    method = first_few(learnings=learnings)
    assert "memory_gb" in choose(at, method, method.starts, Budget(9, 1e9, 999)).note
    assert learnings == []
    chosen = choose(at, method, method.starts, Budget(9, 1e9, 2500))
    assert chosen.note == ""
    assert max(each.size for each in learnings) <= 2


def test_the_best_trial_is_not_learned_again(at):
    learnings = []
    method = first_few(learnings=learnings)
    choose(at, method, method.starts, PLENTY)
    assert len(learnings) == len(set(learnings))


def test_a_method_says_why_it_cannot_be_learned(at):
    method = first_few(against="There are no ratings.")
    assert why_not(method, method.starts, at.known, 10**9) == "There are no ratings."
    assert np.isnan(choose(at, method, method.starts, PLENTY).value)
    refusing = first_few(refuses=True)
    assert choose(at, refusing, refusing.starts, PLENTY).note == "There is nothing to see."


def test_progress_is_told_while_a_trial_learns(at):
    told = []
    choose(at, ITEM_GRAPH, ITEM_GRAPH.starts, PLENTY, tell=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_methods_by_name():
    assert list(wanted_methods(RecommendSettings())) == list(METHODS)
    assert list(wanted_methods(RecommendSettings(evaluated_methods=" item_graph,"))) == [
        "popularity", "bought_again", "item_graph",
    ]  # fmt: skip
    with pytest.raises(UnknownName) as caught:
        wanted_methods(RecommendSettings(evaluated_methods="item_grahp"))
    assert "item_graph" in caught.value.wanted


def test_hybrids_by_their_rankers():
    some = RecommendSettings(rankers="ncf; lambda_rank")
    assert [method.name for method in wanted_hybrids(some)] == ["hybrid_ncf", "hybrid"]
    hybrids = [name for name in wanted_methods(some) if name.startswith("hybrid")]
    assert hybrids == ["hybrid", "hybrid_ncf"]
    named = RecommendSettings(rankers="lambda_rank", evaluated_methods="hybrid_fm")
    assert list(wanted_methods(named)) == ["popularity", "bought_again", "hybrid_fm"], "what is named is compared"
    with pytest.raises(UnknownName) as caught:
        wanted_methods(RecommendSettings(rankers="deep_fm"))
    assert "deepfm" in caught.value.wanted


def test_what_takes_too_long_is_not_tried(at):
    learnings = []
    slow = dataclasses.replace(first_few(learnings=learnings), n_seconds=lambda known, parameters: 90.0)
    told = choose(at, slow, slow.starts, Budget(9, 60.0, 10**9)).note
    assert told.startswith("It would take about 90 seconds to learn, and its share of the time is 60")
    assert learnings == []
    assert choose(at, slow, slow.starts, Budget(1, 90.0, 10**9)).note == ""


def test_what_json_kept_is_the_same_parameters():
    start = METHODS["hybrid_fm"].starts[0]
    again = METHODS["hybrid_fm"].parameters_from(json.loads(json.dumps(dataclasses.asdict(start))))
    assert again == start
    assert starts_of(METHODS["hybrid_fm"], 7.0, again) == (start,)
