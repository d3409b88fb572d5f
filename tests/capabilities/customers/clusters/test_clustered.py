"""What `customers.clusters` gives."""

import json

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.clustered import clusters_result
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.registry import REGISTRY

SETTINGS = CustomersSettings()


@pytest.fixture(scope="module")
def result(view_of, kinds):
    return clusters_result(view_of(kinds), SETTINGS)


def test_the_declared_table(result):
    assert result.table.column_names == list(REGISTRY.discover().table("customer_clusters").names)
    assert result.table.num_rows == 900
    assert result.table["customer_id"].to_pylist() == sorted(result.table["customer_id"].to_pylist())


def test_the_choice_is_explained(result):
    assert result.card["why"].startswith("3 groups: the elbow is")
    assert "other halves of the customers give the same groups" in result.card["why"]
    assert result.headline.startswith("3 clusters of 900 customers who ordered: many orders")
    assert len(result.headline) < 300


def test_all_three_curves_are_kept(result):
    json.dumps(result.card)
    curves = result.card["curves"]
    for name in ("inertia", "elbow", "silhouette", "silhouette_of_noise", "stability", "points", "is_clear"):
        assert len(curves[name]) == len(curves["n_clusters"]) == 10, name
    assert curves["is_clear"][2]
    np.testing.assert_array_equal(result.learned["inertia"], curves["inertia"])


def test_clusters_in_the_card_add_up(result):
    clusters = result.card["clusters"]
    assert sum(each["n_customers"] for each in clusters) == 900
    assert sum(each["value_share"] for each in clusters) == pytest.approx(1.0)


def test_the_map_is_explained(result, kinds):
    x = result.table["map_x"].to_numpy()
    assert np.corrcoef(x, np.log(kinds["value"]))[0, 1] > 0.3, "the more valuable to the right"
    assert result.card["map"]["x"]["right"]
    assert result.card["map"]["y"]["up"]
    left = [np.flatnonzero(kinds["kind"] == n) for n in range(3)]
    at = np.c_[x, result.table["map_y"].to_numpy()]
    middles = np.array([at[mine].mean(axis=0) for mine in left])
    spread = max(at[mine].std() for mine in left)
    assert np.linalg.norm(middles[0] - middles[1]) > 3 * spread / 2


def test_scores_beside_noise_and_chance(result):
    silhouette, stability = result.scores
    assert silhouette.baseline_name == "noise of the same spread"
    assert silhouette.verdict == stability.verdict == "better"


def test_in_a_world_without_kinds(view_of, blob):
    result = clusters_result(view_of(blob), SETTINGS)
    assert result.headline.startswith("No clear groups among 900 customers who ordered")
    assert result.scores[0].name.startswith("silhouette of the best split")
    assert result.scores[0].verdict != "better"
    assert set(result.table["cluster"].to_pylist()) == {0}
    assert not result.card["are_clear"]


def test_names_stay_while_clusters_barely_move(view_of, kinds, result):
    renamed = json.loads(json.dumps(result.card))
    renamed["clusters"][1]["cluster_name"] = "large orders"
    grown = {name: values[:880] for name, values in kinds.items()}
    again = clusters_result(view_of(grown, in_service=renamed), SETTINGS)
    assert [each["cluster_name"] for each in again.card["clusters"]][1] == "large orders"
    assert len(again.card["kept_names"]) == 3


def test_same_seed_same_result(view_of, kinds, result):
    again = clusters_result(view_of(kinds), SETTINGS)
    assert again.table.equals(result.table)
    assert again.scores == result.scores
