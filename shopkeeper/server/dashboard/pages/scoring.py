"""Scores as pictures: a value with its interval beside the naive answer, and a sentence that says what that means."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from shopkeeper.server.dashboard import cards, charts
from shopkeeper.server.dashboard.models import scores

if TYPE_CHECKING:
    from shopkeeper.core.runs import Run
    from shopkeeper.server.dashboard.desk import Desk

TONES = {"better": "good", "worse": "bad", "no evidence": "warn"}


def show(desk: Desk, run: Run, *, only_first: bool = False) -> None:
    """A card with every score of the run, or only with the one that decides and a link to the others."""
    with cards.card(desk.t("score.title"), desk.t("score.under", day=desk.f.day(run.provenance.as_of))):
        if not run.scores:
            cards.text(desk.t("score.none"), "sk-muted")
        found = scores.rows(run)
        for row in found[:1] if only_first else found:
            _score(desk, row)
        if only_first and len(found) > 1:
            cards.link(desk.t("score.more", n=len(found) - 1), f"/tasks/{run.task}", "sk-small")


def _score(desk: Desk, row: scores.ScoreRow) -> None:
    name, baseline = desk.t.said(row.name), desk.t.said(row.baseline_name)
    with cards.box("sk-score"):
        with cards.box("sk-row"):
            cards.text(name, "sk-strong", "span")
            if not row.is_itself:
                cards.pill(desk.t(f"verdict.{row.verdict.replace(' ', '_')}"), TONES[row.verdict])
            if row.decides:
                cards.pill(desk.t("score.decides"), "accent")
        labels = (
            "0",
            escape(desk.t("score.ours", value=desk.f.score(row.value))),
            escape(desk.t("score.theirs", name=baseline, value=desk.f.score(row.baseline))),
        )
        cards.drawing(charts.interval((row.low, row.value, row.high), row.baseline, labels), "sk-interval")
        cards.text(sentence(desk, row), "sk-muted sk-small")


def sentence(desk: Desk, row: scores.ScoreRow) -> str:
    """What the numbers say, in words."""
    baseline = desk.t.said(row.baseline_name)
    facts = {
        "name": desk.t.said(row.name), "value": desk.f.score(row.value), "baseline": desk.f.score(row.baseline),
        "baseline_name": baseline, "low": desk.f.score(row.difference_low), "high": desk.f.score(row.difference_high),
        "confidence": desk.f.share(row.confidence), "n": desk.f.number(row.n_cases),
    }  # fmt: skip
    told = desk.t(row.words, **facts)
    if row.verdict == "better" and row.times is not None and row.times >= 1.05:
        told += (" " if desk.t.language == "en" else "") + desk.t(
            "score.times", times=desk.f.number(row.times, 1), baseline_name=baseline
        )
    return told
