"""Every method through the same exams over time, and the one that is used: a classifier only where it surely beats BG/NBD."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from shopkeeper.capabilities.customers.churn.cuts import Question
from shopkeeper.capabilities.customers.churn.material import BG_NBD, Past
from shopkeeper.capabilities.customers.classifying.exam import Ready, prepare
from shopkeeper.capabilities.customers.classifying.judge import Compared, Sat, candidate, compare, scores, sit
from shopkeeper.capabilities.customers.classifying.kept import as_json
from shopkeeper.capabilities.customers.classifying.methods.baselines import PREVALENCE, given, rule
from shopkeeper.capabilities.customers.classifying.methods.every import CLASSIFIERS
from shopkeeper.capabilities.customers.classifying.methods.method import Examples, Method, together
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.progress import Part, Progress
from shopkeeper.core.results import Result, Score
from shopkeeper.core.tasks import ShopView

METHODS: tuple[Method, ...] = (
    PREVALENCE, rule("recency_rule", "rule on days since the last order", "recency_days"), given(BG_NBD, "BG/NBD", BG_NBD),
    *CLASSIFIERS,
)  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """A question with its exams (the newest first) and the chosen method, learned again up to the newest cut."""

    question: Question
    exams: tuple[Compared, ...]
    chosen: str
    candidate: str
    ready: Ready
    scores: tuple[Score, ...]

    def kept(self) -> dict[str, Any]:
        """Plain JSON of what is used for today, with its scores."""
        return {**as_json(self.ready), "scores": [dataclasses.asdict(score) for score in self.scores]}


def past_of(view: ShopView, settings: CustomersSettings) -> Past:
    """The shop's past as the settings want it."""
    return Past.of(view, settings.buys_within_days, settings.churn_sample)


def answer(past: Past, question: Question, progress: Progress) -> Answered:
    """Both exams of every method, the choice, and the chosen method learned from all cuts."""
    moments, seed = past.moments(question), past.view.seed
    cuts: list[Examples] = []
    for number, moment in enumerate(moments):
        progress.step(0.6 * number / len(moments), f"what was known {number + 1} of {len(moments)} moments ago")
        cuts.append(past.examples(question, moment))
    exams = []
    for number in range(len(cuts) - 2):
        progress.step(0.6 + 0.35 * number / (len(cuts) - 2), f"comparing methods, {question.title}")
        exams.append(_exam(cuts[number:], seed))
    best = candidate(_missed_before(exams), METHODS)
    chosen = best if _is_better(best, exams) else BG_NBD
    examined = exams[0].sat[exams[0].place(chosen)].ready
    ready = prepare(examined.method, together(cuts[1:]), cuts[0], seed, examined.settings)
    decides = question.wants_order
    found = scores(exams[0], chosen, BG_NBD, question.title, seed, decides=decides)
    progress.step(1.0, f"methods compared, {question.title}")
    return Answered(question, tuple(exams), chosen, best, ready, found)


def _is_better(name: str, exams: list[Compared]) -> bool:
    """Whether a classifier is better than every baseline beyond doubt at the newest cut, and than BG/NBD at the earlier ones too.

    Two questions are asked of every shop: one interval alone would find something in every twentieth where there is nothing.
    """
    beaten = all(exams[0].beats(name, method.name) for method in METHODS if method.is_baseline)
    return beaten and all(exam.ahead(name, BG_NBD) > 0.0 for exam in exams[1:])


def _missed_before(exams: list[Compared]) -> dict[str, float]:
    """How much each method missed before the newest test: on its validation period, and in the exams at earlier cuts."""
    newest, *earlier = exams
    return {
        sat.method.name: sat.ready.missed + sum(exam.sat[place].numbers()["log_loss"] for exam in earlier)
        for place, sat in enumerate(newest.sat)
    }


def _exam(cuts: list[Examples], seed: int) -> Compared:
    """The newest cut is asked, settings and calibration come from the one before, what is learned from all that are older."""
    test, validation, *older = cuts
    train = together(older)
    return compare([sit(prepare(method, train, validation, seed), test) for method in METHODS], seed)


