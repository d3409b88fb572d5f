"""The catalog: equal groups, Zipf's popularity, one sequel each, complements in pairs, words that speak of the group."""

import numpy as np
import pytest

from shopkeeper.simulator import simulate
from shopkeeper.simulator.catalog import make_catalog
from shopkeeper.simulator.settings import SimulatorSettings


@pytest.fixture(scope="module")
def catalog():
    return make_catalog(SimulatorSettings(n_products=100, n_groups=7), np.random.default_rng(1))


def test_groups_are_of_equal_size(catalog):
    assert set(np.bincount(catalog.group)) == {14, 15}


def test_popularity_follows_zipf(catalog):
    ranked = np.sort(catalog.popularity)[::-1]
    assert ranked.sum() == pytest.approx(1)
    assert ranked[0] / ranked[9] == pytest.approx(10**0.8)


def test_every_product_is_the_sequel_of_one_in_its_group(catalog):
    assert sorted(catalog.sequel) == list(range(100))
    assert (catalog.group[catalog.sequel] == catalog.group).all()
    assert (catalog.sequel != np.arange(100)).all()


def test_complements_are_pairs_in_a_group(catalog):
    paired = np.flatnonzero(catalog.complement >= 0)
    assert (catalog.complement[catalog.complement[paired]] == paired).all()
    assert (catalog.group[catalog.complement[paired]] == catalog.group[paired]).all()
    assert len(paired) == sum(size // 2 * 2 for size in np.bincount(catalog.group))


def test_draws_follow_popularity_within_the_group(catalog):
    drawn = catalog.draw(np.full(200_000, 3), np.random.default_rng(2))
    assert (catalog.group[drawn] == 3).all()
    members = np.flatnonzero(catalog.group == 3)
    expected = catalog.popularity[members] / catalog.popularity[members].sum()
    np.testing.assert_allclose(np.bincount(drawn, minlength=100)[members] / 200_000, expected, atol=0.005)


def share_of_words_that_speak(content):
    world = simulate(seed=2, content=content, n_products=400)
    kind = world.truth["truth_products"]["kind"].to_numpy()
    types = world.tables["products"]["product_type"].to_pylist()
    by_kind = {}
    for number, words in zip(kind, types, strict=True):
        by_kind.setdefault(number, []).append(words)
    return np.mean([max(map(words.count, words)) / len(words) for words in by_kind.values()])


def test_words_speak_of_the_kind_as_far_as_they_should():
    assert share_of_words_that_speak(1.0) == 1
    assert share_of_words_that_speak(0.0) < 0.4


def test_prices_are_in_the_minor_unit():
    prices = simulate(currency="JPY").tables["products"]["price"].to_numpy()
    assert (prices == prices.round()).all()
    euros = simulate().tables["products"]
    assert (euros["cost"].to_numpy() < euros["price"].to_numpy() + 0.01).all()
