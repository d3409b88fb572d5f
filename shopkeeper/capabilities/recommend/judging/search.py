"""The search for parameters: the best start, then one parameter after the other, up or down, for as long as it pays."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shopkeeper.numerics.compiling import Tell, quiet

P = TypeVar("P")
WORTHWHILE = 1.01  # a step of the search must pay by one percent, or it follows the noise of one period


@dataclass(frozen=True)
class Trial(Generic[P]):
    """Parameters that were tried and what they reached."""

    parameters: P
    value: float


def anything(parameters: object) -> bool:
    """Whether parameters may be tried: all may."""
    del parameters
    return True


@dataclass(frozen=True)
class Found(Generic[P]):
    """The best parameters and every trial in the order in which they were made; ``is_finished``: nothing near is left to try."""

    parameters: P
    value: float
    trials: tuple[Trial[P], ...]
    is_finished: bool


def search(
    reach: Callable[[P], float],
    starts: tuple[P, ...],
    choices: Mapping[str, tuple[Any, ...]],
    *,
    n_trials: int,
    seconds: float = float("inf"),
    known: tuple[Trial[P], ...] = (),
    allowed: Callable[[P], bool] = anything,
    tell: Tell = quiet,
) -> Found[P]:
    """The parameters for which ``reach`` is largest, in at most ``n_trials`` trials and about ``seconds``.

    ``known`` trials are looked up and not made again, but count: a search that goes on where an earlier one was stopped ends
    as if it had not been. Parameters that are not ``allowed`` are passed over. Deterministic where only ``n_trials`` ends it.
    At least one trial is made, or known.
    """
    at = _Search(reach, n_trials, time.monotonic() + seconds, {trial.parameters: trial.value for trial in known}, allowed, tell)
    for start in starts:
        at.better(start)
    best = None
    while best != at.best:
        best = at.best
        for name, values in choices.items():
            at.along(name, values)
    trials = tuple(Trial(parameters, at.tried[parameters]) for parameters in at.path)
    return Found(at.best if at.best is not None else starts[0], at.value, trials, not at.is_over)


class _Search(Generic[P]):
    """The best parameters so far and the path to them; a trial that was made is not made again."""

    def __init__(
        self,
        reach: Callable[[P], float],
        limit: int,
        until: float,
        known: Mapping[P, float],
        allowed: Callable[[P], bool],
        tell: Tell,
    ) -> None:
        self.best: P | None = None
        self.value = -1.0
        self.tried: dict[P, float] = dict(known)
        self.is_over = False
        self.path: dict[P, None] = {}
        self._reach, self._limit, self._until, self._allowed, self._tell = reach, limit, until, allowed, tell

    def better(self, candidate: P) -> bool:
        """Whether ``candidate`` is better than the best so far, which it then becomes; False without a trial at the limit."""
        if candidate in self.path or not self._allowed(candidate):
            return False
        is_late = candidate not in self.tried and bool(self.tried) and time.monotonic() >= self._until
        if len(self.path) >= self._limit or is_late:
            self.is_over = True
            return False
        self.path[candidate] = None
        if candidate not in self.tried:
            self.tried[candidate] = self._reach(candidate)
            self._tell(min(1.0, len(self.path) / self._limit))
        if self.best is not None and self.tried[candidate] <= self.value * WORTHWHILE:
            return False
        self.best, self.value = candidate, self.tried[candidate]
        return True

    def along(self, name: str, choices: tuple[Any, ...]) -> None:
        """Go up or down the choices of one parameter for as long as that helps."""
        best: Any = self.best
        if best is None or getattr(best, name) not in choices:
            return
        for direction in (1, -1):
            moved = False
            while True:
                at: Any = self.best
                place = choices.index(getattr(at, name)) + direction
                if not 0 <= place < len(choices):
                    break
                candidate: P = dataclasses.replace(at, **{name: choices[place]})
                if not self.better(candidate):
                    break
                moved = True
            if moved:
                return
