import json

import numpy as np

from shopkeeper.capabilities.customers.classifying.reasons import reasons, strongest

NAMES = ("recency_days", "seen_days", "value", "n_orders")
GROUPS = {"recency_days": "quiet", "seen_days": "quiet"}
FEATURES = np.array([[120.0, 119.0, 1234.567, 2.0], [3.0, 2.0, np.nan, 9.0], [30.0, 30.0, 400.0, 4.0]])


def told(contributions, **more):
    return [json.loads(text) for text in reasons(NAMES, FEATURES, np.array(contributions), GROUPS, **more).to_pylist()]


def test_the_strongest_in_the_direction_of_the_whole_and_groups_speak_once():
    found = told([[0.5, 0.3, 0.4, -0.2], [0.1, -0.3, -0.05, -0.6], [0.0, 0.0, 0.0, 0.001]])
    assert found[0] == [
        {"feature": "recency_days", "value": 120, "shop_value": 30, "effect": 0.8},
        {"feature": "value", "value": 1235, "shop_value": 817.3, "effect": 0.4},
    ]
    assert [each["feature"] for each in found[1]] == ["n_orders", "seen_days", "value"]
    assert found[1][2]["value"] is None
    assert [round(each["effect"], 3) for each in found[1]] == [-0.6, -0.2, -0.05]
    assert found[2] == []


def test_a_customers_own_usual_value_stands_beside():
    found = told([[0.5, 0.0, 0.0, 0.0]] * 3, usual={"recency_days": np.array([20.0, np.nan, 7.5])})
    assert [each[0].get("usual_value") for each in found] == [20, None, 7.5]


def test_effects_of_all_groups_sum_to_all_contributions():
    contributions = np.random.default_rng(1).normal(size=(50, 4))
    feature, effect = strongest(contributions, np.array([0, 0, 1, 2]), 3)
    np.testing.assert_allclose(effect.sum(axis=1), contributions.sum(axis=1))
    assert feature.shape == (50, 3)


def test_nobody_has_no_reasons():
    assert reasons(NAMES, np.empty((0, 4)), np.empty((0, 4)), GROUPS).to_pylist() == []
