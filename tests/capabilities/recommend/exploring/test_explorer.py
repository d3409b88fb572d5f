"""The stage "explore": nothing where nothing is asked of it, exact probabilities, and a hidden better product that is found."""

import json
import time
from datetime import datetime

import numpy as np
import pytest
from decided import decided

from shopkeeper.capabilities.recommend.exploring.explorer import Explorer, draws, learn_explorer
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.numerics.coding import pack

CODES = np.arange(100, 140, dtype=np.int32)
SCORES = np.linspace(2.0, 0.1, 40).astype(np.float32)
METHODS = ["thompson", "lin_ucb"]


def test_without_a_share_nothing_happens():
    found = Explorer(None, RecommendSettings()).explore(CODES, SCORES, 5, 0.0)
    assert found.codes.tolist() == CODES[:5].tolist()
    assert found.probability.tolist() == [1.0] * 5
    assert not found.explored.any()
    assert found.slate_probability == 1.0
    assert found.reason(str) == {}


def test_without_a_share_it_costs_nothing():
    explorer = Explorer(None, RecommendSettings())
    took = []
    for _ in range(200):
        started = time.perf_counter()
        explorer.explore(CODES, SCORES, 10, 0.0)
        took.append(time.perf_counter() - started)
    assert np.median(took) < 5e-5


@pytest.mark.parametrize("method", METHODS)
def test_two_hundred_candidates_within_the_budget(method):
    explorer = Explorer(None, RecommendSettings(explore_method=method))
    codes, scores = np.arange(200, dtype=np.int32), np.linspace(1, 0.1, 200).astype(np.float32)
    explorer.explore(codes, scores, 10, 0.1)
    took = []
    for number in range(200):
        started = time.perf_counter()
        explorer.explore(codes, scores, 10, 0.1, "home", str(number))
        took.append(time.perf_counter() - started)
    assert np.median(took) < 3e-4


@pytest.mark.parametrize("method", METHODS)
def test_the_same_text_chooses_the_same_and_another_another(method):
    explorer = Explorer(None, RecommendSettings(explore_method=method))
    one = explorer.explore(CODES, SCORES, 10, 0.5, "home", "s1")
    again = explorer.explore(CODES, SCORES, 10, 0.5, "home", "s1")
    assert one.codes.tolist() == again.codes.tolist()
    others = {tuple(explorer.explore(CODES, SCORES, 10, 0.5, "home", f"s{n}").codes) for n in range(20)}
    assert len(others) > 5
    assert len({tuple(explorer.explore(CODES, SCORES, 10, 0.5).codes) for _ in range(20)}) > 5


def test_the_share_is_the_share_and_lists_have_no_product_twice():
    explorer = Explorer(None, RecommendSettings())
    lists = [explorer.explore(CODES, SCORES, 10, 0.2, "", f"s{n}") for n in range(400)]
    assert np.mean([found.explored.mean() for found in lists]) == pytest.approx(0.2, abs=0.03)
    assert all(len(set(found.codes.tolist())) == 10 for found in lists)
    assert all(set(found.codes.tolist()) <= set(CODES[:30].tolist()) for found in lists), "from the best candidates"


@pytest.mark.parametrize("method", METHODS)
def test_weights_of_the_logged_probabilities_have_mean_one(method):
    """Each candidate's count over its logged probability must come out even: the mean of 1 / p over lists that show it first."""
    explorer = Explorer(None, RecommendSettings(explore_method=method, explore_floor=0.5, explore_candidates=4))
    n, total = 4_000, np.zeros(4)
    for number in range(n):
        found = explorer.explore(CODES[:4], SCORES[:4], 1, 0.6, "", f"w{number}")
        total[found.codes[0] - 100] += 1 / found.probability[0]
    assert total / n == pytest.approx(np.ones(4), abs=0.2)


def test_pinned_slots_stay():
    explorer = Explorer(None, RecommendSettings())
    fixed = np.array([True, False, False, True, False])
    for number in range(50):
        found = explorer.explore(CODES, SCORES, 5, 1.0, "", str(number), fixed)
        assert found.codes[[0, 3]].tolist() == [100, 103]
        assert found.probability[[0, 3]].tolist() == [1.0, 1.0]


def test_few_candidates():
    explorer = Explorer(None, RecommendSettings())
    assert explorer.explore(CODES[:0], SCORES[:0], 5, 0.5).codes.tolist() == []
    assert explorer.explore(CODES[:1], SCORES[:1], 5, 0.5).probability.tolist() == [1.0]
    assert sorted(explorer.explore(CODES[:3], SCORES[:3], 5, 1.0).codes.tolist()) == [100, 101, 102]
    assert len(explorer.explore(CODES, np.zeros(40, np.float32), 0, 1.0).codes) == 0
    assert explorer.explore(CODES, np.zeros(40, np.float32), 2, 1.0).strength.max() == 0


