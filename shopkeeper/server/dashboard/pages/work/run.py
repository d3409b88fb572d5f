"""One run: how good it was, and from what it was made, so that it can be made again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from nicegui import ui

from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import work
from shopkeeper.server.dashboard.pages import scoring
from shopkeeper.server.dashboard.pages.work.running import TONES
from shopkeeper.server.dashboard.pages.work.task import written

if TYPE_CHECKING:
    from shopkeeper.core.runs import Run
    from shopkeeper.server.dashboard.desk import Desk


async def build(desk: Desk) -> None:
    """Lay out the page of the run named in the address."""
    found = await desk.work(work.run_page, desk.shop, desk.request.path_params["run"])
    crumbs = ((desk.t("page.tasks"), "/tasks"), (found.task, f"/tasks/{found.task}"))
    with cards.head(desk.t("run.title", at=desk.f.moment(found.started_at)), desk.t.said(found.headline), crumbs=crumbs):
        cards.pill(desk.t(f"state.{found.state}"), TONES[found.state])
    if found.problem:
        cards.problem(desk, found.problem)
    with cards.box("sk-grid sk-2"):
        _numbers(desk, found)
        _provenance(desk, found)
    if found.scores:
        scoring.show(desk, found)


def _numbers(desk: Desk, found: Run) -> None:
    rows = [
        (desk.t("runs.task"), found.task),
        (desk.t("run.wrote"), f"{found.writes} · " + desk.t("data.rows", n=desk.f.number(found.n_rows))),
        (desk.t("runs.seconds"), desk.f.seconds(found.seconds)),
        (desk.t("run.memory"), desk.f.bytes(found.peak_memory_bytes)),
    ]
    if found.model_version:
        told = desk.t("run.promoted" if found.promoted else "run.not_promoted")
        rows.append((desk.t("run.model"), f"{found.model_version} · {told}"))
        if found.scores or not found.promoted:
            rows.append((desk.t("run.why"), desk.t.said(found.promotion_reason)))
    with cards.card(desk.t("run.numbers")):
        cards.facts(rows)


def _provenance(desk: Desk, found: Run) -> None:
    made = found.provenance
    with cards.card(desk.t("run.provenance"), desk.t("run.provenance_under")):
        rows = [
            (desk.t("run.as_of"), desk.f.moment(made.as_of)),
            (desk.t("run.settings"), made.settings_hash),
            (desk.t("run.code"), made.code_version),
            (desk.t("run.seed"), str(made.seed)),
        ]
        rows += [(name, f"{written(value)} ({desk.t.said(origin)})") for name, (value, origin) in made.changes.items()]
        cards.facts(rows)
        with ui.expansion(desk.t("run.snapshot")).props("dense"):
            cards.text(json.dumps(made.snapshot, indent=1, ensure_ascii=False, default=str), "sk-pre", "pre")