def compare_methods(view: ShopView, settings: CustomersSettings) -> Result:
    """The result of `customers.churn_methods`."""
    view.progress.step(0.0, "reading orders")
    past = past_of(view, settings)
    answers = [
        answer(past, question, Part(view.progress, 0.05 + 0.45 * number, 0.5 + 0.45 * number))
        for number, question in enumerate(past.questions)
    ]
    table = pa.Table.from_pylist([row for each in answers for row in _rows(each)])
    found = tuple(score for each in answers for score in each.scores)
    return Result(table, found, card=card(answers), headline=_headline(answers))


def _rows(answered: Answered) -> list[dict[str, Any]]:
    newest, rows = answered.exams[0], []
    for number, sat in enumerate(newest.sat):
        name = sat.method.name
        each = [exam.sat[number] for exam in answered.exams]
        interval, ahead = newest.interval(name), newest.difference(name, BG_NBD)
        rows.append({
            "target": answered.question.target, "method": name, "title": sat.method.title,
            **_mean([one.numbers() for one in each]),
            "n_cases": sum(len(one.label) for one in each), "n_cuts": len(each), "horizon_days": answered.question.horizon_days,
            "newest_auc": sat.numbers()["auc"], "auc_low": interval.low, "auc_high": interval.high,
            "ahead_low": ahead.low, "ahead_high": ahead.high, "share": float(sat.label.mean()),
            "is_baseline": sat.method.is_baseline, "is_chosen": name == answered.chosen,
            "settings": json.dumps({**sat.ready.settings, "calibration": sat.ready.calibration.name}),
            "reliability": _curve(sat), "learned": json.dumps(answered.kept()) if name == answered.chosen else None,
        })  # fmt: skip
    return rows


def _mean(numbers: list[dict[str, float]]) -> dict[str, float | None]:
    """The mean of every number over the cuts where it is known."""
    known = {name: [each[name] for each in numbers if math.isfinite(each[name])] for name in numbers[0]}
    return {name: sum(values) / len(values) if values else None for name, values in known.items()}


def _curve(sat: Sat) -> str:
    curve = sat.curve()
    bins = zip(curve.told.tolist(), curve.seen.tolist(), curve.n_cases.tolist(), strict=True)
    return json.dumps([{"told": round(told, 4), "seen": round(seen, 4), "n_cases": n} for told, seen, n in bins])


def card(answers: list[Answered]) -> dict[str, Any]:
    """What was chosen for each question, and why, in words and numbers."""
    found: dict[str, Any] = {}
    for each in answers:
        ahead = each.exams[0].difference(each.candidate, BG_NBD)
        found[each.question.target] = {
            "question": each.question.title, "horizon_days": each.question.horizon_days, "asked_days": each.question.asked_days,
            "is_shortened": each.question.is_shortened, "chosen": each.chosen, "best_classifier": each.candidate,
            "ahead_of_bg_nbd": [ahead.low, ahead.high], "n_exams": len(each.exams), "n_cases": len(each.exams[0].sat[0].label),
        }  # fmt: skip
    return found


def _headline(answers: list[Answered]) -> str:
    first = answers[0]
    score, days = first.scores[0], first.question.horizon_days
    said = (
        f"{first.ready.method.title} says best who buys within {days} days (AUC {score.value:.3f}, BG/NBD {score.baseline:.3f})"
    )
    if first.chosen == BG_NBD:
        said = f"no classifier says better than BG/NBD who buys within {days} days (AUC {score.baseline:.3f})"
    short = [each.question for each in answers if each.question.is_shortened]
    allowed = " and ".join(f"{question.horizon_days} days ahead and not {question.asked_days}" for question in short)
    beside = f"; the shop's past is too short to look further than {allowed}" if short else ""
    return f"Of {score.n_cases:,} customers at the newest cut, {said}{beside}."
