"""What a shop believes: by hand, learned at once as learned live, kept in arrays."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.exploring.belief import FIRST_RATE, Belief, learn_belief
from shopkeeper.capabilities.recommend.exploring.read import read_slates
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.numerics.coding import pack

SETTINGS = RecommendSettings()
PRODUCTS = [f"p{number}" for number in range(6)]
CODES = {product: code for code, product in enumerate(PRODUCTS)}


def code_of(product):
    return CODES.get(product, -1)


def decision(number, chosen, place="home"):
    explore = {
        "method": "thompson", "share": 0.5, "probability": [0.5] * len(chosen), "explored": [1], "candidates": PRODUCTS[:4],
        "strength": [100, 80, 60, 40],
    }  # fmt: skip
    return {
        "decision_id": f"d{number}", "at": datetime(2026, 1, 1) + timedelta(minutes=number), "answer": "recommend.for_customer",
        "place": place, "chosen": json.dumps(chosen), "reason": json.dumps({"explore": explore}),
    }  # fmt: skip


def click(number, product):
    return {
        "outcome_id": f"o{number}{product}", "at": datetime(2026, 2, 1), "decision_id": f"d{number}", "outcome": "click",
        "product_id": product, "value": None,
    }  # fmt: skip


DECISIONS = [decision(number, [PRODUCTS[number % 4], PRODUCTS[4]], ("home", "cart", "")[number % 3]) for number in range(40)]
OUTCOMES = [click(number, PRODUCTS[number % 4]) for number in range(0, 40, 4)] + [click(1, "p4")]


@pytest.fixture
def slates(view_of):
    return read_slates(view_of({"decisions": DECISIONS, "outcomes": OUTCOMES}), reward="click", limit=99, products=pack(PRODUCTS))


def test_before_anything_is_shown_all_are_equal():
    success, failure = Belief(None, SETTINGS).posterior(np.array([3, 1, 700]), "home")
    assert success.tolist() == [1.0, 1.0, 1.0]
    assert success / (success + failure) == pytest.approx([FIRST_RATE] * 3)


def test_a_posterior_by_hand(slates):
    """p0 was shown first ten times and clicked ten times, in three places; the prior is worth one click."""
    arrays = learn_belief(slates, SETTINGS)
    belief = Belief(arrays, SETTINGS)
    success, failure = belief.posterior(np.array([0, 5]), "nowhere")
    rate = belief.rate("nowhere")
    assert success == pytest.approx([1 + 10, 1])
    assert failure == pytest.approx([(1 - rate) / rate, (1 - rate) / rate]), "ten shows, ten clicks: no misses"
    at_home, _ = belief.posterior(np.array([0]), "home")
    n_home = sum(number % 12 == 0 for number in range(0, 40, 4))
    assert at_home == pytest.approx([1 + n_home + 0.25 * (10 - n_home)])


def test_what_is_popular_is_expected_to_earn_more(slates):
    arrays = learn_belief(slates, SETTINGS, popularity=np.array([1, 1, 1, 1, 1, 19.0]))
    success, failure = Belief(arrays, SETTINGS).posterior(np.array([1, 5]), "x")
    assert arrays["explore_popular"][5] == pytest.approx((19 / 4) ** 0.25)
    assert failure[1] < failure[0] - 10, "and p1 was shown"
    assert success.tolist() == [1.0, 1.0]


def test_live_is_learned_at_once(slates):
    """From the same start, rows one by one give the arrays that a replay gives, whatever the order of outcomes."""
    start = Belief(learn_belief(slates.part(0, 0), SETTINGS), SETTINGS)
    whole = learn_belief(slates, SETTINGS)
    # The same looks and rates: these are learned with all of it, and are not touched live.
    live = Belief({**start.arrays(), "explore_places": whole["explore_places"], "explore_rates": whole["explore_rates"],
                   "explore_looks": whole["explore_looks"], "explore_earned": np.zeros((3, 6), np.float32),
                   "explore_shown": np.zeros((3, 6), np.float32)}, SETTINGS)  # fmt: skip
    clicked = {row["decision_id"]: row for row in OUTCOMES}
    for row in DECISIONS:
        live.observe("decisions", [row], code_of)
        live.observe("outcomes", [each for each in OUTCOMES if each["decision_id"] == row["decision_id"]], code_of)
        live.observe("outcomes", [clicked[row["decision_id"]]] if row["decision_id"] in clicked else [], code_of)  # told twice
    found = live.arrays()
    for name in whole:
        assert found[name] == pytest.approx(whole[name], rel=1e-3, abs=1e-5), name


def test_arrays_are_all_there_is(slates):
    belief = Belief(learn_belief(slates, SETTINGS), SETTINGS)
    again = Belief({name: np.array(array) for name, array in belief.arrays().items()}, SETTINGS)
    for place in ("home", "cart", ""):
        np.testing.assert_array_equal(again.posterior(np.arange(6), place), belief.posterior(np.arange(6), place))
        strength = np.linspace(1, 0, 6)
        left, right = (each.bounds(np.arange(6), np.arange(6), strength, place, 1.0) for each in (again, belief))
        np.testing.assert_array_equal(left, right)
    assert all(array.dtype.kind in "fu" for array in belief.arrays().values())


def test_products_that_came_later_and_rows_that_say_nothing():
    belief = Belief(None, SETTINGS)
    later = {"p0": 0, "later": 900}
    row = {**decision(1, ["later", "unknown"]), "reason": None}
    belief.observe("decisions", [row, {**row, "chosen": "not json"}, {**row, "decision_id": "x", "answer": "a.b"}],
                   lambda product: later.get(product, -1))  # fmt: skip
    belief.observe("outcomes", [click(1, "later"), click(7, "later"), {**click(1, "p0"), "outcome": "open"}],
                   lambda product: later.get(product, -1))  # fmt: skip
    belief.observe("products", [{"product_id": "p0"}], code_of)
    success, _ = belief.posterior(np.array([900, 0]), "home")
    assert success.tolist() == [2.0, 1.0]


def test_a_purchase_after_a_click_is_one_reward():
    belief = Belief(None, SETTINGS)
    belief.observe("decisions", [decision(1, ["p0"])], code_of)
    belief.observe("outcomes", [click(1, "p0"), {**click(1, "p0"), "outcome": "purchase"}], code_of)
    assert belief.posterior(np.array([0]), "")[0].tolist() == [2.0]


def test_no_decisions(view_of):
    nothing = read_slates(view_of({}), reward="click", limit=9, products=pack(PRODUCTS))
    belief = Belief(learn_belief(nothing, SETTINGS), SETTINGS)
    assert belief.posterior(np.array([0, 5]), "home")[0].tolist() == [1.0, 1.0]
