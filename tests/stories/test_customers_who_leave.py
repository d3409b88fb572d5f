"""A shop in which some leave for good: who left is told from who is late, and from nothing but their orders."""

from __future__ import annotations

import numpy as np
import pytest

from shopkeeper.simulator import simulate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def told(tmp_path_factory, bring_in):
    world = simulate(
        seed=41, n_customers=900, n_products=60, n_days=300, visits_per_customer=24.0, leaving_share=0.4, newcomer_share=0.2,
        anonymous_share=0.0,
    )  # fmt: skip
    with bring_in(world, tmp_path_factory.mktemp("leaving")).shop as shop:
        runs = shop.learn(["customers.segments", "customers.flows", "customers.funnels"])
        assert {run.state for run in runs} <= {"done", "unchanged"}, [(run.task, run.problem) for run in runs]
        truth = {row["customer_id"]: row for row in world.truth["truth_customers"].to_pylist()}
        profiles = {row["customer_id"]: row for row in shop.table("customer_profiles").to_pylist() if row["n_orders"]}
        yield shop, profiles, truth


def auc(score, positive):
    rank = np.argsort(np.argsort(score)) + 1.0
    n = positive.sum()
    return (rank[positive].sum() - n * (n + 1) / 2) / (n * (len(positive) - n))


@pytest.mark.parametrize("column", ["p_alive", "p_buys"])
def test_who_has_left_is_told_from_orders_alone(told, column):
    _, profiles, truth = told
    has_left = np.array([truth[name]["has_left"] for name in profiles])
    said = np.array([row[column] for row in profiles.values()])
    assert auc(-said, has_left) > 0.8


def test_stages_are_ordered_as_the_truth_is(told):
    _, profiles, truth = told
    share = {}
    for stage in ("loyal", "active", "at_risk", "lapsed"):
        left = [truth[name]["has_left"] for name, row in profiles.items() if row["stage"] == stage]
        assert len(left) > 10, stage
        share[stage] = sum(left) / len(left)
    assert share["loyal"] < share["at_risk"] < share["lapsed"]
    assert share["active"] < share["lapsed"]
    assert share["lapsed"] > 0.8


def test_a_line_that_a_manager_types_counts_as_python_does(told):
    shop, profiles, _ = told
    wanted = {
        name for name, row in profiles.items() if row["stage"] == "lapsed" and row["value_12m"] > 50 and not row["opted_out"]
    }
    body = shop.ask("customers.segment_members", expression="lapsed and value_12m > 50 and not opted_out", n=10_000)
    assert {row["customer_id"] for row in body["customers"]} == wanted
    assert body["n_customers"] == len(wanted) > 0


def test_a_profile_says_what_the_tables_say(told):
    shop, profiles, _ = told
    name, row = max(profiles.items(), key=lambda each: each[1]["value"])
    body = shop.customers.profile(name)
    assert body["is_known"]
    assert body["life_cycle"]["stage"] == row["stage"]
    assert body["money"]["value"] == pytest.approx(row["value"])


def test_the_funnel_is_the_simulated_one(told):
    shop, _, _ = told
    whole = shop.run("customers.funnels", {"funnel_days": 3650}).table.to_pylist()
    steps = {row["step"]: row for row in whole if row["dimension"] == "all"}
    assert steps["view"]["n_visits"] > steps["cart"]["n_visits"] > steps["checkout"]["n_visits"] > steps["purchase"]["n_visits"]
    events = shop.sql("SELECT count(DISTINCT session_id) AS n FROM events WHERE event = 'purchase'")["n"][0].as_py()
    assert steps["purchase"]["n_visits"] == events
