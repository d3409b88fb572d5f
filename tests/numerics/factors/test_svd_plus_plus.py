import numpy as np

from shopkeeper.numerics.factors.ratings import RatingDescent
from shopkeeper.numerics.factors.svd import svd
from shopkeeper.numerics.factors.svd_plus_plus import svd_plus_plus


def test_what_was_rated_at_all_says_something():
    """Customers rate eight products, six of their side; a rating says nothing but which side the customer is on."""
    random = np.random.default_rng(4)
    customer, product, rating = [], [], []
    for who in range(200):
        own, other = np.arange(20) * 2 + who % 2, np.arange(20) * 2 + 1 - who % 2
        chosen = np.concatenate((random.choice(own, 6, replace=False), random.choice(other, 2, replace=False)))
        customer += [who] * 8
        product += chosen.tolist()
        rating += (3.0 + np.where(chosen % 2 == who % 2, 0.5, -0.5) + random.normal(0, 0.6, 8)).tolist()
    customer, product, rating = np.array(customer), np.array(product), np.array(rating)
    held = random.random(len(customer)) < 0.25
    missed = []
    for method, rate in ((svd, 0.02), (svd_plus_plus, 0.02)):
        descent = RatingDescent(n_factors=4, n_rounds=60, learning_rate=rate, l2=0.1)
        learned = method(customer[~held], product[~held], rating[~held], n_customers=200, n_products=40, descent=descent)
        missed.append(np.sqrt(np.mean((learned.of_pairs(customer[held], product[held]) - rating[held]) ** 2)))
    assert missed[1] < missed[0] - 0.02
