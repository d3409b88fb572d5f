"""The long search of `recommend.tune`: every method's parameters on the validation exam, kept when stopped, continued later."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from shopkeeper import __version__
from shopkeeper.capabilities.recommend.judging.choosing import Reach, starts_of, too_large_for, wanted_methods, why_not
from shopkeeper.capabilities.recommend.judging.exam import Exam, K
from shopkeeper.capabilities.recommend.judging.material import Material, material
from shopkeeper.capabilities.recommend.judging.memory import budget_bytes
from shopkeeper.capabilities.recommend.judging.search import WORTHWHILE, Trial, search
from shopkeeper.capabilities.recommend.judging.table_of import as_table
from shopkeeper.capabilities.recommend.methods.every import BASELINES, METHODS
from shopkeeper.capabilities.recommend.methods.method import Method
from shopkeeper.capabilities.recommend.ranking.hybrid import Sharing
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.columns import Column
from shopkeeper.core.errors import Cancelled, NotEnoughData
from shopkeeper.core.progress import Part, Progress
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView

TRIALS = "recommend_trials"
FIRST_ROUND = 8  # trials that every method gets before any gets more
BUDGETS = (
    "tune_trials",
    "tune_minutes",
    "evaluate_trials",
    "evaluate_minutes",
    "evaluated_methods",
    "rankers",
    "memory_gb",
    "tuning_trials",
)
"""Settings that say how long and what to search; trials are worth the same whatever they are."""


def best_trials(view: ShopView) -> Mapping[str, Any]:
    """The best parameters that `recommend.tune` found, by method; empty where it never ran."""
    table = view.table(TRIALS, ("method", "parameters", "is_best"))
    rows = zip(*(table[name].to_pylist() for name in ("method", "parameters", "is_best")), strict=True)
    return {
        name: METHODS[name].parameters_from(json.loads(parameters))
        for name, parameters, is_best in rows
        if is_best and name in METHODS
    }


def best_of(trials: Sequence[Trial[Any]]) -> Trial[Any]:
    """The trial that the search prefers: each better one must be better by a percent."""
    best = trials[0]
    for trial in trials[1:]:
        if trial.value > best.value * WORTHWHILE:
            best = trial
    return best


class Book:
    """The trials of one method in the order in which they were made, where they began, and whether more would be made."""

    def __init__(self, method: Method[Any], starts: tuple[Any, ...], trials: Mapping[Any, float], note: str = "") -> None:
        self.method, self.starts, self.note = method, starts, note
        self.values: dict[Any, float] = dict(trials)
        self.is_finished = bool(note)

    @property
    def trials(self) -> tuple[Trial[Any], ...]:
        """The trials so far."""
        return tuple(Trial(parameters, value) for parameters, value in self.values.items())

    @property
    def best(self) -> Trial[Any]:
        """The best of them."""
        return best_of(self.trials)

    def as_card(self) -> dict[str, Any]:
        """Plain JSON, to be continued from."""
        return {
            "starts": [dataclasses.asdict(start) for start in self.starts],
            "trials": [[dataclasses.asdict(trial.parameters), trial.value] for trial in self.trials],
        }


def tune_methods(view: ShopView, settings: RecommendSettings, columns: Sequence[Column]) -> Result:
    """The trials as a table with ``columns``; what was stopped is partial, keeps its trials, and goes on from there next time."""
    progress = view.progress
    given = material(view, settings, Part(progress, 0.0, 0.02))
    progress.step(0.02, "laying the validation period aside")
    at = given.validation()
    key = _key(given, at)
    books = _opened(view.in_service() or {}, key, at, settings)
    work = _Work(at, books, settings, Part(progress, 0.05, 1.0))
    was_stopped = False
    try:
        work.run()
    except (Cancelled, KeyboardInterrupt):
        if work.n_new == 0:  # nothing was found that would be lost
            raise
        was_stopped = True
    return _result(books, key, was_stopped, settings, columns)


class _Work:
    """The methods take turns, with more trials each time, so that a short search has tried all of them."""

    def __init__(self, at: Exam, books: Sequence[Book], settings: RecommendSettings, progress: Progress) -> None:
        self.n_new = 0
        self._at, self._books, self._settings, self._progress = at, books, settings, progress
        self._started, self._share = time.monotonic(), 0.0
        self._budget = budget_bytes(settings)

    def run(self) -> None:
        """Search until nothing near is left to try, or trials or time are used up."""
        limit, most = min(FIRST_ROUND, self._settings.tune_trials), self._settings.tune_trials
        while True:
            open_books = [book for book in self._books if not book.is_finished]
            for number, book in enumerate(open_books):
                self._turn(book, limit, self._left() / (len(open_books) - number))
            if limit == most or self._left() <= 0 or not open_books:
                return
            limit = min(2 * limit, most)

    def _left(self) -> float:
        return max(0.0, 60.0 * self._settings.tune_minutes - (time.monotonic() - self._started))

    def _turn(self, book: Book, limit: int, seconds: float) -> None:
        reach = Reach(self._at, book.method, lambda _: self._say(book))

        def kept(parameters: Any) -> float:
            self._say(book)
            book.values[parameters] = value = reach(parameters)
            self.n_new += 1
            return value

        try:
            found = search(
                kept, book.starts, book.method.choices, n_trials=limit, seconds=seconds, known=book.trials,
                allowed=lambda candidate: not too_large_for(book.method, candidate, self._at.known, self._budget),
            )  # fmt: skip
            book.is_finished = found.is_finished
        except NotEnoughData as refused:
            book.note, book.is_finished = refused.what, True

    def _say(self, book: Book) -> None:
        """Say what is tried and what is best so far; raises `Cancelled` when somebody stopped the work."""
        n_made = sum(len(each.values) for each in self._books)
        of_trials = n_made / max(1, self._settings.tune_trials * len(self._books))
        of_time = 1.0 - self._left() / max(1e-9, 60.0 * self._settings.tune_minutes)
        self._share = max(self._share, min(1.0, max(of_trials, of_time)))
        tried = [each for each in self._books if each.values]
        best = max(tried, key=lambda each: each.best.value, default=None)
        so_far = f"; best so far: {best.method.title}, NDCG@{K} {best.best.value:.4f}" if best else ""
        self._progress.step(self._share, f"trial {n_made + 1}: {book.method.title}{so_far}")


def _opened(card: Mapping[str, Any], key: str, at: Exam, settings: RecommendSettings) -> list[Book]:
    """A book for each method: what an earlier search on the same exam wrote, else a new one that begins at the earlier best."""
    kept: Mapping[str, Any] = card.get("methods", {})
    is_same, half_life, budget = card.get("key") == key, at.popularity.popularity_half_life_days, budget_bytes(settings)
    books = []
    shared = Sharing()
    for name, method in ((name, shared.of(method)) for name, method in wanted_methods(settings).items()):
        if method in BASELINES:
            continue
        old = kept.get(name, {"starts": [], "trials": []})
        trials = {method.parameters_from(parameters): float(value) for parameters, value in old["trials"]}
        if is_same and trials:
            books.append(Book(method, tuple(method.parameters_from(start) for start in old["starts"]), trials))
            continue
        earlier = (best_of([Trial(*each) for each in trials.items()]).parameters,) if trials else ()
        starts = starts_of(method, half_life, *earlier)
        books.append(Book(method, starts, {}, why_not(method, starts, at.known, budget, 60.0 * settings.tune_minutes)))
    return books


def _key(given: Material, at: Exam) -> str:
    """The same text for the same exam: trials on it can be compared."""
    digest = hashlib.sha256(__version__.encode())
    settings = {name: value for name, value in dataclasses.asdict(given.settings).items() if name not in BUDGETS}
    digest.update(
        json.dumps(
            [settings, given.seed, at.known.now, dataclasses.asdict(at.popularity), given.products.n_terms], sort_keys=True
        ).encode()
    )
    log, of = at.known.log, given.products
    facts = (of.category, of.brand, of.price, of.cost, of.created_at)
    for part in (log.starts, log.product, log.kind, log.at, at.new.row, at.new.target, *facts):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def _result(books: Sequence[Book], key: str, was_stopped: bool, settings: RecommendSettings, columns: Sequence[Column]) -> Result:
    rows = [
        {
            "method": book.method.name, "title": book.method.title, "trial": number + 1, "value": trial.value,
            "parameters": json.dumps(dataclasses.asdict(trial.parameters), sort_keys=True), "is_best": trial == book.best,
        }
        for book in books
        for number, trial in enumerate(book.trials)
    ]  # fmt: skip
    is_partial = was_stopped or any(not book.is_finished and len(book.values) < settings.tune_trials for book in books)
    card = {
        "key": key, "is_partial": is_partial, "methods": {book.method.name: book.as_card() for book in books if book.values},
        "notes": {book.method.name: book.note for book in books if book.note},
    }  # fmt: skip
    learned = {"value": np.array([row["value"] for row in rows], np.float64)}
    return Result(as_table(rows, columns), (), learned, card, _headline(books, len(rows), is_partial), is_partial)


def _headline(books: Sequence[Book], n_trials: int, is_partial: bool) -> str:
    tried = [book for book in books if book.values]
    if not tried:
        return "No method could be tuned: " + "; ".join(f"{book.method.title}: {book.note}" for book in books)[:200]
    best = max(tried, key=lambda book: book.best.value)
    on = "; run it again to go on" if is_partial else ""
    methods = f"{len(tried)} methods" if len(tried) > 1 else "one method"
    return (
        f"{n_trials} trials of {methods}: {best.method.title} is best with NDCG@{K} {best.best.value:.4f} on the "
        f"validation period, {best.trials[0].value:.4f} where it began{on}."
    )
