import numpy as np
import pytest

from shopkeeper.capabilities.recommend.ratings.judge import Judged, chosen, cross_validated, folds, scores
from shopkeeper.capabilities.recommend.ratings.methods import RATING_METHODS, KnownRatings, LearnedRatings, RatingMethod


def judged(name, error):
    return Judged(RatingMethod(name, name, RATING_METHODS[0].learn), np.asarray(error, float), 0.0)


def test_every_rating_is_in_one_fold_and_folds_are_alike():
    fold = folds(103, 5, 0)
    assert sorted(np.bincount(fold)) == [20, 20, 21, 21, 21]


def test_no_rating_is_predicted_from_itself():
    """A method that remembers what it learned from meets none of the ratings that it is asked for."""

    def learn(known, seed):
        seen = set(zip(known.customer.tolist(), known.product.tolist(), strict=True))
        return LearnedRatings(
            lambda customer, product: np.array([9.0 * (pair in seen) for pair in zip(customer, product, strict=True)]), {}, {}
        )

    known = KnownRatings(np.arange(40) // 4, np.arange(40) % 4, np.ones(40), 10, 4)
    (found,) = cross_validated(known, 4, 0, methods=(RatingMethod("memory", "memory", learn),))
    assert (found.error == -1.0).all()


def test_numbers_by_hand():
    one = judged("one", [1.0, -1.0, 2.0, 0.0])
    assert one.rmse == pytest.approx(np.sqrt(6 / 4))
    assert one.mae == 1.0
    low, high = one.rmse_interval(0)
    assert low < one.rmse < high
    assert one.less(one, 0).low == one.less(one, 0).high == 0.0


def test_the_best_is_chosen_but_only_beyond_doubt():
    random = np.random.default_rng(0)
    naive = random.normal(0, 1, 400)
    better, hardly = judged("better", 0.8 * naive), judged("hardly", naive + random.normal(0, 0.01, 400) - 0.001 * naive)
    assert chosen([judged("naive", naive), hardly, better], 0) is better
    assert chosen([judged("naive", naive), hardly], 0).method.name == "naive"


def test_scores_stand_beside_the_naive_answers():
    random = np.random.default_rng(0)
    error = random.normal(0, 1, 400)
    methods = [judged("mean", error), judged("biases", 0.9 * error), judged("best", 0.8 * error)]
    first, second = scores(methods, methods[2], 5, 0)
    assert first.decides
    assert not second.decides
    assert (first.verdict, second.verdict) == ("better", "better")
    assert first.difference.low < first.value - first.baseline < first.difference.high
