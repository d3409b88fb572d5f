"""Profiles of clusters."""

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.clustered import clusters_result
from shopkeeper.capabilities.customers.clusters.profiles import profiles_result
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.registry import REGISTRY

SETTINGS = CustomersSettings()


def small(full_view):
    as_of = full_view({}).as_of.replace(tzinfo=None)
    return full_view({
        "customer_features": {
            "customer_id": ["a", "b", "c", "d"], "n_orders": [4, 2, 1, 1], "value": [60.0, 40.0, 10.0, 10.0],
            "recency_days": [0.0] * 4, "last_order_at": [as_of] * 4, "price_level": [0.9, None, 0.1, 0.3],
        },
        "customer_clusters": {"customer_id": ["d", "c", "b", "a"], "cluster": [1, 1, 0, 0], "cluster_name": ["low", "low", "high", "high"]},
    })  # fmt: skip


def test_by_hand(full_view):
    rows = profiles_result(small(full_view), SETTINGS).table.to_pylist()
    of = {(row["cluster_name"], row["feature"]): row for row in rows}
    high = of["high", "value"]
    assert (high["n_customers"], high["customers_share"], high["value"]) == (2, 0.5, 100.0)
    assert high["value_share"] == pytest.approx(100 / 120)
    assert (high["mean"], high["shop_mean"]) == (50.0, 30.0)
    assert of["low", "value"]["difference"] == pytest.approx(-high["difference"]), "equally many"
    assert of["high", "price_level"]["mean"] == pytest.approx(0.9), "of those of whom it is known"
    assert of["low", "price_level"]["mean"] == pytest.approx(0.2)
    assert ("high", "recency_days") not in of, "the same for all"


def test_a_row_a_cluster_and_feature_the_most_telling_first(view_of, kinds):
    table = profiles_result(view_of(kinds), SETTINGS).table
    assert table.column_names == list(REGISTRY.discover().table("cluster_profiles").names)
    for cluster in range(3):
        mine = [row for row in table.to_pylist() if row["cluster"] == cluster]
        assert [row["rank"] for row in mine] == list(range(1, len(mine) + 1))
        size = np.abs([row["difference"] for row in mine])
        assert (np.diff(size) < 1e-5).all()


def test_without_clusters_they_are_made(view_of, kinds):
    names = {row["cluster_name"] for row in profiles_result(view_of(kinds), SETTINGS).table.to_pylist()}
    assert names == set(clusters_result(view_of(kinds), SETTINGS).table["cluster_name"].to_pylist())


def test_the_headline(view_of, kinds, blob):
    found = profiles_result(view_of(kinds), SETTINGS).headline
    assert found.startswith("The most valuable of 3 groups, 'many orders")
    assert "33% of the customers" in found
    assert profiles_result(view_of(blob), SETTINGS).headline.startswith("There is one group only")
