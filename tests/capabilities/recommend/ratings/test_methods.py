import numpy as np
import pytest

from shopkeeper.capabilities.recommend.ratings.methods import RATING_METHODS, KnownRatings, product_mean


def rated(seed=0, taste=0.8, n_customers=60, n_products=30, share=0.5):
    """Ratings with a taste of that strength for every second product, as known and held out."""
    random = np.random.default_rng(seed)
    customer, product = np.nonzero(random.random((n_customers, n_products)) < 2 * share)
    liked = random.normal(0, 0.3, n_products)
    side = np.where(customer % 2 == product % 2, taste, -taste)
    rating = np.clip(np.round(3.0 + liked[product] + side + random.normal(0, 0.4, len(customer))), 1, 5)
    every = KnownRatings(customer, product, rating, n_customers, n_products)
    held = random.random(len(customer)) < 0.25
    return every.some(~held), every.some(held)


def missed(method, known, held):
    learned = method.learn(known, 0)
    return np.sqrt(np.mean((learned.predict(held.customer, held.product) - held.rating) ** 2))


@pytest.mark.parametrize("method", RATING_METHODS[2:], ids=lambda method: method.name)
def test_taste_is_found(method):
    known, held = rated()
    assert missed(method, known, held) < 0.8 * missed(RATING_METHODS[0], known, held)


@pytest.mark.parametrize("method", RATING_METHODS, ids=lambda method: method.name)
def test_nothing_much_is_said_where_there_is_no_taste(method):
    known, held = rated(seed=1, taste=0.0)
    assert missed(method, known, held) < 1.12 * missed(RATING_METHODS[0], known, held)


@pytest.mark.parametrize("method", RATING_METHODS, ids=lambda method: method.name)
def test_few_ratings_and_strangers_are_survived(method):
    known = KnownRatings(np.array([0, 1]), np.array([0, 0]), np.array([4.0, 2.0]), 3, 2)
    found = method.learn(known, 0).predict(np.array([0, 2, 2]), np.array([0, 0, 1]))
    assert np.isfinite(found).all()
    assert found[2] == pytest.approx(3.0)


def test_the_product_mean_by_hand():
    known = KnownRatings(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([4.0, 2.0, 5.0]), 2, 3)
    found = product_mean(known, 0).predict(np.zeros(3, np.int64), np.arange(3))
    assert found.tolist() == [3.0, 5.0, pytest.approx(11 / 3)]
