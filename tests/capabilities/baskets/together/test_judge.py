"""The exam: what is hidden is hidden, the naive answer is the popular one, and knowing better shows."""

import dataclasses

import numpy as np
import pytest

from shopkeeper.capabilities.baskets.together.judge import (
    Judged,
    K,
    by_item_graph,
    gains,
    listed,
    only_popular,
    popular_half_life,
    questions,
    scores,
    varied_carts,
)
from shopkeeper.capabilities.baskets.together.listing import background_of, learn_lists, popular_order
from shopkeeper.capabilities.baskets.together.material import material
from shopkeeper.capabilities.baskets.together.parameters import Parameters


@pytest.fixture(scope="module")
def exam(world):
    """What was known after nine tenths of the baskets, and what the others ask."""
    every = world.material
    end = int(0.8 * len(every.baskets))
    before = material(every.baskets.between(0, end), every.at[:end], every.visits, every.facts, limit=100, seed=0)
    return before, questions(every.baskets.between(end, len(every.baskets)), 500, seed=0)


def test_what_is_hidden_does_not_ask(exam):
    _, asked = exam
    assert len(asked) == 2 * asked.n_pages
    for number, wanted in enumerate(asked.wanted.tolist()):
        asking = asked.asking.product[asked.asking.starts[number] : asked.asking.starts[number + 1]].tolist()
        assert wanted not in asking
        assert len(asking) == 1 if number < asked.n_pages else len(asking) >= 1


def test_the_naive_answer_is_what_is_popular_without_what_asks(exam):
    before, asked = exam
    popular = popular_order(before, 1e6)
    shown = only_popular(asked, popular)
    first = asked.asking.product[asked.asking.starts[0] : asked.asking.starts[1]].tolist()
    assert shown[0].tolist() == [code for code in popular.tolist() if code not in first][:K]


def test_complements_beat_popularity_and_the_item_graph_is_beside_them(exam):
    before, asked = exam
    learned = learn_lists(before, Parameters(), error_share=0.05, at_least=2, half_life_days=1e6)
    popular = learned.popular
    ours = listed(learned.products.graph, asked, popular)
    judged = Judged(asked, ours, only_popular(asked, popular), by_item_graph(before, asked, popular), ours)
    found = {score.name: score for score in scores(judged, seed=0)}
    deciding = [score for score in found.values() if score.decides]
    assert len(deciding) == 1
    assert deciding[0].verdict == "better"
    assert deciding[0].difference_in_service.low == deciding[0].difference_in_service.high == 0.0
    assert found[f"NDCG@{K} beside the item graph"].baseline > deciding[0].baseline


def test_too_few_baskets_are_no_exam(world):
    few = questions(world.material.baskets.between(0, 20), 500, seed=0)
    nothing = np.full((len(few), K), -1, np.int32)
    assert scores(Judged(few, nothing, nothing, nothing, None), seed=0) == ()


def test_variety_changes_carts_only(exam):
    before, asked = exam
    learned = learn_lists(before, Parameters(), error_share=0.05, at_least=2, half_life_days=1e6)
    graph, kind = learned.products.graph, before.facts.category
    plain = listed(graph, asked, learned.popular, background=learned.background)
    assert np.array_equal(plain, varied_carts(learned, graph, asked, kind, 0.0))
    various = varied_carts(learned, graph, asked, kind, 0.9)
    assert np.array_equal(various[: asked.n_pages], plain[: asked.n_pages])
    assert not np.array_equal(various, plain)
    assert abs(gains(various, asked).mean() - gains(plain, asked).mean()) < 0.05


def test_popularity_fades_as_the_questions_say(exam):
    before, asked = exam
    assert popular_half_life(before, asked) in (7.0, 30.0, 90.0, 1e6)


def test_a_loud_background_is_the_popular_list(exam):
    """Where nothing but popularity counts, questions with pairs get what questions without any get."""
    before, asked = exam
    parameters = Parameters(popular_weight=1.0, popularity_exponent=1.0, popularity_half_life_days=1e6)
    background = background_of(before, parameters)
    loud = dataclasses.replace(background, worth=background.worth * 1e6)
    graph = learn_lists(before, parameters, error_share=0.05, at_least=2, half_life_days=1e6).products.graph
    popular = popular_order(before, 1e6)
    assert np.array_equal(listed(graph, asked, popular, background=loud), only_popular(asked, popular))
