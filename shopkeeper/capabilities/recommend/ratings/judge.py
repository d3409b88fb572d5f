"""How well each method meets ratings that it has not seen: k-fold cross-validation with intervals."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.ratings.methods import RATING_METHODS, KnownRatings, RatingMethod
from shopkeeper.core.results import Interval, Score
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.compiling import Array, Tell, quiet


@dataclass(frozen=True)
class Judged:
    """A method's errors (predicted less given, float64, in the order of the ratings) and the seconds of one fold."""

    method: RatingMethod
    error: Array
    seconds: float

    @property
    def rmse(self) -> float:
        """The root of the mean squared error."""
        return float(np.sqrt(np.mean(self.error**2)))

    @property
    def mae(self) -> float:
        """The mean absolute error."""
        return float(np.mean(np.abs(self.error)))

    def rmse_interval(self, seed: int) -> tuple[float, float]:
        """(low, high) of the RMSE over ratings drawn again."""
        low, high = mean_interval(self.error**2, seed=seed)
        return float(np.sqrt(low)), float(np.sqrt(high))

    def less(self, other: Judged, seed: int) -> Interval:
        """The interval of (this RMSE - the other's), on the same ratings: a^2 - b^2 = (a - b) (a + b)."""
        both = max(self.rmse + other.rmse, 1e-12)
        low, high = mean_interval(self.error**2 - other.error**2, seed=seed)
        return Interval(low / both, high / both)


def folds(n_ratings: int, n_folds: int, seed: int) -> Array:
    """int64 [ratings]: the fold of each, all of about the same size."""
    result: Array = np.random.default_rng(seed).permutation(n_ratings) % n_folds
    return result


def cross_validated(
    known: KnownRatings, n_folds: int, seed: int, tell: Tell = quiet, methods: tuple[RatingMethod, ...] = RATING_METHODS
) -> list[Judged]:
    """Every method's errors: each fold's ratings are predicted once, from the other folds, where settings are chosen too."""
    fold = folds(len(known), n_folds, seed)
    found, done = [], 0
    for method in methods:
        error, started = np.zeros(len(known)), time.perf_counter()
        for number in range(n_folds):
            asked = fold == number
            learned = method.learn(known.some(~asked), seed)
            error[asked] = learned.predict(known.customer[asked], known.product[asked]) - known.rating[asked]
            done += 1
            tell(done / (n_folds * len(methods)))
        found.append(Judged(method, error, (time.perf_counter() - started) / n_folds))
    return found


def chosen(judged: list[Judged], seed: int) -> Judged:
    """The method with the smallest RMSE; the first, which is naive, unless that is better beyond doubt."""
    best = min(judged, key=lambda each: each.rmse)
    return best if best is judged[0] or best.less(judged[0], seed).high < 0.0 else judged[0]


def scores(judged: list[Judged], best: Judged, n_folds: int, seed: int) -> tuple[Score, ...]:
    """The chosen method beside the product's mean and beside the biases."""
    result = []
    for baseline in judged[:2]:
        low, high = best.rmse_interval(seed)
        result.append(
            Score(
                name=f"RMSE by {n_folds}-fold cross-validation, beside the {baseline.method.title}",
                value=best.rmse, interval=Interval(low, high), baseline=baseline.rmse, baseline_name=baseline.method.title,
                difference=best.less(baseline, seed), n_cases=len(best.error), higher_is_better=False,
                decides=baseline is judged[0],
            )
        )  # fmt: skip
    return tuple(result)
