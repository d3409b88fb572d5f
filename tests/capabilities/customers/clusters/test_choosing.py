"""How many clusters, and why."""

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.choosing import choose_number, scores_of
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.numerics.compiling import quiet


def corners(n=600):
    random = np.random.default_rng(0)
    return (random.standard_normal((n, 5)) + 7 * np.eye(5)[random.integers(0, 3, n)]).astype(np.float32)


def noise(n=600):
    return np.random.default_rng(0).standard_normal((n, 5)).astype(np.float32)


def chosen(points, **settings):
    return choose_number(points, CustomersSettings(**settings), 0, quiet)


def test_the_sentence_says_what_each_curve_says():
    found = chosen(corners())
    assert found.n_clusters == 3
    assert found.why.startswith("3 groups: the elbow is there, the silhouette is 0.7")
    assert "(adjusted Rand index 1.00)" in found.why


def test_the_sentence_where_there_are_none():
    found = chosen(noise())
    assert found.n_clusters == 1
    assert found.why.startswith("No number of groups is both stable and clearer than in noise")
    assert found.judged > 1, "scores are told of the best split"


def test_a_number_asked_for():
    found = chosen(corners(), clusters=5)
    assert (found.n_clusters, found.why) == (5, "The settings ask for 5; 3 would have been chosen.")
    assert chosen(corners(), clusters=12, most_clusters=4).curves.n_clusters.tolist() == list(range(1, 13))


def test_too_few():
    found = chosen(noise(1))
    assert (found.n_clusters, found.why) == (1, "There are too few customers to tell groups apart.")
    assert scores_of(found, 0) == ()


def test_the_card_is_plain():
    card = chosen(corners()).card()
    assert card["n_clusters"] == list(range(1, 11))
    assert card["is_clear"][2] is True
    assert card["silhouette_of_noise"][2] < card["silhouette"][2]


@pytest.mark.parametrize(("points", "verdict"), [(corners(), "better"), (noise(), "no evidence")])
def test_silhouette_beside_noise(points, verdict):
    silhouette, stability = scores_of(chosen(points), 0)
    assert silhouette.verdict in ((verdict,) if verdict == "better" else ("no evidence", "worse"))
    assert silhouette.interval.low <= silhouette.value <= silhouette.interval.high
    assert (stability.baseline, stability.baseline_name) == (0.0, "chance")
