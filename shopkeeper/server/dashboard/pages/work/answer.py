"""One answer: a small form made from its request, and what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.core.settings import knobs
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.pages.form import Form

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

SHOWN_COLUMNS = 6


async def build(desk: Desk) -> None:
    """Lay out the page of the answer named in the address."""
    answer = desk.shop.registry.answer(desk.request.path_params["answer"])
    crumbs = ((desk.t("page.tasks"), "/tasks"),)
    with cards.head(answer.name, desk.t.declared(answer.name, answer.question), crumbs=crumbs):
        cards.link_button(answer.uses, f"/tasks/{answer.uses}", is_primary=False, icon="school")
    form = Form(desk, knobs(answer.request))

    async def ask() -> None:
        body = await desk.work(desk.shop.answers.ask, answer.name, form.values())
        place.clear()
        with place:
            _body(desk, body)

    with cards.card(desk.t("answer.request"), desk.t("answer.request_under", route=f"/api/{answer.name.replace('.', '/')}")):
        form.build()
        with cards.box("sk-row"):
            cards.button(desk.t("answer.ask"), ask, icon="send").mark("ask")
    place = ui.element("div").classes("sk-stack").mark("answer")


def _body(desk: Desk, body: dict[str, Any]) -> None:
    for name, value in body.items():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            _rows(desk, name, value)
    with cards.card(desk.t("answer.body")):
        cards.text(json.dumps(body, indent=1, ensure_ascii=False, default=str), "sk-pre", "pre").mark("body")


def _rows(desk: Desk, name: str, rows: list[dict[str, Any]]) -> None:
    columns = [column for column, value in rows[0].items() if not isinstance(value, list | dict)][:SHOWN_COLUMNS]
    with cards.card(name, is_flush=True):
        cards.table(
            [(column, isinstance(rows[0][column], int | float)) for column in columns],
            [[_cell(desk, row.get(column)) for column in columns] for row in rows],
        )


def _cell(desk: Desk, value: Any) -> str:
    if isinstance(value, bool):
        return desk.t("word.yes" if value else "word.no")
    return desk.f.number(value) if isinstance(value, int | float) else ("" if value is None else str(value))
