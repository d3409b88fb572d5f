"""An explanation names the rung, the own products, the rules and the factors; and what was left out."""

import json

import numpy as np

from shopkeeper.capabilities.recommend.loaded.pool import RUNGS as KNOWN
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.steering.explaining import ACTIONS, RUNGS, explain
from shopkeeper.capabilities.recommend.steering.steered import Asked
from shopkeeper.capabilities.recommend.steering.steering import Steering
from shopkeeper.core.schema import RULE_ACTIONS

RULES = [
    {"rule_id": "spring", "action": "boost", "product_id": "p03", "strength": 50.0, "note": "spring sale", "made_by": "Ann"},
    {"rule_id": "out", "action": "block", "product_id": "p01"},
]


def entry(number, rung="customer", **more):
    return {"product_id": f"p{number:02}", "rung": rung, "reasons": [], **more}


def test_every_rung_and_action_has_words():
    assert set(RUNGS) == set(KNOWN) and set(ACTIONS) == set(RULE_ACTIONS)


def test_an_explanation_is_whole_and_plain_json(catalog, pool_of):
    stage = Steering.from_arrays({}, RecommendSettings(), RULES, [], catalog)
    stage.exposure.add("", np.array([2], np.int32), np.array([0], np.int32))
    steered = stage.steer(*pool_of(1, 2, 3, 4), Asked(n=3, now=0, diversity=0.2, exposure_cap=0.0))
    shown = [entry(code) for code in steered.codes.tolist()]
    shown[0]["reasons"] = [{"product_id": "p09", "title": "Thing 9", "share": 0.75}]
    shown.append(entry(20, "trending"))  # tried out: steering did not choose it
    found = explain(shown, steered, stage, [False, False, False, True])
    assert [one["tried_out"] for one in found["products"]] == [False, False, False, True]
    assert "tried out here" in found["products"][-1]["words"] and "tried out" not in found["products"][0]["words"]
    assert json.loads(json.dumps(found)) == found
    first = found["products"][0]
    assert (first["product_id"], first["position"], first["position_before"]) == ("p03", 1, 3)
    assert first["rules"][0] == {
        "rule_id": "spring", "action": "boost", "from": 3, "to": 1, "note": "spring sale", "made_by": "Ann",
        "words": "rule spring: raised, from position 3 to 1 (spring sale)",
    }  # fmt: skip
    assert first["words"].startswith("What the customer bought") and first["words"].endswith(".")
    assert "Thing 9 speaks for 75% of it" in first["words"] and "spring sale" in first["words"]
    assert first["factors"]["rules"]["factor"] == 50.0 and "diversity" in first["factors"] and "exposure" in first["factors"]
    assert found["products"][-1]["rung"]["words"] == RUNGS["trending"] and found["products"][-1]["rules"] == []
    assert [(one["product_id"], one["title"], one["rules"][0]["action"]) for one in found["left_out"]] == [
        ("p01", "Thing 1", "block")
    ]


def test_what_is_due_again_is_said_in_words(catalog, pool_of):
    again = {
        "steering_paths": np.empty(0, np.uint8), "steering_path_offsets": np.zeros(1, np.int64), "again_product": np.array([[0.6, np.log(28.0), 0.3, 0.5]] * 40, np.float32),
        "again_category": np.array([[0.6, 3.0, 0.3, 0.5]], np.float32), "again_kind": np.array([[0.6, 3.0, 0.3, 0.5]], np.float32),
        "price_spread": np.array([0.3, 0.5]), "price_median": np.array([np.log(20.0)]),
    }  # fmt: skip
    stage = Steering.from_arrays(again, RecommendSettings(), [], [], catalog)
    bought = {"bought": np.array([2], np.int32), "bought_days": np.array([3], np.float32)}
    steered = stage.steer(*pool_of(2, 39), Asked(n=2, now=0, owned="learned", price_affinity=1.0, **bought))
    found = {one["product_id"]: one for one in explain([entry(39), entry(2)], steered, stage)["products"]}
    assert "60% of customers who come back buy the same again, half of them within 28 days" in found["p02"]["words"]
    assert "what the customer usually pays" in found["p39"]["words"] and "owned" not in found["p39"]["factors"]