def test_what_is_written_down():
    found = Explorer(None, RecommendSettings()).explore(CODES, SCORES, 3, 0.9, "home", "x")
    reason = json.loads(json.dumps(found.reason(lambda code: f"p{code}")))
    assert set(reason) == {"method", "share", "probability", "explored", "candidates", "strength"}
    assert reason["candidates"][0] == "p100"
    assert reason["strength"][0] == 100
    assert len(reason["candidates"]) == len(reason["strength"]) == 30
    assert np.prod(reason["probability"]) == pytest.approx(found.slate_probability, rel=1e-4)
    assert reason["explored"] == [place + 1 for place in np.flatnonzero(found.explored)]


def test_draws_are_even_and_repeat():
    values = draws("seed", 5_000)
    assert values.shape == (5_000, 2)
    assert ((values >= 0) & (values < 1)).all()
    assert values.mean() == pytest.approx(0.5, abs=0.01)
    np.testing.assert_array_equal(values, draws("seed", 5_000))
    assert not np.array_equal(draws("", 5), draws("", 5))


def test_what_was_logged_is_learned(view_of):
    """A shop whose every seventh product is five times as good: after a month of lists these are what the bandit chooses."""
    products = [f"p{number:02}" for number in range(48)]
    view = view_of(decided(products, [], datetime(2026, 1, 1), 30, n=600))
    settings = RecommendSettings(explore_candidates=48, explore_floor=0.01)
    arrays = learn_explorer(view, pack(products), settings, np.ones(48))
    explorer = Explorer(arrays, settings)
    codes, scores = np.arange(48, dtype=np.int32), np.ones(48, np.float32)
    first = np.array([explorer.explore(codes, scores, 1, 1.0, "home", str(number)).codes[0] for number in range(200)])
    assert np.mean(first % 7 == 3) > 0.9
    assert learn_explorer(view_of({}), pack(products), settings) == {}
    assert Explorer({}, settings).explore(codes, scores, 2, 1.0).probability.min() > 0


N_SLOTS, HIDDEN = 4, 20


def served(method, rates, n=700, share=0.4):
    """How often each of 25 products was shown: a ranking that never changes, clicks by ``rates``, the loop closed live."""
    explorer = Explorer(None, RecommendSettings(explore_method=method))
    random = np.random.default_rng(3)
    codes, scores = np.arange(25, dtype=np.int32), np.linspace(1, 0.2, 25).astype(np.float32)
    shown = np.zeros((n, 25))
    for number in range(n):
        found = explorer.explore(codes, scores, N_SLOTS, share, "home", f"{number}")
        shown[number, found.codes] = 1
        decision = {
            "decision_id": f"d{number}", "at": datetime(2026, 1, 1), "answer": "recommend.for_customer", "place": "home",
            "chosen": json.dumps([str(code) for code in found.codes]),
            "reason": json.dumps({"explore": found.reason(str)}),
        }  # fmt: skip
        explorer.observe("decisions", [decision], int)
        clicked = found.codes[random.random(N_SLOTS) < rates[found.codes] / np.log2(2 + np.arange(N_SLOTS))]
        rows = [{"decision_id": f"d{number}", "outcome": "click", "product_id": str(code)} for code in clicked]
        explorer.observe("outcomes", rows, int)
    return shown


def test_a_hidden_better_product_is_found_and_shown():
    """The ranking puts it at place 21 of 25, below all lists; its rate is six times the others'."""
    rates = np.full(25, 0.05)
    rates[HIDDEN] = 0.3
    shown = served("thompson", rates)
    late = shown[-200:].mean(axis=0)
    assert late[HIDDEN] > 0.6, "nearly every list has an explored slot, and it stands there"
    assert late[HIDDEN] > 3 * np.delete(late[N_SLOTS:], HIDDEN - N_SLOTS).max()


def test_lin_ucb_finds_it_too():
    rates = np.full(25, 0.05)
    rates[HIDDEN] = 0.3
    late = served("lin_ucb", rates)[-200:].mean(axis=0)
    assert late[HIDDEN] > 0.6


def test_where_nothing_is_hidden_nothing_is_preferred():
    late = served("thompson", np.full(25, 0.1))[-200:].mean(axis=0)
    assert late[HIDDEN] < 0.4
