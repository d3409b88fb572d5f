"""Rejected rows by the rule that they broke, each with the row as it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import rejected

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.server.dashboard.desk import Desk


async def build(desk: Desk) -> None:
    """Lay out the page."""
    rules = await desk.read(("rules",), rejected.rules, of=("rejected",))
    total = desk.f.number(sum(rule.n_rows for rule in rules))
    crumbs = ((desk.t("page.data"), "/data"),)
    with cards.head(desk.t("rejected.title"), desk.t("rejected.under", n=total), crumbs=crumbs):
        pass
    if not rules:
        with cards.card():
            cards.empty("task_alt", desk.t("rejected.none"), desk.t("rejected.none_next"))
    for rule in rules:
        await _rule(desk, rule)


async def _rule(desk: Desk, rule: rejected.Rule) -> None:
    offset = [0]

    async def fill() -> None:
        shows_raw = desk.shows_personal
        key = ("rejected", rule.rule, rule.table, offset[0], shows_raw)

        def read(view: ShopView) -> tuple[rejected.RejectedRow, ...]:
            return rejected.rows(view, rule.rule, rule.table, offset=offset[0], shows_raw=shows_raw)

        rows = await desk.read(key, read, of=("rejected",))
        place.clear()
        with place:
            for row in rows:
                _row(desk, row)
            if rule.n_rows > rejected.PAGE_ROWS:
                pager(len(rows))

    def pager(n_rows: int) -> None:
        with cards.box("sk-card-head"):
            first, last = desk.f.number(offset[0] + 1), desk.f.number(offset[0] + n_rows)
            cards.text(desk.t("table.place", first=first, last=last, total=desk.f.number(rule.n_rows)), "sk-muted sk-small")
            with cards.box("sk-row"):
                back = cards.button(desk.t("table.back"), lambda: turn(-rejected.PAGE_ROWS), look="plain", icon="chevron_left")
                on = cards.button(desk.t("table.on"), lambda: turn(rejected.PAGE_ROWS), look="plain", icon="chevron_right")
            back.enabled, on.enabled = offset[0] > 0, offset[0] + n_rows < rule.n_rows

    async def turn(by: int) -> None:
        offset[0] = max(0, offset[0] + by)
        await fill()

    with cards.card(is_flush=True):
        with cards.box("sk-card-head"):
            with cards.box("sk-grow"):
                with cards.box("sk-row"):
                    cards.text(rule.rule, "mono", "h2")
                    if rule.table:
                        cards.pill(rule.table)
                cards.text(rule.example, tag="p")
            cards.pill(desk.t("data.rows", n=desk.f.number(rule.n_rows)), "warn")
        with cards.box("sk-item"):
            expansion = ui.expansion(desk.t("rejected.show")).props("dense")
        with expansion:
            place = ui.element("div").classes("sk-list")
        expansion.on_value_change(lambda event: fill() if event.value else None)


def _row(desk: Desk, row: rejected.RejectedRow) -> None:
    with cards.box("sk-item"), cards.box("sk-grow"):
        line = desk.t("rejected.line", line=desk.f.number(row.line)) if row.line else ""
        cards.text(f"{row.source}  {line}", tag="small")
        cards.text(row.message)
        if row.raw is None:
            cards.text(desk.t("rejected.raw_hidden"), "sk-muted sk-small")
        else:
            cards.text("   ".join(f"{name}: {value}" if name else value for name, value in row.raw), "mono sk-muted")
