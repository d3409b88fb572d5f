"""What a method of classification is: learn from examples, score in log odds, and say what each feature added."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from shopkeeper.numerics.classifying.calibration import platt
from shopkeeper.numerics.classifying.scores import log_loss, log_odds, probability_of
from shopkeeper.numerics.compiling import Array

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Examples:
    """Cases with what is known of them: ``features`` float64 [cases, features] (NaN unknown), ``label`` bool [cases]."""

    features: Array
    label: Array
    names: tuple[str, ...]

    def __len__(self) -> int:
        """How many cases."""
        return len(self.label)

    @property
    def has_both(self) -> bool:
        """Whether there is a yes and a no among them."""
        return bool(self.label.any()) and not bool(self.label.all())

    def some(self, kept: Array) -> Examples:
        """The cases where ``kept`` holds (bool), or at these places."""
        return Examples(self.features[kept], self.label[kept], self.names)

    def column(self, name: str) -> int:
        """The place of a feature by its name."""
        return self.names.index(name)


def together(parts: list[Examples]) -> Examples:
    """The cases of all parts, one after the other; the parts have the same features."""
    features = np.concatenate([part.features for part in parts])
    return Examples(features, np.concatenate([part.label for part in parts]), parts[0].names)


class Classifier(Protocol):
    """What a method has learned."""

    def score(self, features: Array) -> Array:
        """float64 [cases]: the log odds of yes, before they are calibrated."""

    def contributions(self, features: Array) -> Array:
        """float64 [cases, features]: what each feature adds to the score, against what the shop's customers have on average."""


@dataclass(frozen=True)
class Method:
    """A method by its field's name.

    ``choose(train, validation, seed)`` gives the settings that meet the validation cases best; ``fit(train, settings, seed)``
    learns with them. ``is_baseline``: it is there to be beaten, and is never the best classifier.
    """

    name: str
    title: str
    choose: Callable[[Examples, Examples, int], Settings]
    fit: Callable[[Examples, Settings, int], Classifier]
    is_baseline: bool = False


def missed(classifier: Classifier, validation: Examples) -> float:
    """The log loss of a classifier's calibrated scores: what settings are chosen by. Smaller is better."""
    score = classifier.score(validation.features)
    slope, intercept = platt(validation.label, score)
    return log_loss(validation.label, probability_of(slope * score + intercept))


def best_of(
    options: list[Settings],
    fit: Callable[[Examples, Settings, int], Classifier],
    train: Examples,
    validation: Examples,
    seed: int,
) -> Settings:
    """The settings whose classifier misses least on the validation cases; the first of equals."""
    if len(options) == 1 or not validation.has_both:
        return options[0]
    losses = [missed(fit(train, option, seed), validation) for option in options]
    return options[int(np.argmin(losses))]


@dataclass(frozen=True)
class Constant:
    """The same for all: what is learned where all examples are alike."""

    level: float

    def score(self, features: Array) -> Array:
        """float64 [cases]: the one log odds."""
        return np.full(len(features), self.level)

    def contributions(self, features: Array) -> Array:
        """float64 [cases, features]: nothing adds anything."""
        return np.zeros(features.shape)


def constant(train: Examples) -> Constant:
    """The share of yes among the examples, as by one case of either kind more."""
    share = (float(train.label.sum()) + 1.0) / (len(train) + 2.0)
    return Constant(float(log_odds(np.array([share]))[0]))


@contextmanager
def quietly() -> Iterator[None]:
    """Warnings of the libraries stay here: a fit that stopped early is judged by what it predicts, as any other is.

    One thread for linear algebra: these matrices are so small that threads only wait for each other, and sums keep their order.
    """
    with warnings.catch_warnings(), _linear_algebra().limit(limits=1, user_api="blas"):
        warnings.simplefilter("ignore")
        yield


@functools.cache
def _linear_algebra() -> Any:
    """What holds numpy's and scipy's linear algebra to some threads; looking for their libraries takes milliseconds."""
    import scipy.linalg  # noqa: F401 - has a library of its own
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
