"""Import by upload: what is understood first, then the import with its progress, then the report that adds up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.core.errors import ShopkeeperError
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import importing
from shopkeeper.server.dashboard.pages.work.running import JobCard

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk


async def build(desk: Desk) -> None:
    """Lay out the page."""
    with cards.head(desk.t("import.title"), desk.t("import.under"), crumbs=((desk.t("page.data"), "/data"),)):
        pass
    Importing(desk).build()


class Importing:
    """One file on its way in: uploaded, understood, imported, told."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._path: Path | None = None
        self._map: dict[str, str] = {}

    def build(self) -> None:
        """Lay out the upload and the places for what follows."""
        desk = self._desk
        with cards.card() as self._upload_card:
            limit_bytes = desk.office.security.settings.upload_limit_bytes
            upload = ui.upload(
                label=desk.t("import.choose"),
                auto_upload=True,
                max_file_size=limit_bytes,
                on_upload=self._uploaded,
                on_rejected=self._too_large,
            )
            upload.props("flat").mark("upload")
        self._job = JobCard(desk, on_end=self._ended)
        self._job.build()
        self._place = ui.element("div").classes("sk-stack")

    def _too_large(self) -> None:
        desk = self._desk
        with self._place:
            cards.problem(desk, {"title": desk.t("import.too_large"), "next": desk.t("import.too_large_next")})

    async def _uploaded(self, event: Any) -> None:
        self._desk.require("owner", self._desk.t("import.title"))
        path = await self._desk.work(importing.waiting_place, self._desk.shop, event.file.name)
        await event.file.save(path)
        self._path, self._map = path, {}
        await self._understand()

    async def _understand(self) -> None:
        if self._path is None:
            return
        self._place.clear()
        try:
            found = await self._desk.work(importing.understood, self._desk.shop, self._path, self._map)
        except ShopkeeperError as error:
            with self._place:
                cards.problem(self._desk, error)
                cards.button(self._desk.t("import.another"), ui.navigate.reload, look="plain", icon="refresh")
            return
        self._upload_card.visible = False
        with self._place:
            self._recognition(found)

    def _recognition(self, found: importing.Understood) -> None:
        desk = self._desk
        under = desk.t("import.recognized_under", name=found.file, size=desk.f.bytes(found.size_bytes))
        with cards.card(desk.t("import.recognized"), under):
            cards.facts([
                (desk.t("import.format"), ", ".join(desk.t.said(part) for part in found.how)),
                (desk.t("import.preset"), desk.t.said(found.preset) or desk.t("import.preset_none")),
                (desk.t("import.tables"), ", ".join(table for table, _ in found.tables) or desk.t("word.none")),
            ])  # fmt: skip
            for note in found.notes:
                cards.text(desk.t.said(note), "sk-muted sk-small")
            with cards.box("sk-row"):
                start = cards.button(desk.t("import.start"), self._start, icon="upload_file").mark("import-start")
                start.enabled = found.problem is None
                cards.button(desk.t("import.another"), self._another, look="plain", icon="refresh")
        if found.problem:
            cards.problem(desk, {**found.problem, "next": desk.t("import.choose_below")})
        for table, columns in found.tables:
            self._table(table, columns, found)
        self._unused(found)

    def _table(self, table: str, columns: tuple[importing.ColumnUse, ...], found: importing.Understood) -> None:
        desk = self._desk
        with cards.card(table, desk.t.table(table, ""), is_flush=True):
            heads = [(desk.t("import.target"), False), (desk.t("import.source"), False), (desk.t("import.remark"), False)]
            rows = [
                (
                    lambda column=column: self._target(column),
                    lambda column=column: self._source(column, found.names),
                    lambda column=column: self._remark(column),
                )
                for column in columns
            ]
            cards.table(heads, rows)

    def _target(self, column: importing.ColumnUse) -> None:
        cards.text(column.name, "mono sk-strong")
        cards.text(self._desk.t.said(column.meaning), "sk-muted sk-small")

    def _source(self, column: importing.ColumnUse, names: tuple[str, ...]) -> None:
        simple = column.columns[0] if len(column.columns) == 1 else None
        options = {name: name for name in names}
        options |= {importing.constant(word): self._desk.t("import.always", word=word) for word in column.choices}
        choice = ui.select(options, value=simple, with_input=True, on_change=lambda event: self._set(event.value, column.target))
        choice.props("outlined dense options-dense").classes("sk-source").mark(f"source-{column.target}")
        if simple is None and column.source:
            choice.props["placeholder"] = self._desk.t.said(column.source, may_be_data=True)

    def _remark(self, column: importing.ColumnUse) -> None:
        desk = self._desk
        with cards.box("sk-row"):
            if column.is_missing:
                cards.pill(desk.t("import.missing"), "bad")
            if column.is_guessed:
                cards.pill(desk.t("import.guessed"), "warn")
            if column.target in self._map.values():
                cards.pill(desk.t("import.by_hand"), "accent")
            elif column.note:
                cards.text(desk.t.said(column.note), "sk-muted sk-small", "span")
            if column.source and column.columns != (column.source,):
                cards.text(desk.t.said(column.source, may_be_data=True), "sk-muted sk-small", "span")

    def _unused(self, found: importing.Understood) -> None:
        if not found.unused:
            return
        desk = self._desk
        every = importing.targets(tuple(table for table, _ in found.tables))
        options = {target: f"{target}: {desk.t.said(meaning)}" for target, meaning in every.items()}
        with cards.card(desk.t("import.unused"), desk.t("import.unused_under"), is_flush=True):
            heads = [(desk.t("import.source"), False), (desk.t("import.target"), False)]
            rows = [
                (
                    lambda name=name: cards.text(name, "mono sk-strong"),
                    lambda name=name: (
                        ui.select(options, with_input=True, on_change=lambda event, name=name: self._set(name, event.value))
                        .props("outlined dense options-dense")
                        .classes("sk-source")
                        .mark(f"target-{name}")
                    ),
                )
                for name in found.unused
            ]
            cards.table(heads, rows)

    async def _set(self, source: str | None, target: str | None) -> None:
        """Send a column of the file to one of ours; a column that is set again leaves what it was set to before."""
        if not source or not target:
            return
        self._map = {name: goal for name, goal in self._map.items() if goal != target}
        self._map[source] = target
        await self._understand()

    def _another(self) -> None:
        if self._path is not None:
            importing.forget(self._path)
        ui.navigate.reload()

    async def _start(self) -> None:
        self._place.clear()
        await self._job.start("import", {"path": str(self._path), "map": self._map or None})

    async def _ended(self, job: Any) -> None:
        if self._path is not None:
            await self._desk.work(importing.forget, self._path)
        raw = await self._desk.work(importing.raw_report, self._desk.shop, job)
        if raw is None:
            return
        with self._place:
            self._report(importing.report_of(raw))

    def _report(self, report: importing.Report) -> None:
        desk = self._desk
        took = desk.f.seconds(report.seconds)
        with cards.card(
            desk.t("import.report"), desk.t("import.report_read", n=desk.f.number(report.n_rows), took=took), is_flush=True
        ):
            if report.already_imported:
                cards.text(desk.t("import.report_same"), "sk-item sk-strong")
            parts = {"kept": report.kept, "rejected": report.rejected, "ignored": report.ignored}
            told = [(desk.t(f"import.{kind}"), what, n) for kind, part in parts.items() for what, n in part]
            rows = [(desk.t("error.part", part=became, text=desk.t.said(what)), desk.f.number(n)) for became, what, n in told]
            total = sum(n for _, _, n in told)
            verdict = desk.t("import.adds_up" if report.adds_up else "import.adds_not")
            cards.table([(desk.t("import.became"), False), (desk.t("runs.rows"), True)], [*rows, (verdict, desk.f.number(total))])
            heads = [(desk.t("import.table"), False), (desk.t("import.new"), True), (desk.t("import.known"), True)]
            cards.table(heads, [(name, desk.f.number(new), desk.f.number(known)) for name, new, known in report.tables])
            with cards.box("sk-card-head"), cards.box("sk-row"):
                cards.link_button(desk.t("import.to_today"), "/", icon="today")
                cards.link_button(desk.t("import.to_learn"), "/tasks", is_primary=False, icon="school")
                if report.rejected:
                    cards.link_button(desk.t("rejected.title"), "/rejected", is_primary=False, icon="rule")
