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
        RuleCard(desk, rule).build()


class RuleCard:
    """One rule; its rows are read when they are asked for, page by page."""

    def __init__(self, desk: Desk, rule: rejected.Rule) -> None:
        self._desk = desk
        self._rule = rule
        self._offset = 0

    def build(self) -> None:
        """Lay out the rule with its rows folded away."""
        desk, rule = self._desk, self._rule
        with cards.card(is_flush=True):
            with cards.box("sk-card-head"):
                with cards.box("sk-grow"):
                    with cards.box("sk-row"):
                        cards.text(desk.t.said(rule.rule), "mono" if desk.t.language == "en" else "", "h2")
                        if rule.table:
                            cards.pill(rule.table)
                    cards.text(desk.t.said(rule.example), tag="p")
                cards.pill(desk.t("data.rows", n=desk.f.number(rule.n_rows)), "warn")
            with cards.box("sk-item"):
                fold = ui.expansion(desk.t("rejected.show")).props("dense")
            with fold:
                self._place = ui.element("div").classes("sk-list")
            fold.on_value_change(lambda event: self._fill() if event.value else None)

    async def _fill(self) -> None:
        rule, offset, shows_raw = self._rule, self._offset, self._desk.shows_personal

        def read(view: ShopView) -> tuple[rejected.RejectedRow, ...]:
            return rejected.rows(view, rule.rule, rule.table, offset=offset, shows_raw=shows_raw)

        rows = await self._desk.read(("rejected", rule.rule, rule.table, offset, shows_raw), read, of=("rejected",))
        self._place.clear()
        with self._place:
            for row in rows:
                _row(self._desk, row)
            if rule.n_rows > rejected.PAGE_ROWS:
                self._pager(len(rows))

    def _pager(self, n_rows: int) -> None:
        desk, first, last = self._desk, self._offset + 1, self._offset + n_rows
        shown = {"first": first, "last": last, "total": self._rule.n_rows}
        with cards.box("sk-card-head"):
            place = desk.t("table.place", **{name: desk.f.number(value) for name, value in shown.items()})
            cards.text(place, "sk-muted sk-small")
            with cards.box("sk-row"):
                back = cards.button(
                    desk.t("table.back"), lambda: self._turn(-rejected.PAGE_ROWS), look="plain", icon="chevron_left"
                )
                on = cards.button(desk.t("table.on"), lambda: self._turn(rejected.PAGE_ROWS), look="plain", icon="chevron_right")
            back.enabled, on.enabled = first > 1, last < self._rule.n_rows

    async def _turn(self, by: int) -> None:
        self._offset = max(0, self._offset + by)
        await self._fill()


def _row(desk: Desk, row: rejected.RejectedRow) -> None:
    with cards.box("sk-item"), cards.box("sk-grow"):
        line = desk.t("rejected.line", line=desk.f.number(row.line)) if row.line else ""
        cards.text(f"{row.source}  {line}", tag="small")
        cards.text(desk.t.said(row.message))
        if row.raw is None:
            cards.text(desk.t("rejected.raw_hidden"), "sk-muted sk-small")
        else:
            cards.text("   ".join(f"{name}: {value}" if name else value for name, value in row.raw), "mono sk-muted")
