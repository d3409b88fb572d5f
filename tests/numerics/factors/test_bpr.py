import numpy as np

from shopkeeper.numerics.factors.bpr import Descent, bpr, fold_in_ranking

DESCENT = Descent(n_rounds=60, learning_rate=0.1, l2=0.005)


def tastes(n_customers=90, n_groups=3, n_each=8, seed=0):
    random = np.random.default_rng(seed)
    rows = [customer % n_groups * n_each + random.choice(n_each, 5, replace=False) for customer in range(n_customers)]
    product = np.concatenate(rows).astype(np.int32)
    return np.arange(n_customers + 1) * 5, product, np.ones(len(product), np.float32), n_groups * n_each


def share_in_order(score, group):
    """How often a product of the customer's group stands above one of another group."""
    own = np.arange(score.shape[1]) // 8 == group[:, None]
    return np.mean([(score[row][own[row]][:, None] > score[row][~own[row]]).mean() for row in range(len(score))])


def test_what_customers_chose_stands_above_what_they_did_not():
    starts, product, weight, n = tastes()
    factors = bpr(starts, product, weight, n, n_factors=4, descent=DESCENT)
    assert share_in_order(factors.customer @ factors.product.T + factors.bias, np.arange(90) % 3) > 0.99


def test_nothing_is_found_where_there_is_nothing():
    """Trained on choices by lot, unseen choices stand no higher than others."""
    random = np.random.default_rng(1)
    chosen = np.array([random.choice(24, 6, replace=False) for _ in range(200)], np.int32)
    factors = bpr(np.arange(201) * 5, chosen[:, :5].ravel(), np.ones(1000, np.float32), 24, n_factors=4, descent=DESCENT)
    score = factors.customer @ factors.product.T + factors.bias
    np.put_along_axis(score, chosen[:, :5], -np.inf, axis=1)
    place = [(score[row] > score[row, chosen[row, 5]]).sum() / 18 for row in range(200)]
    assert 0.45 < np.mean(place) < 0.58


def test_a_new_customer_is_folded_in():
    starts, product, weight, n = tastes()
    factors = bpr(starts, product, weight, n, n_factors=4, descent=DESCENT)
    folded = fold_in_ranking(starts, product, weight, factors)
    assert share_in_order(folded @ factors.product.T + factors.bias, np.arange(90) % 3) > 0.98
    alone = fold_in_ranking(np.array([0, 5]), product[35:40], weight[35:40], factors)
    np.testing.assert_array_equal(alone[0], folded[7])


def test_popular_products_are_drawn_more_often_when_asked_for():
    """Drawn by popularity, what everybody has is pushed down as often as it is pushed up: its bias stays small."""
    starts = np.arange(201) * 2
    product = np.column_stack((np.where(np.arange(200) % 4 == 0, 20, 0), 1 + np.arange(200) % 19)).ravel().astype(np.int32)
    weight = np.ones(400, np.float32)
    even = bpr(starts, product, weight, 21, n_factors=2, descent=Descent(20, 0.05, 0.01, 0.0))
    popular = bpr(starts, product, weight, 21, n_factors=2, descent=Descent(20, 0.05, 0.01, 1.0))
    assert even.bias[0] > popular.bias[0] + 0.3


def test_a_customer_who_has_everything_is_left_alone():
    factors = bpr(np.array([0, 3]), np.arange(3, dtype=np.int32), np.ones(3, np.float32), 3, n_factors=2, descent=DESCENT)
    assert (factors.bias == 0).all()
