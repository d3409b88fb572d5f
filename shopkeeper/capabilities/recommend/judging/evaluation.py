"""The result of `recommend.evaluate`: every method that fits, its parameters from validation, the test looked at once."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from shopkeeper.capabilities.recommend.judging.choosing import Budget, Chosen, choose, starts_of, wanted_methods, why_not
from shopkeeper.capabilities.recommend.judging.comparison import (
    NAIVES,
    WANTED,
    Judged,
    Measure,
    best_of,
    catalog_of,
    compared,
    judge,
)
from shopkeeper.capabilities.recommend.judging.exam import MINIMUM_CASES, Exam, K
from shopkeeper.capabilities.recommend.judging.material import material
from shopkeeper.capabilities.recommend.judging.memory import budget_bytes
from shopkeeper.capabilities.recommend.judging.table_of import as_table, rows_of
from shopkeeper.capabilities.recommend.judging.tuning import best_trials
from shopkeeper.capabilities.recommend.ranking.hybrid import Sharing
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.columns import Column
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.progress import Part, Progress
from shopkeeper.core.results import Result, Score
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Tell

OF = {"new": "products new to the customer", "all": "all purchases"}


def evaluate_methods(view: ShopView, settings: RecommendSettings, columns: Sequence[Column]) -> Result:
    """The comparison as a table with ``columns``, a score for the method that validation prefers, and one sentence."""
    progress = view.progress
    given = material(view, settings, Part(progress, 0.0, 0.05))
    budget = Budget(settings.evaluate_trials, settings.evaluate_minutes * 60.0, budget_bytes(settings))
    chosen, popularity = _chosen(given.validation(), settings, budget, best_trials(view), Part(progress, 0.05, 0.6))
    test = given.test(popularity)
    judged = _judged(test, chosen, budget, Part(progress, 0.6, 0.95))
    progress.step(0.95, "measuring what was listed")
    catalog = catalog_of(test.known)
    exams = {name: cases for name, cases in (("new", test.new), ("all", test.every)) if len(cases.row) >= MINIMUM_CASES}
    found = {name: compared(judged, cases, name, catalog, view.seed) for name, cases in exams.items()}
    n_cases = {name: len(cases.row) for name, cases in exams.items()}
    rows = rows_of(judged, found, n_cases, test.known.log.n_products)
    scores = tuple(_score(judged, found[name], name, n_cases[name]) for name in WANTED if name in found)
    return Result(as_table(rows, columns), scores, headline=_headline(judged, scores))


def _chosen(
    at: Exam, settings: RecommendSettings, budget: Budget, earlier: Mapping[str, Any], progress: Progress
) -> tuple[list[Chosen], Any]:
    """Each method with its parameters; time that one does not need is left to the others.

    Hybrids get their retrievers with the parameters that were found ``earlier``, as they would be served.
    """
    shared = Sharing(earlier)
    methods = {name: shared.of(method) for name, method in wanted_methods(settings).items()}
    until = time.monotonic() + budget.seconds
    chosen = []
    for number, (name, method) in enumerate(methods.items()):
        left = len(methods) - number
        share = Budget(budget.n_trials, max(0.0, until - time.monotonic()) / left, budget.n_bytes)
        starts = starts_of(method, at.popularity.popularity_half_life_days, *(earlier[name],) if name in earlier else ())
        tell = teller(Part(progress, number / len(methods), (number + 1) / len(methods)), f"choosing parameters: {method.title}")
        tell(0.0)
        chosen.append(choose(at, method, starts, share, tell=tell))
    return chosen, at.popularity


def _judged(at: Exam, chosen: Sequence[Chosen], budget: Budget, progress: Progress) -> list[Judged]:
    judged = []
    for number, each in enumerate(chosen):
        tell = teller(Part(progress, number / len(chosen), (number + 1) / len(chosen)), f"judging: {each.method.title}")
        tell(0.0)
        # The test's history is longer than the validation's: what fitted there need not fit here.
        note = each.note or why_not(each.method, (each.parameters,), at.known, budget.n_bytes)
        try:
            judged.append(judge(at, Chosen(each.method, each.parameters, note=note) if note else each, tell))
        except NotEnoughData as refused:
            judged.append(judge(at, Chosen(each.method, each.parameters, note=refused.what), tell))
    return judged


def teller(progress: Progress, doing: str) -> Tell:
    """Somebody to tell a share (0-1) of this part to, who never hears of less than before."""
    last = [0.0]

    def tell(share: float) -> None:
        last[0] = max(last[0], min(1.0, share))
        progress.step(last[0], doing)

    return tell


def _score(judged: Sequence[Judged], found: Mapping[tuple[str, int, str], Measure], wanted: str, n_cases: int) -> Score:
    best, naive = best_of(judged, wanted), NAIVES[wanted]
    titles = {each.name: each.chosen.method.title for each in judged}
    one, other = found[best, K, "ndcg"], found[naive, K, "ndcg"]
    return Score(
        name=f"NDCG@{K} of {OF[wanted]}: {titles[best]}", value=one.value, interval=one.interval, baseline=other.value,
        baseline_name=titles[naive], difference=one.difference_interval, n_cases=n_cases,
    )  # fmt: skip


def _headline(judged: Sequence[Judged], scores: Sequence[Score]) -> str:
    first = scores[0]
    n_out = sum(bool(each.chosen.note) for each in judged)
    out = f"; {n_out} could not be tried" if n_out else ""
    return (
        f"Of {len(judged) - n_out} methods {first.name.rpartition(': ')[2]} is best on the validation period: NDCG@{K} "
        f"{first.value:.3f} on the last one, {first.baseline:.3f} by {first.baseline_name} ({first.verdict}){out}."
    )
