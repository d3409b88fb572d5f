"""What is in service, how the search for parameters went, and how ratings and policies compare: pictures under Methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from shopkeeper.server.dashboard import cards, charts
from shopkeeper.server.dashboard.models.recommending import methods

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.recommending.methods import Course, InService, Whisker

TASK = "recommend.learn"
TOLD = ("item_graph", "hybrid")


def service(desk: Desk, found: InService | None) -> None:
    """What answers are made of now, and how good that was beside what else was tried when it was learned."""
    t, f = desk.t, desk.f
    with cards.card(t("service.title"), t("service.under"), classes="sk-service"):
        if found is None:
            cards.empty("school", t("recommend.not_learned"), t("recommend.not_learned_next"),
                        label=t("recommend.to_task"), target=f"/tasks/{TASK}")  # fmt: skip
            return
        with cards.box("sk-row"):
            cards.text(t.method(found.method), "sk-big")
            cards.link(found.version, f"/tasks/{TASK}", "sk-muted sk-small mono")
        kind = found.method.partition("_")[0] if found.method.startswith("hybrid") else found.method
        cards.text(t(f"service.{kind if kind in TOLD else 'other'}"), "sk-muted")
        if found.sources:
            with cards.box("sk-row"):
                cards.text(t("service.sources"), "sk-muted sk-small", "span")
                for name in found.sources:
                    cards.pill(t.method(name))
        known = {name: value for name, value in found.ndcg_of_methods.items() if value}
        if len(known) > 1:
            top = max(known.values())
            with cards.box("sk-whiskers"):
                for name, value in sorted(known.items(), key=lambda entry: -entry[1]):
                    is_ours = name == found.method
                    cards.text(t.method(name), "sk-strong" if is_ours else "")
                    svg = charts.whisker((value, value, value), (0.0, top), is_strong=is_ours, is_bar=True)
                    cards.drawing(svg, "sk-line")
                    cards.text(f.score(value), "num" + (" sk-strong" if is_ours else ""))
        if found.ndcg_of_chosen is not None and found.ndcg_of_defaults is not None and found.n_trials:
            told = t(
                "service.tuned", chosen=f.score(found.ndcg_of_chosen), defaults=f.score(found.ndcg_of_defaults),
                n=f.number(found.n_trials), cases=f.number(found.n_cases),
            )  # fmt: skip
            cards.text(told + (" " + t("service.sample") if found.on_a_sample else ""), "sk-muted sk-small")


def courses(desk: Desk, found: Sequence[Course]) -> None:
    """The search for parameters: the best so far of each method over its trials, and the best parameters."""
    t, f = desk.t, desk.f
    with cards.card(t("search.title"), t("search.under")):
        if not found:
            cards.empty("manage_search", t("search.none"), t("search.none_next"))
            return
        options = charts.searches(
            [(t.method(course.method, course.title), course.best_so_far) for course in found], of_trials=t("search.trial")
        )
        cards.chart(options)
        with ui.expansion(t("search.parameters")).props("dense").mark("parameters"):
            columns = [
                (t("methods.method"), False),
                (t("search.best"), True),
                (t("search.trials"), True),
                (t("search.with"), False),
            ]
            rows = [
                (
                    t.method(course.method, course.title),
                    f.score(course.best),
                    f.number(len(course.best_so_far)),
                    lambda course=course: cards.text(
                        ", ".join(f"{name} {value}" for name, value in course.parameters.items()), "mono sk-small"
                    ),
                )
                for course in found
            ]
            cards.table(columns, rows)


def policies(desk: Desk, found: Sequence[Whisker], reward: str) -> None:
    """What other ways of choosing would have earned, beside what was earned."""
    t, f = desk.t, desk.f
    with cards.card(t("policy.title"), t("policy.under", reward=t(f"reward.{reward}")) if found else ""):
        if not found:
            cards.empty("casino", t("policy.none"), t("policy.none_next"),
                        label=t("recommend.to_task"), target="/tasks/recommend.off_policy")  # fmt: skip
            return
        span = methods.span(found)
        earned = next((row.measured.value for row in found if row.chosen), None)
        before = ""
        with cards.box("sk-whiskers is-4"):
            for row in found:
                cards.text(t(f"policy_name.{row.group.replace(' ', '_')}") if row.group != before else "", "sk-strong")
                cards.text(t(f"estimator.{row.name}"), "sk-muted sk-small")
                measured = (row.measured.low, row.measured.value, row.measured.high)
                strong = row.name in ("logged", "DR")
                cards.drawing(charts.whisker(measured, span, reference=earned, is_strong=strong), "sk-line")
                cards.text(f"{f.number(row.measured.value, 3)}", "num" + (" sk-strong" if strong else ""))
                before = row.group
        cards.text(t("policy.reading"), "sk-muted sk-small")


def ratings(desk: Desk, found: Sequence[Whisker]) -> None:
    """How well each method foretells ratings; nothing where the shop has none."""
    if not found:
        return
    t, f = desk.t, desk.f
    with cards.card(t("rating.title"), t("rating.under")):
        span = methods.span(found)
        with cards.box("sk-whiskers is-5"):
            for label in (t("methods.method"), "", t("rating.rmse"), t("rating.mae"), t("methods.learn_seconds")):
                cards.text(label, "sk-muted sk-small")
            for row in found:
                with cards.box("sk-row"):
                    cards.text(t.method(row.name), "sk-strong" if row.chosen else "", "span")
                    if row.chosen:
                        cards.pill(t("rating.chosen"), "accent")
                measured = (row.measured.low, row.measured.value, row.measured.high)
                cards.drawing(charts.whisker(measured, span, is_strong=row.chosen), "sk-line")
                cards.text(f.number(row.measured.value, 3), "num" + (" sk-strong" if row.chosen else ""))
                more = row.more or {}
                cards.text(f.number(more.get("mae"), 3), "num")
                seconds = more.get("seconds")
                cards.text("–" if seconds is None else f.seconds(seconds), "num")
