"""From features to points."""

import numpy as np
import pytest

from shopkeeper.capabilities.customers.clusters.material import prepare
from shopkeeper.capabilities.customers.clusters.read import read_buyers
from shopkeeper.capabilities.customers.clusters.vocabulary import DESCRIBING, VOCABULARY
from shopkeeper.core.schema import FEATURES


@pytest.fixture(scope="module")
def buyers(view_of, kinds):
    return read_buyers(view_of(kinds), tuple(feature.name for feature in VOCABULARY))


@pytest.fixture(scope="module")
def material(buyers):
    return prepare(buyers, n_sampled=5_000, seed=0)


def test_every_feature_is_in_the_dictionary():
    assert {feature.name for feature in (*VOCABULARY, *DESCRIBING)} <= {column.name for column in FEATURES}


def test_what_says_nothing_is_left_out_with_a_reason(material):
    assert material.left_out["n_categories"] == "100% of the customers have the same value"
    assert "have the same value" in material.left_out["weekend_share"], "99 % have"
    assert material.left_out["funnel_depth"] == "it is not known of any customer"
    assert {feature.name for feature in material.used}.isdisjoint(material.left_out)


def test_known_of_few(view_of, kinds):
    some = {**kinds, "price_level": np.where(np.arange(900) < 300, kinds["price_level"], np.nan)}
    found = prepare(read_buyers(view_of(some), tuple(each.name for each in VOCABULARY)), n_sampled=900, seed=0)
    assert found.left_out["price_level"] == "it is known of 33% of the customers only"


def test_every_theme_weighs_the_same(material):
    spread = {}
    for place, feature in enumerate(material.used):
        spread[feature.theme] = spread.get(feature.theme, 0.0) + material.points[:, place].var()
    assert set(spread) == {"orders", "money", "time", "baskets", "prices"}
    assert list(spread.values()) == pytest.approx([1.0] * 5, abs=1e-3)


def test_there_and_back(material):
    center = np.linspace(-1.0, 1.0, len(material.used))
    np.testing.assert_allclose(material.scaled(material.natural(center)), center)


def test_one_huge_customer_changes_next_to_nothing(buyers, material):
    import dataclasses

    matrix = buyers.matrix.copy()
    matrix[buyers.names.index("value"), 0] = 1e12
    other = prepare(dataclasses.replace(buyers, matrix=matrix), n_sampled=5_000, seed=0)
    assert np.abs(other.points[1:] - material.points[1:]).max() < 0.02
    assert np.abs(other.points).max() < 10


def test_a_sample_is_drawn_in_order(buyers):
    found = prepare(buyers, n_sampled=100, seed=1)
    assert len(found.sample) == 100
    assert (np.diff(found.sample) > 0).all()
    assert len(found.points) == 900
