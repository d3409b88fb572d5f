"""Tasks: the plan as a graph, what was learned and when, and everything that can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopkeeper.server.dashboard import cards, charts
from shopkeeper.server.dashboard.models import plan, work
from shopkeeper.server.dashboard.pages.work.running import JobCard, run_table

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

STATE_TONES = {"done": "good", "unchanged": "", "refused": "warn", "failed": "bad", "cancelled": ""}


async def build(desk: Desk) -> None:
    """Lay out the page."""
    tasks = await desk.work(work.task_cards, desk.shop)
    answers = await desk.work(work.answer_cards, desk.shop)
    runs = await desk.work(desk.shop.runs, None, 15)
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
    """Boxes that are links, over a drawing of the arrows between them."""
    picture = plan.picture(desk.shop.registry)
    places = {node.id: node for node in picture.nodes}
    lines = [
        (
            places[source].x + plan.BOX_WIDTH,
            places[source].y + plan.BOX_HEIGHT / 2,
            places[target].x,
            places[target].y + plan.BOX_HEIGHT / 2,
        )
        for source, target in picture.links
    ]
    with cards.card(desk.t("tasks.plan"), desk.t("tasks.plan_under")), cards.box("sk-scroll-x"), cards.box("sk-plan") as board:
        board.style(f"width: {picture.width}px; height: {picture.height}px")
        cards.drawing(charts.arrows(lines, picture.width, picture.height), "sk-plan-lines")
        for node in picture.nodes:
            box = cards.link(node.label, node.link, f"sk-plan-box is-{node.kind}")
            box.style(f"left: {node.x}px; top: {node.y}px; width: {plan.BOX_WIDTH}px; height: {plan.BOX_HEIGHT}px")


def _tasks(desk: Desk, tasks: tuple[work.TaskCard, ...]) -> None:
    with cards.card(desk.t("page.tasks"), desk.t("tasks.tasks_under"), is_flush=True), cards.box("sk-list"):
        for task in tasks:
            with cards.box("sk-item", "a") as item:
                item.props["href"] = f"/tasks/{task.name}"
                with cards.box("sk-grow"):
                    cards.text(task.name, "mono", "b")
                    cards.text(desk.t.declared(task.name, task.question), tag="small")
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
                    cards.text(desk.t.declared(answer.name, answer.question), tag="small")
                if answer.model_version is None:
                    with cards.box("end"):
                        cards.pill(desk.t("tasks.not_ready"), "warn")
