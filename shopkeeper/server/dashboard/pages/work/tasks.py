"""Tasks: the plan as a graph, what was learned and when, and everything that can be asked."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

from nicegui import ui

from shopkeeper.server.dashboard import cards, charts
from shopkeeper.server.dashboard.models import plan, work
from shopkeeper.server.dashboard.pages.work.running import JobCard, run_table

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

STATE_TONES = {"done": "good", "unchanged": "", "refused": "warn", "failed": "bad", "cancelled": ""}


async def build(desk: Desk) -> None:
    """Lay out the page."""
    tasks = await asyncio.to_thread(work.task_cards, desk.shop)
    answers = await asyncio.to_thread(work.answer_cards, desk.shop)
    runs = await asyncio.to_thread(desk.shop.runs, None, 15)
    job = JobCard(desk)
    with cards.head(desk.t("page.tasks"), desk.t("tasks.under")):
        if tasks:
            cards.button(desk.t("tasks.learn_all"), lambda: job.start("learn", {"tasks": None}), icon="play_arrow").mark(
                "learn-all"
            )
    job.build()
    if not tasks:
        with cards.card():
            cards.empty("account_tree", desk.t("tasks.none"), desk.t("tasks.none_next"))
        return
    _plan(desk)
    with cards.box("sk-grid sk-2"):
        _tasks(desk, tasks)
        _answers(desk, answers)
    with cards.card(desk.t("tasks.history"), is_flush=True):
        run_table(desk, runs)


def _plan(desk: Desk) -> None:
    picture = plan.picture(desk.shop.registry)
    links = {node.id: node.link for node in picture.nodes}
    with cards.card(desk.t("tasks.plan"), desk.t("tasks.plan_under")), cards.box("sk-scroll-x"):
        options = charts.graph([dataclasses.asdict(node) for node in picture.nodes], picture.links)
        chart = cards.chart(options)
        chart.style(f"min-width: {picture.width}px; height: {picture.height + 30}px")
        chart.on_point_click(lambda event: ui.navigate.to(links[event.name]) if event.name in links else None)


def _tasks(desk: Desk, tasks: tuple[work.TaskCard, ...]) -> None:
    with cards.card(desk.t("page.tasks"), desk.t("tasks.tasks_under"), is_flush=True), cards.box("sk-list"):
        for task in tasks:
            with cards.box("sk-item", "a") as item:
                item.props["href"] = f"/tasks/{task.name}"
                with cards.box("sk-grow"):
                    cards.text(task.name, "mono", "b")
                    cards.text(task.question, tag="small")
                with cards.box("end"):
                    if task.newest is None:
                        cards.pill(desk.t("tasks.never"), "warn")
                    else:
                        cards.pill(desk.t(f"state.{task.newest.state}"), STATE_TONES[task.newest.state])
                        cards.text(desk.f.moment(task.newest.started_at), tag="small")


def _answers(desk: Desk, answers: tuple[work.AnswerCard, ...]) -> None:
    with cards.card(desk.t("tasks.answers"), desk.t("tasks.answers_under"), is_flush=True), cards.box("sk-list"):
        if not answers:
            cards.empty("forum", desk.t("tasks.no_answers"), desk.t("tasks.no_answers_next"))
        for answer in answers:
            with cards.box("sk-item", "a") as item:
                item.props["href"] = f"/answers/{answer.name}"
                with cards.box("sk-grow"):
                    cards.text(answer.name, "mono", "b")
                    cards.text(answer.question, tag="small")
                if answer.model_version is None:
                    with cards.box("end"):
                        cards.pill(desk.t("tasks.not_ready"), "warn")
