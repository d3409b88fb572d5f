"""What a task gives back (`Result`), what an answer gives back (`Reply`), and how good it is (`Score`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa


@dataclass(frozen=True)
class Interval:
    """A confidence interval, both ends inclusive."""

    low: float
    high: float
    confidence: float = 0.95


@dataclass(frozen=True)
class Score:
    """One number that says how good a result is, beside the naive answer's.

    ``difference`` is the interval of (value - baseline) on the same cases; ``difference_in_service`` the same against
    what is in service now, or None where nothing is. ``decides`` marks the score by which a model is promoted.
    """

    name: str
    value: float
    interval: Interval
    baseline: float
    baseline_name: str
    difference: Interval
    n_cases: int
    higher_is_better: bool = True
    decides: bool = False
    in_service: float | None = None
    difference_in_service: Interval | None = None

    def _is_better(self, difference: Interval) -> bool:
        return difference.low > 0 if self.higher_is_better else difference.high < 0

    def _is_worse(self, difference: Interval) -> bool:
        return difference.high < 0 if self.higher_is_better else difference.low > 0

    @property
    def verdict(self) -> str:
        """``better``, ``worse`` or ``no evidence`` against the baseline."""
        if self._is_better(self.difference):
            return "better"
        return "worse" if self._is_worse(self.difference) else "no evidence"

    @property
    def is_worse_than_in_service(self) -> bool:
        """Whether what is in service is better beyond doubt."""
        return self.difference_in_service is not None and self._is_worse(self.difference_in_service)


@dataclass(frozen=True)
class Result:
    """What a task found.

    ``table`` has the columns that the task declared. ``learned`` (arrays by name) and ``card`` (plain JSON: what was
    chosen and why) are saved as a new version of the task's model; both empty when the task learns nothing.
    ``headline`` is one sentence for the manager. ``is_partial``: it was stopped before its end but kept what it had; a run
    on the same data is then made, and not taken for done.
    """

    table: pa.Table
    scores: tuple[Score, ...] = ()
    learned: Mapping[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    headline: str = ""
    is_partial: bool = False


@dataclass(frozen=True)
class Decision:
    """A choice that an answer made and that learning will want to know: becomes a row of `decisions`."""

    chosen: tuple[str, ...]
    reason: Mapping[str, Any]
    customer_id: str | None = None
    session_id: str | None = None
    place: str | None = None
    probability: float = 1.0


@dataclass(frozen=True)
class Reply:
    """What an answer says: a JSON-able body, and the decision in it, if it made one."""

    body: dict[str, Any]
    decision: Decision | None = None


@dataclass(frozen=True)
class Promotion:
    """Whether a newly learned model goes into service, and why."""

    promoted: bool
    why: str


def judge(scores: tuple[Score, ...]) -> Promotion:
    """Promote unless a deciding score is worse, beyond doubt, than the baseline or than what is in service."""
    deciding = [score for score in scores if score.decides]
    for score in deciding:
        numbers = f"{score.name} {score.value:.4f}"
        if score.verdict == "worse":
            return Promotion(False, f"{numbers} is worse than {score.baseline_name} ({score.baseline:.4f})")
        if score.is_worse_than_in_service:
            return Promotion(False, f"{numbers} is worse than the model in service ({score.in_service:.4f})")
    if not deciding:
        return Promotion(True, "there is no score to decide by")
    first = deciding[0]
    return Promotion(
        True, f"{first.name} {first.value:.4f} against {first.baseline:.4f} of {first.baseline_name}: {first.verdict}"
    )
