"""One method through one exam: settings and calibration on a validation period, then cases of a later period, once."""

from __future__ import annotations

from dataclasses import dataclass

from shopkeeper.capabilities.customers.classifying.calibrating import Calibration, calibrate
from shopkeeper.capabilities.customers.classifying.methods.method import Classifier, Examples, Method, Settings, missed
from shopkeeper.numerics.classifying.scores import best_threshold
from shopkeeper.numerics.compiling import Array


@dataclass(frozen=True)
class Ready:
    """A learned and calibrated classifier; from ``threshold`` on it says yes, so that F1 was best on validation."""

    method: Method
    settings: Settings
    classifier: Classifier
    calibration: Calibration
    threshold: float
    missed: float

    def probability(self, features: Array) -> Array:
        """float64 [cases]: the calibrated probability of yes."""
        return self.calibration.probability(self.classifier.score(features))


def prepare(method: Method, train: Examples, validation: Examples, seed: int, settings: Settings | None = None) -> Ready:
    """The method learned from ``train`` and calibrated on ``validation``, where its settings are chosen if none are given."""
    chosen = method.choose(train, validation, seed) if settings is None else settings
    classifier = method.fit(train, chosen, seed)
    score = classifier.score(validation.features)
    calibration = calibrate(validation.label, score)
    threshold = best_threshold(validation.label, calibration.probability(score))
    return Ready(method, chosen, classifier, calibration, threshold, missed(classifier, validation))
