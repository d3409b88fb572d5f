import numpy as np
import pytest

from shopkeeper.numerics.factors.ratings import RatingDescent
from shopkeeper.numerics.factors.svd import svd
from shopkeeper.numerics.factors.svd_plus_plus import svd_plus_plus

SIZES = {"n_customers": 120, "n_products": 40}


def rated(seed, taste, share=0.5):
    """Ratings with biases, a taste of that strength for one half of the products, and noise of 0.3: (all, which are known)."""
    random = np.random.default_rng(seed)
    customer, product = (part.ravel() for part in np.meshgrid(np.arange(120), np.arange(40), indexing="ij"))
    kind, liked = random.normal(0, 0.4, 120), random.normal(0, 0.4, 40)
    side = np.where((customer % 2) == (product % 2), 1.0, -1.0)
    rating = 3.0 + kind[customer] + liked[product] + taste * side + random.normal(0, 0.3, len(customer))
    return customer, product, rating, random.random(len(customer)) < share


def missed(method, world, **descent):
    customer, product, rating, known = world
    learned = method(customer[known], product[known], rating[known], **SIZES, descent=RatingDescent(**descent))
    return np.sqrt(np.mean((learned.of_pairs(customer[~known], product[~known]) - rating[~known]) ** 2))


@pytest.mark.parametrize("method", [svd, svd_plus_plus])
def test_taste_is_found_to_the_noise(method):
    world = rated(1, 0.8)
    without = missed(method, world, n_factors=1, n_rounds=40, learning_rate=0.02, l2=50.0)
    assert without > 0.8
    assert missed(method, world, n_factors=4, n_rounds=80, learning_rate=0.02, l2=0.05) < 0.36


@pytest.mark.parametrize("method", [svd, svd_plus_plus])
def test_biases_alone_are_enough_where_there_is_no_taste(method):
    assert missed(method, rated(2, 0.0), n_factors=4, n_rounds=40, learning_rate=0.02, l2=0.2) < 0.33


@pytest.mark.parametrize("method", [svd, svd_plus_plus])
def test_who_has_no_ratings_adds_nothing(method):
    customer, product, rating, known = rated(3, 0.5)
    known &= (customer != 7) & (product != 9)
    learned = method(customer[known], product[known], rating[known], **SIZES)
    assert learned.customer_bias[7] == learned.product_bias[9] == 0.0
    assert (learned.customer[7] == 0).all()
    assert (learned.product[9] == 0).all()
    assert learned.of_pairs(np.array([7]), np.array([9]))[0] == pytest.approx(rating[known].mean())
