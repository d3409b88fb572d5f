"""One task: run it, also with other settings, see how good it was each time, and put the previous model back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.server.dashboard import cards, charts
from shopkeeper.server.dashboard.models import scores, work
from shopkeeper.server.dashboard.pages import scoring
from shopkeeper.server.dashboard.pages.form import Form
from shopkeeper.server.dashboard.pages.work.running import JobCard, run_table

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk


async def build(desk: Desk) -> None:
    """Lay out the page of the task named in the address."""
    page = await desk.work(work.task_page, desk.shop, desk.request.path_params["task"])
    job = JobCard(desk)
    crumbs = ((desk.t("page.tasks"), "/tasks"),)
    with cards.head(page.name, desk.t.declared(page.name, page.question), crumbs=crumbs):
        if page.result is not None:
            cards.link_button(
                desk.t("task.result", table=page.writes), f"/data/{page.writes}", is_primary=False, icon="table_rows"
            )
        cards.button(desk.t("task.run"), lambda: job.start("run", {"task": page.name}), icon="play_arrow").mark("run-task")
    job.build()
    with cards.box("sk-grid sk-2-1"):
        with cards.box("sk-stack"):
            if page.result is not None:
                scoring.show(desk, page.result)
            _over_time(desk, page)
            with cards.card(desk.t("tasks.history"), is_flush=True):
                run_table(desk, page.runs)
        with cards.box("sk-stack"):
            _about(desk, page)
            _models(desk, page)
    _settings(desk, page)
    _other_settings(desk, page, job)


def _about(desk: Desk, page: work.TaskPage) -> None:
    with cards.card(desk.t("task.about")):
        if page.result is not None and page.result.headline:
            cards.text(desk.t.said(page.result.headline), "sk-strong")
        if page.explanation:
            cards.text(desk.t.said(page.explanation), "sk-muted sk-small").style("white-space: pre-line")
        for part, tables in (("reads", page.reads), ("optional", page.optional), ("writes", (page.writes,))):
            if tables:
                with cards.box("sk-row"):
                    cards.text(desk.t(f"task.{part}"), "sk-muted sk-small", "span")
                    for table in tables:
                        cards.link(table, f"/data/{table}", "sk-pill is-accent mono")


def _models(desk: Desk, page: work.TaskPage) -> None:
    if page.current is None:
        return
    with cards.card(desk.t("task.models"), desk.t("task.models_under", n=len(page.versions))):
        cards.facts([(desk.t("task.current"), page.current), (desk.t("task.previous"), page.previous or desk.t("word.none"))])
        if page.previous and desk.caller.may("owner"):
            cards.button(desk.t("task.restore"), lambda: _restore(desk, page), look="plain", icon="undo").mark("restore")


async def _restore(desk: Desk, page: work.TaskPage) -> None:
    with ui.dialog() as dialog, ui.card().classes("sk-card"):
        cards.text(desk.t("task.restore_sure", version=page.previous or ""), tag="h2")
        cards.text(desk.t("task.restore_why"), "sk-muted")
        with cards.box("sk-row"):
            cards.button(desk.t("task.restore"), lambda: dialog.submit(True)).mark("restore-yes")
            cards.button(desk.t("word.cancel"), lambda: dialog.submit(False), look="plain")
    if await dialog:
        desk.require("owner", desk.t("task.restore"))
        await desk.work(desk.shop.restore_previous, page.name)
        desk.office.memory.forget()
        ui.navigate.reload()


def _over_time(desk: Desk, page: work.TaskPage) -> None:
    found = [course for course in scores.courses(page.runs) if len(course.moments) > 1]
    if not found:
        return
    with cards.card(desk.t("task.over_time"), desk.t("task.over_time_under")):
        chosen = {course.name: course for course in found}

        def options(name: str) -> dict[str, Any]:
            course = chosen[name]
            told, baseline = desk.t.said(course.name), desk.t.said(course.baseline_name)
            lines = {told: course.values, baseline: course.baselines}
            return charts.over_time([desk.f.moment(at) for at in course.moments], lines, [baseline])

        def show(name: str) -> None:
            chart.options.clear()
            chart.options.update(options(name))
            chart.update()

        if len(found) > 1:
            names = {name: desk.t.said(name) for name in chosen}
            choice = ui.select(names, value=found[0].name, on_change=lambda event: show(event.value))
            choice.props("outlined dense").classes("sk-choose")
        chart = cards.chart(options(found[0].name))


def _settings(desk: Desk, page: work.TaskPage) -> None:
    if not page.settings:
        return
    capability = page.name.split(".")[0]
    with cards.card(desk.t("task.settings"), desk.t("task.settings_under", section=capability), is_flush=True):
        columns = [(desk.t("setting.name"), False), (desk.t("setting.current"), False), (desk.t("setting.default"), False),
                   (desk.t("setting.range"), False), (desk.t("setting.help"), False)]  # fmt: skip
        rows = [
            (
                lambda row=row: cards.text(row.knob.name, "mono sk-strong", "span"),
                lambda row=row: _current(desk, row),
                written(row.knob.default),
                desk.t.said(row.knob.range),
                desk.t.said(row.knob.help),
            )
            for row in page.settings
        ]
        cards.table(columns, rows)


def _current(desk: Desk, row: work.SettingRow) -> None:
    with cards.box("sk-row"):
        cards.text(written(row.current), "mono", "span")
        if row.origin:
            cards.pill(desk.t.said(row.origin), "accent")


def written(value: Any) -> str:
    """A setting's value as `shop.toml` would have it, without quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(written(part) for part in value)
    return "–" if value is None or value == "" else f"{value:g}" if isinstance(value, float) else str(value)


def _other_settings(desk: Desk, page: work.TaskPage, job: JobCard) -> None:
    if not page.settings:
        return
    with cards.card(desk.t("task.try"), desk.t("task.try_under")):
        form = Form(desk, [row.knob for row in page.settings], {row.knob.name: row.current for row in page.settings})
        with ui.expansion(desk.t("task.try_open")).props("dense").mark("other-settings"):
            form.build()

            async def start() -> None:
                given = form.values()
                desk.shop.settings(page.name.split(".")[0], given)
                await job.start("run", {"task": page.name, "settings": given, "force": True})

            with cards.box("sk-row"):
                cards.button(desk.t("task.run_with"), start, icon="play_arrow").mark("run-with")
