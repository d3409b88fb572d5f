"""One table, page by page: sorted and searched on the server."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import tables
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages.tables.overview import sources

if TYPE_CHECKING:
    from shopkeeper.core.columns import Column, Table
    from shopkeeper.server.dashboard.desk import Desk

PAGE_ROWS = 25
LONGEST_CELL = 160


async def build(desk: Desk) -> None:
    """Lay out the page of the table named in the address."""
    table = tables.find(desk.shop.registry, desk.request.path_params["table"])
    crumbs = ((desk.t("page.data"), "/data"),)
    with cards.head(table.name, desk.t.table(table.name, table.meaning), crumbs=crumbs):
        if table.name == "rejected":
            cards.link_button(desk.t("rejected.by_rule"), "/rejected", icon="rule")
    await Browser(desk, table).build()
    _dictionary(desk, table)


class Browser:
    """The rows on show, and what they are sorted and searched by."""

    def __init__(self, desk: Desk, table: Table) -> None:
        self._desk = desk
        self._table = table
        self._of = (RUNS,) if table.kind == "result" else sources(table)
        self._sort = ""
        self._descending = True
        self._offset = 0
        self._search = ""
        self._total = 0

    async def build(self) -> None:
        """Lay out search, rows and pager, and fill them."""
        desk = self._desk
        with cards.card(is_flush=True):
            with cards.box("sk-card-head"):
                search = ui.input(placeholder=desk.t("table.search"), on_change=self._searched).props(
                    "outlined dense clearable debounce=300"
                )
                search.classes("sk-search").mark("search")
                self._count = cards.text("", "sk-muted sk-small")
            self._rows = ui.table(columns=[self._column(column) for column in self._table.columns], rows=[], row_key="_row")
            self._rows.props("flat dense hide-bottom binary-state-sort").classes("sk-rows")
            self._rows.on("request", self._sorted, ["pagination"])
            self._nothing = cards.box("", "div")
            with self._nothing as nothing:
                cards.empty("inbox", desk.t("table.nothing"), self._nothing_next())
            self._empty = nothing
            self._pager()
        await self._show()

    def _nothing_next(self) -> str:
        writer = self._desk.shop.registry.writer(self._table.name)
        return self._desk.t("table.run_first", task=writer.name) if writer else self._desk.t("table.import_first")

    def _column(self, column: Column) -> dict[str, Any]:
        is_number = column.type in ("number", "integer")
        align = "right" if is_number else "left"
        return {"name": column.name, "label": column.name, "field": column.name, "sortable": True, "align": align}

    def _pager(self) -> None:
        desk = self._desk
        with cards.box("sk-card-head"):
            self._place = cards.text("", "sk-muted sk-small")
            with cards.box("sk-row"):
                self._back = cards.button(desk.t("table.back"), lambda: self._turn(-PAGE_ROWS), look="plain", icon="chevron_left")
                self._on = cards.button(desk.t("table.on"), lambda: self._turn(PAGE_ROWS), look="plain", icon="chevron_right")
                self._on.mark("next-page")

    async def _turn(self, by: int) -> None:
        self._offset = max(0, self._offset + by)
        await self._show()

    async def _searched(self, event: Any) -> None:
        self._search, self._offset = event.value or "", 0
        await self._show()

    async def _sorted(self, event: Any) -> None:
        pagination = event.args["pagination"] if isinstance(event.args, dict) else event.args[0]
        self._sort, self._descending, self._offset = pagination.get("sortBy") or "", bool(pagination.get("descending")), 0
        await self._show()

    async def _show(self) -> None:
        desk, asked = self._desk, (self._sort, self._descending, self._offset, self._search)

        def read(view: Any) -> tables.Rows:
            sort, descending, offset, search = asked
            return tables.rows(
                view, self._table, sort=sort, descending=descending, offset=offset, limit=PAGE_ROWS, search=search,
                shows_personal=desk.shows_personal,
            )  # fmt: skip

        found = await desk.read(("rows", self._table.name, desk.shows_personal, *asked), read, of=self._of)
        self._rows.props["pagination"] = {
            "sortBy": self._sort or self._table.moment or None, "descending": self._descending, "page": 1,
            "rowsPerPage": PAGE_ROWS, "rowsNumber": found.total,
        }  # fmt: skip
        self._rows.rows = [
            {"_row": index, **{column.name: cell(desk, column, row[column.name]) for column in found.columns}}
            for index, row in enumerate(found.rows)
        ]
        self._rows.visible = found.total > 0
        self._empty.visible = found.total == 0
        last = min(found.offset + PAGE_ROWS, found.total)
        self._count.text = desk.t("data.rows", n=desk.f.number(found.total))
        first = desk.f.number(found.offset + 1 if found.total else 0)
        self._place.text = desk.t("table.place", first=first, last=desk.f.number(last), total=desk.f.number(found.total))
        self._back.enabled = found.offset > 0
        self._on.enabled = last < found.total


def cell(desk: Desk, column: Column, value: Any) -> str:
    """A value as a cell of a table shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return desk.t("word.yes" if value else "word.no")
    if isinstance(value, datetime):
        return desk.f.moment(value)
    if isinstance(value, date):
        return desk.f.day(value)
    if isinstance(value, float | int):
        return desk.f.money(value) if column.unit == "shop currency" else desk.f.number(value)
    told = str(value)
    return told if len(told) <= LONGEST_CELL else told[:LONGEST_CELL] + "…"


def _dictionary(desk: Desk, table: Table) -> None:
    with cards.card(desk.t("table.columns"), is_flush=True):
        columns = [(desk.t("table.column"), False), (desk.t("table.type"), False), (desk.t("table.meaning"), False)]
        rows = []
        for column in table.columns:
            kind = desk.t(f"type.{column.type}") + (f", {desk.t.unit(column.unit)}" if column.unit else "")
            rows.append((lambda column=column: _name(desk, column), kind, desk.t.said(column.meaning)))
        cards.table(columns, rows)


def _name(desk: Desk, column: Column) -> None:
    with cards.box("sk-row"):
        cards.text(column.name, "mono sk-strong", "span")
        if column.required:
            cards.pill(desk.t("table.required"))
        if column.personal:
            cards.pill(desk.t("table.personal"), "warn")
