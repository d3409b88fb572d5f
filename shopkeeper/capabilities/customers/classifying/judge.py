"""How good methods are on later cases: scores beside each other, and the choice that must be beyond doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.classifying.exam import Ready
from shopkeeper.capabilities.customers.classifying.methods.method import Examples, Method
from shopkeeper.core.results import Interval, Score
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.classifying.calibration import Reliability, calibration_line, reliability
from shopkeeper.numerics.classifying.resampled_auc import auc_interval, resampled_auc
from shopkeeper.numerics.classifying.scores import auc, brier, log_loss, log_odds, precision_recall_f1
from shopkeeper.numerics.compiling import Array

ALL_THE_SAME = 0.02  # deviation of the told log odds below which they are alike
MOST_RESAMPLED = 20_000  # cases; an interval from more is no different to the eye


@dataclass(frozen=True)
class Sat:
    """A method's exam on one test period: what it told of the ``label`` bool [cases], as ``probability`` float64."""

    ready: Ready
    label: Array
    probability: Array

    @property
    def method(self) -> Method:
        """The method."""
        return self.ready.method

    def numbers(self) -> dict[str, float]:
        """Precision, recall and F1 at the threshold of the validation period; AUC, Brier, log loss; slope and intercept.

        The calibration's line is NaN where all are told nearly the same.
        """
        precision, recall, f1 = precision_recall_f1(self.label, self.probability >= self.ready.threshold)
        tells_apart = len(self.label) > 0 and float(log_odds(self.probability).std()) > ALL_THE_SAME
        slope, intercept = calibration_line(self.label, self.probability) if tells_apart else (float("nan"), float("nan"))
        return {
            "precision": precision, "recall": recall, "f1": f1, "auc": auc(self.label, self.probability),
            "brier": brier(self.label, self.probability), "log_loss": log_loss(self.label, self.probability),
            "calibration_slope": slope, "calibration_intercept": intercept,
        }  # fmt: skip

    def curve(self, n_bins: int = 10) -> Reliability:
        """The bins of its reliability curve."""
        return reliability(self.label, self.probability, n_bins)


def sit(ready: Ready, test: Examples) -> Sat:
    """The exam of a prepared method on later cases."""
    return Sat(ready, test.label, ready.probability(test.features))


@dataclass(frozen=True)
class Compared:
    """Methods on the same later cases, with resampled AUCs float64 [samples, methods] of the same draws."""

    sat: tuple[Sat, ...]
    resampled: Array

    def place(self, name: str) -> int:
        """The place of a method by its name."""
        return [each.method.name for each in self.sat].index(name)

    def interval(self, name: str) -> Interval:
        """The interval of a method's AUC."""
        sat = self.sat[self.place(name)]
        value = auc(sat.label, sat.probability)
        return _around(value, *auc_interval(self.resampled[:, self.place(name)]))

    def difference(self, name: str, other: str) -> Interval:
        """The interval of a method's AUC less another's, on the same draws."""
        one, two = self.place(name), self.place(other)
        value = self.ahead(name, other)
        return _around(value, *auc_interval(self.resampled[:, one] - self.resampled[:, two]))

    def ahead(self, name: str, other: str) -> float:
        """A method's AUC less another's."""
        one, two = self.sat[self.place(name)], self.sat[self.place(other)]
        return auc(one.label, one.probability) - auc(two.label, two.probability)

    def beats(self, name: str, other: str) -> bool:
        """Whether a method is better than another beyond doubt."""
        return self.difference(name, other).low > 0.0


def compare(sat: list[Sat], seed: int) -> Compared:
    """The methods' exams on the same cases, with what their intervals need."""
    label = sat[0].label
    told = np.column_stack([each.probability for each in sat])
    if len(label) > MOST_RESAMPLED:
        kept = np.sort(np.random.default_rng(seed).permutation(len(label))[:MOST_RESAMPLED])
        label, told = label[kept], told[kept]
    return Compared(tuple(sat), resampled_auc(label, told, seed=seed))


def candidate(missed: dict[str, float], methods: tuple[Method, ...]) -> str:
    """The classifier, baselines aside, that missed least on the validation periods; the first of equals."""
    learned = [method.name for method in methods if not method.is_baseline and method.name in missed]
    return min(learned, key=lambda name: missed[name])


def scores(compared: Compared, chosen: str, baseline: str, of: str, seed: int, *, decides: bool) -> tuple[Score, Score]:
    """The AUC and the Brier score of the chosen method beside the baseline's, on the newest test period."""
    one, other = compared.sat[compared.place(chosen)], compared.sat[compared.place(baseline)]
    mine, theirs, n_cases, title = one.numbers(), other.numbers(), len(one.label), other.method.title
    lost = (one.probability - one.label) ** 2
    better = lost - (other.probability - other.label) ** 2
    return (
        Score(f"AUC of {of}", mine["auc"], compared.interval(chosen), theirs["auc"], title,
              compared.difference(chosen, baseline), n_cases, decides=decides),
        Score(f"Brier score of {of}", mine["brier"], _around(mine["brier"], *mean_interval(lost, seed=seed)), theirs["brier"],
              title, _around(mine["brier"] - theirs["brier"], *mean_interval(better, seed=seed)), n_cases,
              higher_is_better=False),
    )  # fmt: skip


def _around(value: float, low: float, high: float) -> Interval:
    """The interval, wide enough to hold the value itself; of the value alone where nothing could be drawn."""
    if not np.isfinite(low) or not np.isfinite(high):
        return Interval(value, value)
    return Interval(min(low, value), max(high, value))
