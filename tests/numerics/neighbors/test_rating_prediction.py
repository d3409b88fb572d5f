import numpy as np
import pytest

from shopkeeper.numerics.neighbors import customer_neighbors, product_neighbors
from shopkeeper.numerics.neighbors.co_rated import Likeness, Measure
from shopkeeper.numerics.neighbors.rating_prediction import newest_ratings, predict_by_columns
from shopkeeper.numerics.sparse_rows import build_log

SIZES = {"n_customers": 60, "n_products": 24}


def tastes(share, seed=0):
    """Ratings 1 to 5 of two camps that like different halves of the products, with ``share`` of taste and the rest noise."""
    random = np.random.default_rng(seed)
    customer, product = np.nonzero(random.random((60, 24)) < 0.6)
    likes = np.where((customer % 2) == (product % 2), 1.0, -1.0)
    rating = 3.0 + 1.5 * likes * share + random.normal(0, 0.6, len(customer))
    test = random.random(len(customer)) < 0.2
    known = tuple(part[~test] for part in (customer, product, rating))
    return known, (customer[test], product[test]), rating[test]


def rmse(guess, truth):
    return float(np.sqrt(np.mean((guess - truth) ** 2)))


def test_a_prediction_by_hand():
    """Row 1 rated column 0 two above its baseline; the only neighbor of column 1 is column 0."""
    row, column, value = np.array([0, 0, 1, 2, 2]), np.array([0, 1, 0, 0, 1]), np.array([5.0, 5.0, 5.0, 1.0, 1.0])
    got = predict_by_columns(
        row, column, value, np.array([1]), np.array([1]), n_rows=3, n_columns=2, like=Likeness(Measure.PEARSON), k=5,
        damping=0.0, row_shrinkage=1e12, column_shrinkage=1e12,
    )  # fmt: skip
    mean = 17 / 5  # with biases shrunk away, the prediction is mean + 1 * (5 - mean) / 1
    assert got == pytest.approx([mean + (5.0 - mean)])
    damped = predict_by_columns(
        row, column, value, np.array([1]), np.array([1]), n_rows=3, n_columns=2, like=Likeness(Measure.PEARSON), k=5,
        damping=1.0, row_shrinkage=1e12, column_shrinkage=1e12,
    )  # fmt: skip
    assert damped == pytest.approx([mean + (5.0 - mean) / 2])


@pytest.mark.parametrize("predict", [product_neighbors.predict_ratings, customer_neighbors.predict_ratings])
@pytest.mark.parametrize("measure", list(Measure))
def test_tastes_are_predicted_better_than_by_biases(predict, measure):
    known, asked, truth = tastes(1.0)
    like = Likeness(measure, shrinkage=5.0)
    guess = predict(*known, *asked, **SIZES, like=like, k=20)
    # A k of one neighbor with a likeness shrunk to nothing is what the biases say.
    biases = predict(*known, *asked, **SIZES, like=like, k=20, damping=1e9)
    # The plain cosine of ratings above 0 sees that two products were rated, hardly how; it must not do harm.
    assert rmse(guess, truth) < (1.01 if measure == Measure.COSINE else 0.75) * rmse(biases, truth)


@pytest.mark.parametrize("predict", [product_neighbors.predict_ratings, customer_neighbors.predict_ratings])
def test_without_tastes_the_biases_are_not_made_worse(predict):
    known, asked, truth = tastes(0.0)
    assert rmse(predict(*known, *asked, **SIZES), truth) < 1.03 * rmse(predict(*known, *asked, **SIZES, damping=1e9), truth)


@pytest.mark.parametrize("predict", [product_neighbors.predict_ratings, customer_neighbors.predict_ratings])
def test_who_is_not_known_gets_the_mean_and_nobody_fails(predict):
    known, _, _ = tastes(1.0)
    got = predict(*known, np.array([-1, 60, 3]), np.array([99, -1, 50]), **SIZES)
    assert got[:2] == pytest.approx([known[2].mean()] * 2)
    assert np.isfinite(got).all()
    nobody = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    assert predict(*nobody, np.array([1]), np.array([1]), **SIZES).tolist() == [0.0]


def test_the_newest_rating_of_a_pair_holds():
    customer, product = np.array([0, 0, 0, 1]), np.array([2, 1, 2, 0])
    log = build_log(customer, product, np.zeros(4, np.uint8), np.array([1, 2, 3, 1]), 2, 3)
    rating = np.array([1.0, np.nan, 5.0, 4.0])
    found = [part.tolist() for part in newest_ratings(log, rating)]
    assert found == [[0, 1], [2, 0], [5.0, 4.0]]


@pytest.mark.realdata
@pytest.mark.slow
def test_movielens_is_predicted_as_well_as_published(ratings_100k):
    """Surprise's item-based KNNBaseline has RMSE .931, SVD++ .919 over five folds; one fold here."""
    customer, product, rating = ratings_100k
    test = np.random.default_rng(0).permutation(len(rating)) % 5 == 0
    known = (customer[~test], product[~test], rating[~test])
    sizes = {"n_customers": int(customer.max()) + 1, "n_products": int(product.max()) + 1}
    assert rmse(product_neighbors.predict_ratings(*known, customer[test], product[test], **sizes), rating[test]) < 0.92
    assert rmse(customer_neighbors.predict_ratings(*known, customer[test], product[test], **sizes), rating[test]) < 0.93
