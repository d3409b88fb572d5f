import numpy as np
import pytest

from shopkeeper.numerics.factors.als import Penalty, als, fold_in
from shopkeeper.numerics.factors.bases import squares

PENALTY = Penalty(unobserved=0.1, l2=0.01, nu=1.0)


def tastes(n_customers=60, n_groups=3, n_each=8, seed=0):
    """Customers who chose five of the eight products of their group: (starts, product, weight, number of products)."""
    random = np.random.default_rng(seed)
    rows = [np.sort(customer % n_groups * n_each + random.choice(n_each, 5, replace=False)) for customer in range(n_customers)]
    product = np.concatenate(rows).astype(np.int32)
    return np.arange(n_customers + 1) * 5, product, np.ones(len(product), np.float32), n_groups * n_each


def loss(factors, starts, product, weight, penalty):
    """The formula in the module's words, over every pair."""
    score = factors.customer @ factors.product.T
    row = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    confidence = np.full(score.shape, penalty.unobserved)
    confidence[row, product] += weight
    wanted = np.zeros(score.shape)
    wanted[row, product] = 1.0
    of_customers = np.bincount(row, weights=weight, minlength=len(score)) + penalty.unobserved * score.shape[1]
    of_products = np.bincount(product, weights=weight, minlength=score.shape[1]) + penalty.unobserved * len(score)
    pull = (of_customers**penalty.nu) @ (factors.customer**2).sum(axis=1) + (of_products**penalty.nu) @ (factors.product**2).sum(
        axis=1
    )
    return float((confidence * (wanted - score) ** 2).sum() + penalty.l2 * pull)


@pytest.mark.parametrize("n_steps", [0, 3])
def test_the_loss_falls_with_every_round(n_steps):
    starts, product, weight, n = tastes()
    made = [als(starts, product, weight, n, n_factors=3, n_rounds=r, penalty=PENALTY, n_steps=n_steps) for r in (1, 2, 4, 8)]
    losses = [loss(each, starts, product, weight, PENALTY) for each in made]
    assert losses == sorted(losses, reverse=True)


def test_three_factors_tell_three_tastes_apart():
    starts, product, weight, n = tastes()
    factors = als(starts, product, weight, n, n_factors=3, n_rounds=8, penalty=PENALTY)
    score = factors.customer @ factors.product.T
    taste = np.arange(60) % 3
    inside = score[np.arange(n) // 8 == taste[:, None]].reshape(60, 8)
    outside = score[np.arange(n) // 8 != taste[:, None]]
    assert inside.min() > 0.4
    assert np.abs(outside).max() < 0.2


def test_products_are_in_the_basis_where_their_squares_are_diagonal():
    starts, product, weight, n = tastes()
    factors = als(starts, product, weight, n, n_factors=5, n_rounds=3, penalty=PENALTY)
    np.testing.assert_allclose(squares(factors.product), np.diag(factors.gram), atol=1e-4)


def test_a_new_customer_gets_the_vector_of_one_with_the_same_past():
    starts, product, weight, n = tastes()
    factors = als(starts, product, weight, n, n_factors=3, n_rounds=20, penalty=PENALTY)
    folded = fold_in(starts, product, weight, factors)
    # The customers' side was solved one half round earlier; near the end that makes little difference.
    np.testing.assert_allclose(folded, factors.customer, atol=0.02)
    one = fold_in(np.array([0, 5]), product[10:15], weight[10:15], factors)
    np.testing.assert_array_equal(one[0], folded[2])


def test_products_without_events_say_nothing_and_do_not_count():
    starts, product, weight, n = tastes()
    few = als(starts, product, weight, n, n_factors=3, n_rounds=3, penalty=PENALTY)
    more = als(starts, product, weight, n + 1000, n_factors=3, n_rounds=3, penalty=PENALTY, seed=0)
    assert few.n_known == more.n_known == n
    assert (more.product[n:] == 0).all()


def test_scaled_regularization_is_what_the_paper_says():
    sums = np.array([0.0, 4.0])
    np.testing.assert_allclose(Penalty(0.1, 0.5, 1.0).of_rows(sums, 100), [5.0, 7.0])
    np.testing.assert_allclose(Penalty(0.1, 0.5, 0.0).of_rows(sums, 100), [0.5, 0.5])
