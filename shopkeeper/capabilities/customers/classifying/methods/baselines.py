"""What a classifier has to beat: the share of yes, a rule on one feature, and the log odds that a formula gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.classifying.methods.method import Classifier, Examples, Method, Settings, constant
from shopkeeper.numerics.classifying.scores import log_odds
from shopkeeper.numerics.compiling import Array

N_BORDERS = 50  # at most so many places are tried for a rule's border


def _nothing(train: Examples, validation: Examples, seed: int) -> Settings:
    del train, validation, seed
    return {}


def _share(train: Examples, settings: Settings, seed: int) -> Classifier:
    del settings, seed
    return constant(train)


PREVALENCE = Method("prevalence", "share of all", _nothing, _share, is_baseline=True)


@dataclass(frozen=True)
class OneFeature:
    """A score that hangs on one feature only: ``levels`` log odds below, above and without the ``border``, or itself."""

    column: int
    border: float
    levels: tuple[float, float, float] | None = None

    def score(self, features: Array) -> Array:
        """float64 [cases]: the level of the side on which the feature lies; the feature itself where there are no levels."""
        seen = features[:, self.column]
        if self.levels is None:
            return np.where(np.isfinite(seen), seen, 0.0)
        below, above, unknown = self.levels
        return np.where(np.isnan(seen), unknown, np.where(seen <= self.border, below, above))

    def contributions(self, features: Array) -> Array:
        """float64 [cases, features]: all of the score in the one feature, against the mean."""
        found = np.zeros(features.shape)
        score = self.score(features)
        found[:, self.column] = score - (score.mean() if len(score) else 0.0)
        return found


def rule(name: str, title: str, feature: str) -> Method:
    """A rule on one feature: the border that tells the examples apart best (by log loss), and the share of yes on either side."""

    def fit(train: Examples, settings: Settings, seed: int) -> Classifier:
        del settings, seed
        return _best_border(train, train.column(feature)) if train.has_both else constant(train)

    return Method(name, title, _nothing, fit, is_baseline=True)


def given(name: str, title: str, feature: str) -> Method:
    """Log odds that are among the features already, because a formula gave them without seeing a label."""

    def fit(train: Examples, settings: Settings, seed: int) -> Classifier:
        del settings, seed
        return OneFeature(train.column(feature), 0.0)

    return Method(name, title, _nothing, fit, is_baseline=True)


def _best_border(train: Examples, column: int) -> Classifier:
    seen, shop = train.features[:, column], float(train.label.mean())
    known = np.unique(seen[np.isfinite(seen)])
    if len(known) < 2:
        return constant(train)
    places = np.unique(np.linspace(0, len(known) - 2, min(N_BORDERS, len(known) - 1)).round().astype(int))
    borders = known[places]

    def levels(border: float) -> tuple[float, float, float]:
        sides = (seen <= border, seen > border, np.isnan(seen))
        shares = np.array([(train.label[side].sum() + shop) / (side.sum() + 1.0) for side in sides])
        below, above, unknown = log_odds(shares).tolist()
        return below, above, unknown

    rules = [OneFeature(column, float(border), levels(float(border))) for border in borders]
    losses = [_loss(train, each) for each in rules]
    return rules[int(np.argmin(losses))]


def _loss(train: Examples, classifier: OneFeature) -> float:
    score = classifier.score(train.features)
    return float(np.mean(np.logaddexp(0.0, score) - train.label * score))
