"""Groups, why there are so many, their map, and RFM segments."""

from __future__ import annotations

import pytest

from shopkeeper.server.dashboard.models.customers import groups


@pytest.fixture
def read(grown_memory):
    return lambda make: grown_memory.get(object(), make)


def test_groups_have_their_size_their_worth_and_what_sets_them_apart(read):
    found = read(groups.clusters)
    assert len(found) > 1
    assert [cluster.number for cluster in found] == list(range(len(found)))
    assert sum(cluster.customers_share for cluster in found) == pytest.approx(1.0)
    assert sum(cluster.value_share for cluster in found) == pytest.approx(1.0)
    for cluster in found:
        assert len(cluster.features) <= groups.N_FEATURES
        sizes = [abs(feature.difference) for feature in cluster.features]
        assert sizes == sorted(sizes, reverse=True)


def test_every_customer_of_a_small_shop_is_on_the_map(read):
    found = read(groups.points)
    in_groups = sum(cluster.n_customers for cluster in read(groups.clusters))
    assert len(found) == len({point.customer_id for point in found}) == in_groups


def test_a_large_shop_shows_the_same_few_customers_every_time(read, monkeypatch):
    monkeypatch.setattr(groups, "N_POINTS", 10)
    found = read(groups.points)
    assert 10 <= len(found) <= 20
    assert found == read(groups.points)


def test_the_number_of_groups_is_explained_by_its_curves(grown):
    card = groups.card(grown, groups.CLUSTERS)
    found = groups.why(card)
    assert found.kind == "found"
    assert found.facts["n"] == card["n_clusters"]
    place = card["curves"]["n_clusters"].index(card["n_clusters"])
    assert found.facts["silhouette"] == card["curves"]["silhouette"][place] > found.facts["noise"]
    assert found.facts["stability"] >= found.facts["wanted"]


def test_one_group_says_which_split_was_best_and_not_good_enough(plain, plain_memory):
    (only,) = plain_memory.get("clusters", groups.clusters)
    assert (only.name, only.n_customers, only.customers_share) == ("all customers", 120, 1.0)
    found = groups.why(groups.card(plain, groups.CLUSTERS))
    assert found.kind == "none"
    assert found.facts["best"] > 1


@pytest.mark.parametrize(
    ("card", "kind"),
    [
        ({"n_clusters": 1, "curves": {"n_clusters": [1]}}, "few"),
        ({"n_clusters": 3, "are_clear": False}, "asked"),
        ({"n_clusters": 3, "are_clear": True}, "found"),
        ({"n_clusters": 1, "are_clear": False}, "none"),
    ],
)
def test_each_way_of_coming_to_a_number_has_its_sentence(card, kind):
    curves = {
        "n_clusters": [1, 2, 3], "points": [0.0, 0.4, 0.9], "elbow": [0.0, 0.5, 0.1], "silhouette": [0.0, 0.2, 0.3],
        "silhouette_of_noise": [0.0, 0.1, 0.1], "stability": [1.0, 0.5, 0.8], "stability_wanted": 0.6,
    }  # fmt: skip
    found = groups.why({"curves": curves, **card})
    assert found.kind == kind
    if kind == "none":
        assert (found.facts["best"], found.facts["silhouette"]) == (3, 0.3)
    if kind in ("asked", "found"):
        assert (found.facts["elbow"], found.facts["stability"]) == (2, 0.8)


def test_rfm_scores_count_every_customer_once(read, grown):
    grid = read(groups.rfm_grid)
    assert all(1 <= score.recency <= 5 and 1 <= score.frequency <= 5 for score in grid)
    segments = groups.rfm_segments(groups.card(grown, groups.RFM))
    assert sum(score.n_customers for score in grid) == sum(segment.n_customers for segment in segments)
    assert [segment.value for segment in segments] == sorted((segment.value for segment in segments), reverse=True)
    assert all(segment.n_customers for segment in segments)


def test_an_empty_shop_has_no_groups(shop, empty_memory):
    for make in (groups.clusters, groups.points, groups.rfm_grid):
        assert empty_memory.get(object(), make) == ()
    assert groups.card(shop, groups.CLUSTERS) == {}
    assert groups.why({}).kind == "few"
    assert groups.rfm_segments({}) == ()
