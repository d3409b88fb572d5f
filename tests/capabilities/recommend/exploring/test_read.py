"""What is read back is what was written down, whatever else lies in `decisions`."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.exploring.read import read_popularity, read_slates
from shopkeeper.numerics.coding import pack

AT = datetime(2026, 1, 1)


def decision(number, chosen, *, explore=None, answer="recommend.for_customer", place="home", probability=None):
    return {
        "decision_id": f"d{number}", "at": AT + timedelta(hours=number), "answer": answer, "place": place,
        "chosen": json.dumps(chosen), "probability": probability,
        "reason": json.dumps({"rung": "customer", **({"explore": explore} if explore else {})}),
    }  # fmt: skip


EXPLORE = {
    "method": "thompson", "share": 0.25, "probability": [0.9, 0.05], "explored": [2], "candidates": ["b", "a", "c"],
    "strength": [100, 50, 20],
}  # fmt: skip


def outcome(number, product, kind="click", value=None, at=30):
    return {
        "outcome_id": f"o{number}{product}{kind}", "at": AT + timedelta(days=at), "decision_id": f"d{number}", "outcome": kind,
        "product_id": product, "value": value,
    }  # fmt: skip


def test_slots_candidates_and_rewards(view_of):
    view = view_of(
        {
            "decisions": [decision(2, ["b", "c"], explore=EXPLORE), decision(1, ["a", "b"])],
            "outcomes": [
                outcome(2, "c"),
                outcome(2, "c", "purchase", 9.0),
                outcome(1, "b", "purchase", 4.0),
                outcome(1, "a", "open"),
            ],
        }
    )
    found = read_slates(view, reward="click", limit=10)
    ids = [found.products.text(code) for code in found.product]
    assert ids == ["a", "b", "b", "c"]
    assert found.decision.tolist() == [0, 0, 1, 1]
    assert found.position.tolist() == [0, 1, 0, 1]
    assert found.reward.tolist() == [0, 1, 0, 1], "who buys has clicked; a purchase after a click is one reward; open is none"
    assert found.probability.tolist() == [1.0, 1.0, 0.9, 0.05]
    assert found.explored.tolist() == [False, False, False, True]
    assert found.standing.tolist() == [-1, -1, 0, 2]
    assert found.share.tolist() == [0.0, 0.25]
    assert found.candidate_starts.tolist() == [0, 0, 3]
    assert [found.products.text(code) for code in found.candidate] == ["b", "a", "c"]
    assert found.strength.tolist() == [1.0, 0.5, 0.2]
    assert read_slates(view, reward="value", limit=10).reward.tolist() == [0, 4.0, 0, 9.0]
    assert read_slates(view, reward="purchase", limit=10).reward.tolist() == [0, 1, 0, 1]
    assert read_slates(view, reward="add_to_cart", limit=10, explored=True).n_decisions == 1
    newest = read_slates(view, reward="click", limit=1)
    assert newest.at.tolist() == [int((AT + timedelta(hours=2) - datetime(1970, 1, 1)).total_seconds() * 1e6)]


def test_codes_are_those_that_are_given(view_of):
    view = view_of({"decisions": [decision(1, ["b", "z"], explore=EXPLORE)], "outcomes": []})
    found = read_slates(view, reward="click", limit=10, products=pack(["b", "c", "x"]))
    assert found.product.tolist() == [0, -1]
    assert found.candidate.tolist() == [0, -1, 1]
    assert found.standing.tolist() == [0, -1]


def test_only_what_was_seen_counts_where_the_shop_tells(view_of):
    view = view_of({
        "decisions": [decision(1, ["a", "b", "c"]), decision(2, ["a", "b"])],
        "outcomes": [],
        "impressions": [{"impression_id": "i", "at": AT, "product_id": "b", "decision_id": "d1"}],
    })  # fmt: skip
    found = read_slates(view, reward="click", limit=10)
    assert found.decision.tolist() == [0, 0, 1, 1]
    assert found.position.tolist() == [0, 1, 0, 1]
    assert found.slot_starts.tolist() == [0, 2, 4]


def test_an_outcome_without_a_product_counts_where_one_was_shown(view_of):
    rows = [outcome(1, None), outcome(2, None)]
    view = view_of({"decisions": [decision(1, ["a"], probability=0.2), decision(2, ["a", "b"])], "outcomes": rows})
    found = read_slates(view, reward="click", limit=10)
    assert found.reward.tolist() == [1, 0, 0]
    assert found.probability.tolist() == [0.2, 1, 1]


def test_other_decisions_and_odd_ones_are_left_out(view_of):
    rows = [
        decision(1, ["a"], answer="marketing.campaign"), decision(2, {"price": 3}), decision(3, []),
        decision(4, ["a"], explore={"probability": "much", "candidates": [1, 2], "strength": None, "share": "x"}),
        decision(5, ["a"], answer="home page", explore=EXPLORE), decision(6, [7], place=None),
    ]  # fmt: skip
    found = read_slates(view_of({"decisions": rows, "outcomes": []}), reward="click", limit=10)
    assert found.at.tolist() == sorted(found.at.tolist())
    assert [found.products.text(code) for code in found.product] == ["a", "a", "7"]
    assert found.probability.tolist() == [1.0, 0.9, 1.0]
    assert found.places == ("", "home")


def test_parts_are_parts(view_of):
    view = view_of({"decisions": [decision(n, ["b", "c"], explore=EXPLORE) for n in range(4)], "outcomes": [outcome(2, "b")]})
    every = read_slates(view, reward="click", limit=10)
    late = every.part(2, 4)
    assert late.decision.tolist() == [0, 0, 1, 1]
    assert late.reward.tolist() == [1, 0, 0, 0]
    assert late.candidate_starts.tolist() == [0, 3, 6]
    assert len(late.candidate) == 6
    assert every.part(0, 0).n_decisions == 0


def test_nothing(view_of):
    found = read_slates(view_of({}), reward="click", limit=10)
    assert found.n_decisions == len(found.products) == len(found.product) == 0


def test_popularity_is_what_came_before(view_of):
    rows = [
        {"actor_id": "x", "product_id": product, "event": "purchase", "at": AT + timedelta(days=day)}
        for product, day in (("a", 0), ("a", 1), ("b", 5), ("z", 0))
    ]
    before = int((AT + timedelta(days=2) - datetime(1970, 1, 1)).total_seconds() * 1e6)
    assert read_popularity(view_of({"interactions": rows}), pack(["a", "b"]), before).tolist() == [2.0, 0.0]


@pytest.mark.parametrize("n", [0, 1])
def test_strengths_that_do_not_fit_are_none(view_of, n):
    explore = {**EXPLORE, "strength": [100] * n}
    found = read_slates(view_of({"decisions": [decision(1, ["b"], explore=explore)], "outcomes": []}), reward="click", limit=1)
    np.testing.assert_array_equal(found.strength, np.zeros(3))
