"""Scores beside their baselines, as pictures and sentences need them; and a task's scores over its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shopkeeper.core.results import Score
from shopkeeper.core.runs import Run


@dataclass(frozen=True)
class ScoreRow:
    """A score with its interval and the naive answer's; ``times``: how many times the baseline it is."""

    name: str
    value: float
    low: float
    high: float
    confidence: float
    baseline: float
    baseline_name: str
    difference_low: float
    difference_high: float
    n_cases: int
    verdict: Literal["better", "worse", "no evidence"]
    decides: bool
    in_service: float | None

    @property
    def times(self) -> float | None:
        """The score as a multiple of the baseline's; None where the baseline is zero or below."""
        return self.value / self.baseline if self.baseline > 0 and self.value > 0 else None

    @property
    def is_itself(self) -> bool:
        """Whether the naive answer is what serves, so that it stands beside itself."""
        return self.value == self.baseline != 0.0 and self.difference_low == self.difference_high == 0.0

    @property
    def words(self) -> str:
        """The key of the sentence that says what the numbers mean."""
        if self.is_itself:
            return "score.itself"
        return {"better": "score.better", "worse": "score.worse", "no evidence": "score.no_evidence"}[self.verdict]


@dataclass(frozen=True)
class ScoreCourse:
    """One score over a task's runs, oldest first: the moments, its values and its baseline's."""

    name: str
    baseline_name: str
    moments: tuple[datetime, ...]
    values: tuple[float, ...]
    baselines: tuple[float, ...]


def rows(run: Run) -> tuple[ScoreRow, ...]:
    """The run's scores, the deciding one first."""
    return tuple(_row(score) for score in sorted(run.scores, key=lambda score: not score.decides))


def _row(score: Score) -> ScoreRow:
    return ScoreRow(
        score.name, score.value, score.interval.low, score.interval.high, score.interval.confidence, score.baseline,
        score.baseline_name, score.difference.low, score.difference.high, score.n_cases, score.verdict, score.decides,  # type: ignore[arg-type]
        score.in_service,
    )  # fmt: skip


def courses(runs: Sequence[Run]) -> tuple[ScoreCourse, ...]:
    """Each score over these runs (newest first, as the shop gives them); scores of the newest run that has any."""
    done = [run for run in reversed(runs) if run.scores]
    if not done:
        return ()
    found = []
    for score in sorted(done[-1].scores, key=lambda score: not score.decides):
        of_runs = [(run, same) for run in done for same in run.scores if same.name == score.name]
        found.append(
            ScoreCourse(
                score.name,
                score.baseline_name,
                tuple(run.started_at for run, _ in of_runs),
                tuple(same.value for _, same in of_runs),
                tuple(same.baseline for _, same in of_runs),
            )
        )
    return tuple(found)
