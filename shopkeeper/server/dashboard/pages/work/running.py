"""Work in a process of its own: started here, watched live, stopped on demand; and runs as a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from nicegui import ui

from shopkeeper.core.errors import ShopkeeperError
from shopkeeper.jobs import cancel_job, start_job
from shopkeeper.server.dashboard import cards

if TYPE_CHECKING:
    from shopkeeper.core.runs import Run
    from shopkeeper.server.dashboard.desk import Desk

LOOK_SECONDS = 0.4
LIVE = ("queued", "running")
TONES = {"done": "good", "unchanged": "", "refused": "warn", "failed": "bad", "cancelled": "", "running": "accent", "queued": ""}


class JobCard:
    """Shows the job that was started here, or one that is running already; hidden while there is none."""

    def __init__(self, desk: Desk, on_end: Callable[[Any], Awaitable[None] | None] | None = None) -> None:
        self._desk = desk
        self._on_end = on_end
        self._job_id = ""

    def build(self) -> None:
        """Lay out the card; pick up work that is under way."""
        desk = self._desk
        with cards.card(classes="sk-job") as self._card:
            with cards.box("sk-row sk-between"):
                with cards.box("sk-row"):
                    self._title = cards.text("", tag="h2")
                    self._state = cards.changing_pill()
                self._stop = cards.button(desk.t("job.stop"), self._cancel, look="danger", icon="stop")
            self._bar = ui.linear_progress(value=0.0, show_value=False).props("rounded size=8px")
            self._doing = cards.text("", "sk-muted sk-small").mark("job-doing")
            self._problem = ui.element("div")
        self._card.visible = False
        self._timer = ui.timer(LOOK_SECONDS, self._look, active=False)
        under_way = next((job for job in desk.shop.store.jobs.list(5, 0) if job.state in LIVE), None)
        if under_way is not None:
            self._watch(under_way.job_id)

    async def start(self, kind: Literal["learn", "run", "import"], arguments: Mapping[str, Any]) -> None:
        """Start the work and watch it; needs the right to run tasks (to import: the owner's)."""
        self._desk.require("owner" if kind == "import" else "operator", self._desk.t("job.this"))
        self._watch(await self._desk.work(start_job, self._desk.shop, kind, arguments))

    def _watch(self, job_id: str) -> None:
        self._job_id = job_id
        self._card.visible = True
        self._problem.clear()
        self._bar.value = 0.0
        self._timer.activate()

    def _cancel(self) -> None:
        self._desk.require("operator", self._desk.t("job.this"))
        cancel_job(self._desk.shop, self._job_id)
        self._stop.disable()

    async def _look(self) -> None:
        desk = self._desk
        try:
            job = await desk.work(desk.shop.store.jobs.get, self._job_id)
        except ShopkeeperError:
            self._timer.deactivate()
            raise
        what = ", ".join(job.arguments.get("tasks") or [job.arguments.get("task") or desk.t(f"job.{job.kind}")])
        self._title.text = what
        cards.set_pill(self._state, desk.t(f"state.{job.state}"), TONES[job.state])
        self._bar.value = 1.0 if job.state == "done" else job.share or 0.0
        is_live = job.state in LIVE
        self._stop.visible = is_live
        self._doing.text = (desk.t.said(job.doing or "") or desk.t("job.starting")) if is_live else desk.t("job.ended")
        if is_live:
            return
        self._timer.deactivate()
        self._stop.enable()
        desk.office.memory.forget()
        with self._problem:
            if job.problem:
                cards.problem(desk, job.problem)
        await self._ended(job)

    async def _ended(self, job: Any) -> None:
        if self._on_end is not None:
            waited = self._on_end(job)
            if waited is not None:
                await waited
            return
        with self._problem:
            cards.button(self._desk.t("job.show"), ui.navigate.reload, look="plain", icon="refresh").mark("job-show")


def run_table(desk: Desk, runs: Sequence[Run]) -> None:
    """Runs as rows, newest first, each leading to its page."""
    if not runs:
        cards.empty("history", desk.t("runs.none"), desk.t("runs.none_next"))
        return
    columns = [(desk.t("runs.at"), False), (desk.t("runs.task"), False), (desk.t("runs.state"), False),
               (desk.t("runs.rows"), True), (desk.t("runs.seconds"), True), (desk.t("runs.score"), False)]  # fmt: skip
    rows = [
        (
            lambda run=run: cards.link(desk.f.moment(run.started_at), f"/runs/{run.run_id}"),
            run.task,
            lambda run=run: _state(desk, run),
            desk.f.number(run.n_rows),
            desk.f.seconds(run.seconds),
            _deciding(desk, run),
        )
        for run in runs
    ]
    cards.table(columns, rows)


def _state(desk: Desk, run: Run) -> None:
    with cards.box("sk-row"):
        cards.pill(desk.t(f"state.{run.state}"), TONES[run.state])
        if run.state == "done" and run.model_version and not run.promoted:
            cards.pill(desk.t("runs.not_promoted"), "warn")


def _deciding(desk: Desk, run: Run) -> str:
    if run.problem:
        return desk.t.said(str(run.problem.get("title", "")))
    first = next((score for score in run.scores if score.decides), None)
    if first is None:
        return desk.t.said(run.headline)
    name, baseline = desk.t.said(first.name), desk.t.said(first.baseline_name)
    return f"{name} {desk.f.score(first.value)} · {baseline} {desk.f.score(first.baseline)}"
