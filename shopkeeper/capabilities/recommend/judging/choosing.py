"""Which parameters a method gets: chosen on the validation exam, within a budget of trials, time and memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.judging.exam import MINIMUM_CASES, Cases, Exam, K, gains
from shopkeeper.capabilities.recommend.judging.memory import too_large, too_long
from shopkeeper.capabilities.recommend.judging.search import WORTHWHILE, Trial, search
from shopkeeper.capabilities.recommend.methods.every import BASELINES, METHODS
from shopkeeper.capabilities.recommend.methods.method import Known, Learned, Method, Questions
from shopkeeper.capabilities.recommend.ranking.hybrid import BY_RANKER, HYBRIDS
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.errors import NotEnoughData, unknown
from shopkeeper.numerics.compiling import Tell, quiet

OWN_WEIGHTS = (-1.0, 0.0, 0.5, 1.0, 2.0, 5.0, 20.0)  # not shown again, or how loudly what a customer has may ask for it
FADING = "popularity_half_life_days"


@dataclass(frozen=True)
class Budget:
    """How much a search may take: trials, seconds and bytes of memory."""

    n_trials: int
    seconds: float
    n_bytes: int


@dataclass(frozen=True)
class Chosen:
    """A method with its parameters: what it reached on the validation exam, and why it was left out where ``note`` says so.

    ``value`` is its NDCG for products new to the customer, ``value_of_all`` that for all purchases with ``own`` as the weight
    of what the customer has. NaN where it was not tried.
    """

    method: Method[Any]
    parameters: Any
    value: float = float("nan")
    own: float = 1.0
    value_of_all: float = float("nan")
    n_trials: int = 0
    note: str = ""


def wanted_methods(settings: RecommendSettings) -> Mapping[str, Method[Any]]:
    """The methods that are compared, always with both naive answers; hybrids with those rankers that are allowed.

    Raises `UnknownName` with the nearest one.
    """
    names = [name.strip() for name in settings.evaluated_methods.replace(";", ",").split(",") if name.strip()]
    for name in names:
        if name not in METHODS:
            raise unknown("method of recommending", name, METHODS)
    baselines = {method.name for method in BASELINES}
    left_out = HYBRIDS.keys() - {hybrid.name for hybrid in wanted_hybrids(settings)}
    return {
        name: method
        for name, method in METHODS.items()
        if name in names or name in baselines or (not names and name not in left_out)
    }


def wanted_hybrids(settings: RecommendSettings) -> tuple[Method[Any], ...]:
    """The hybrid with each ranker that the settings allow, in their order. Raises `UnknownName` with the nearest one."""
    names = [name.strip() for name in settings.rankers.replace(";", ",").split(",") if name.strip()]
    for name in names:
        if name not in BY_RANKER:
            raise unknown("ranker", name, BY_RANKER)
    return tuple(BY_RANKER[name] for name in names)


def starts_of(method: Method[Any], half_life_days: float, *earlier: Any) -> tuple[Any, ...]:
    """Where the search begins: what was found ``earlier``, then the method's own; popularity fades as the shop's does."""
    found: dict[Any, None] = {}
    for start in (*earlier, *method.starts):
        fades = any(field.name == FADING for field in dataclasses.fields(start))
        found[dataclasses.replace(start, **{FADING: half_life_days}) if fades else start] = None
    return tuple(found)


def why_not(method: Method[Any], starts: tuple[Any, ...], known: Known, n_bytes: int, seconds: float = float("inf")) -> str:
    """Why a method is not tried on this, in one sentence; "" where it is."""
    return (
        method.against(known)
        or too_large(min(method.n_bytes(known, start) for start in starts), n_bytes)
        or too_long(min(method.n_seconds(known, start) for start in starts), seconds)
    )


def too_large_for(method: Method[Any], parameters: Any, known: Known, n_bytes: int) -> str:
    """Why these parameters are not tried: they take too much memory; "" where they fit."""
    return too_large(method.n_bytes(known, parameters), n_bytes)


class Reach:
    """What parameters of a method reach on an exam: NDCG of products new to the customer."""

    def __init__(self, at: Exam, method: Method[Any], tell: Tell = quiet) -> None:
        self._at, self._method, self._tell = at, method, tell
        self._questions = at.questions(at.new)
        self._best: tuple[Any, Learned] | None = None
        self._value = -1.0

    def __call__(self, parameters: Any) -> float:
        """Learn, list, and compare with what was chosen."""
        learned = self._method.learn(self._at.known, parameters, self._tell)
        value = value_of(self._at, learned, self._questions, self._at.new)
        if self._best is None or value > self._value * WORTHWHILE:  # as the search decides
            self._best, self._value = (parameters, learned), value
        return value

    def learned(self, parameters: Any) -> Learned:
        """What is learned with these parameters: what the best trial learned, where it was them."""
        if self._best is not None and self._best[0] == parameters:
            return self._best[1]
        return self._method.learn(self._at.known, parameters, self._tell)


def value_of(at: Exam, learned: Learned, questions: Questions, cases: Cases) -> float:
    """NDCG of what was learned on these cases."""
    return float(gains(at.filled(learned.lists(questions, K), questions), cases).mean())


def choose(
    at: Exam, method: Method[Any], starts: tuple[Any, ...], budget: Budget, known: tuple[Trial[Any], ...] = (), tell: Tell = quiet
) -> Chosen:
    """The parameters of ``method`` that reach most on ``at``; a sentence instead where it cannot be tried.

    ``at.popularity`` must say how popularity fades; the naive answers get just that.
    """
    note = why_not(method, starts, at.known, budget.n_bytes, budget.seconds)
    if note:
        return Chosen(method, starts[0], note=note)
    done = [0.0]  # while a trial learns, progress stands and may stop the work
    reach = Reach(at, method, lambda _: tell(done[0]))
    if method in BASELINES:
        return _with_own(at, Chosen(method, at.popularity, reach(at.popularity), n_trials=1), reach)

    def further(share: float) -> None:
        done[0] = share
        tell(share)

    try:
        found = search(
            reach, starts, method.choices, n_trials=budget.n_trials, seconds=budget.seconds, known=known,
            allowed=lambda candidate: not too_large_for(method, candidate, at.known, budget.n_bytes), tell=further,
        )  # fmt: skip
    except NotEnoughData as refused:
        return Chosen(method, starts[0], note=refused.what)
    return _with_own(at, Chosen(method, found.parameters, found.value, n_trials=len(found.trials)), reach)


def _with_own(at: Exam, chosen: Chosen, reach: Reach) -> Chosen:
    """The same with how loudly what a customer has speaks for itself, chosen on all purchases of the validation exam."""
    if len(at.every.row) < MINIMUM_CASES:
        return chosen
    learned = reach.learned(chosen.parameters)
    reached = [value_of(at, learned, at.questions(at.every, own), at.every) for own in OWN_WEIGHTS]
    best = int(np.argmax(reached))
    return dataclasses.replace(chosen, own=OWN_WEIGHTS[best], value_of_all=reached[best])
