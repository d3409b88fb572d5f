import numpy as np

from shopkeeper.numerics.factors.ratings import RatingDescent, RatingFactors, rating_rows


def test_a_pair_is_the_mean_and_both_biases_and_the_product_within_the_scale():
    factors = RatingFactors(
        3.0, np.array([0.5, -0.5], np.float32), np.array([0.25], np.float32), np.array([[1.0, 2.0], [9.0, 9.0]], np.float32),
        np.array([[0.5, 0.25]], np.float32), 1.0, 5.0,
    )  # fmt: skip
    found = factors.of_pairs(np.array([0, 1, 0, -1, 7]), np.array([0, 0, 1, 0, 9]))
    assert found.tolist() == [4.75, 5.0, 3.5, 3.25, 3.0]


def test_rows_are_in_order_of_customer_and_product():
    rows = rating_rows(np.array([2, 0, 2]), np.array([5, 1, 3]), np.array([4.0, 2.0, 3.0]), 4)
    assert rows.starts.tolist() == [0, 1, 1, 3, 3]
    assert rows.product.tolist() == [1, 3, 5]
    assert rows.rating.tolist() == [2.0, 3.0, 4.0]
    assert (rows.mean, rows.low, rows.high) == (3.0, 2.0, 4.0)


def test_the_learning_rate_falls_to_a_tenth():
    np.testing.assert_allclose(RatingDescent(n_rounds=3, learning_rate=0.1).rates, [0.1, 0.055, 0.01], rtol=1e-6)
