"""From features to clusters."""

import dataclasses

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.learning import by_value, group
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.numerics.clustering.agreement import adjusted_rand_index
from shopkeeper.numerics.clustering.k_means import Clusters

SETTINGS = CustomersSettings()


@pytest.fixture(scope="module")
def found(view_of, kinds):
    return group(view_of(kinds), SETTINGS, None)


def test_planted_kinds_are_found_and_named(found, kinds):
    assert found.chosen.n_clusters == 3
    assert adjusted_rand_index(found.clusters.label, kinds["kind"]) > 0.97
    assert found.names[0].startswith("many orders")
    assert "big baskets" in found.names[1]
    assert "bargains" in found.names[2]
    assert len(set(found.names)) == 3


def test_numbered_by_value(found):
    mean = [found.value[found.clusters.label == n].mean() for n in range(3)]
    assert mean == sorted(mean, reverse=True)


def test_dense_kinds_too(found, kinds):
    inside = found.density >= 0
    assert inside.mean() > 0.5
    assert adjusted_rand_index(found.density[inside], kinds["kind"][inside]) > 0.9


def test_no_kinds_no_clusters(view_of, blob):
    found = group(view_of(blob), SETTINGS, None)
    assert found.chosen.n_clusters == 1
    assert found.names == ("all customers",)
    assert "both stable and clearer than in noise" in found.chosen.why
    assert np.isfinite(found.map.at).all()


def test_shuffled_kinds_are_no_kinds(view_of, kinds):
    """The same features, each customer with somebody else's: what was together is not any more."""
    random = np.random.default_rng(1)
    mixed = {name: values if name == "customer_id" else random.permutation(values) for name, values in kinds.items()}
    loud, quiet = group(view_of(kinds), SETTINGS, None), group(view_of(mixed), SETTINGS, None)
    assert quiet.chosen.curves.silhouette.max() < 0.7 * loud.chosen.curves.silhouette.max()


def test_the_order_of_rows_does_not_matter(view_of, kinds, shuffled, found):
    other = group(view_of(shuffled(kinds)), SETTINGS, None)
    np.testing.assert_array_equal(found.clusters.label, other.clusters.label)
    np.testing.assert_array_equal(found.density, other.density)
    np.testing.assert_array_equal(found.map.at, other.map.at)
    assert found.names == other.names


def test_a_number_may_be_asked_for(view_of, blob):
    found = group(view_of(blob), dataclasses.replace(SETTINGS, clusters=4), None)
    assert len(found.names) == len(set(found.names)) == 4
    assert found.chosen.why == "The settings ask for 4; no number of groups stands out by itself."


def test_learned_from_a_sample_and_in_mini_batches(view_of, kinds, found):
    small = dataclasses.replace(SETTINGS, cluster_sample=300, mini_batch_above=500)
    other = group(view_of(kinds), small, None)
    assert adjusted_rand_index(found.clusters.label, other.clusters.label) > 0.97
    inside = (found.density >= 0) & (other.density >= 0)
    assert inside.mean() > 0.5
    assert adjusted_rand_index(found.density[inside], other.density[inside]) > 0.9


def test_density_may_be_left_out(view_of, kinds):
    assert group(view_of(kinds), dataclasses.replace(SETTINGS, density="never"), None).density is None


def test_more_clusters_asked_for_than_unlike_customers(view_of):
    two = {"customer_id": ["a", "b", "c"], "n_orders": [1, 1, 9], "value": [1.0, 1.0, 90.0], "recency_days": [5.0, 5.0, 1.0]}
    found = group(view_of(two), dataclasses.replace(SETTINGS, clusters=3), None)
    assert found.clusters.label.tolist() == [1, 1, 0]


@pytest.mark.parametrize("n", [1, 2, 5])
def test_few_customers(view_of, kinds, n):
    found = group(view_of({name: values[:n] for name, values in kinds.items()}), SETTINGS, None)
    assert len(found.clusters.label) == n


def test_by_value_drops_what_is_empty():
    clusters = Clusters(np.array([[1.0], [2.0], [3.0]]), np.array([0, 2, 2], np.int32), np.zeros(3))
    found = by_value(clusters, np.array([1.0, 5.0, 6.0]))
    assert found.centers.tolist() == [[3.0], [1.0]]
    assert found.label.tolist() == [1, 0, 0]
