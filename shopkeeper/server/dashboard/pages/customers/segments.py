"""Segments: a line says who is meant; it is counted while it is typed, kept as a tag, handed out as a list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from shopkeeper.core.errors import ShopkeeperError
from shopkeeper.server.api.tables import csv_of
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.customers import segments
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import tabs
from shopkeeper.server.dashboard.pages.customers.writing import named, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shopkeeper.capabilities.customers.segments.language.completing import Suggestion
    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.customers.segments import Listed, Tried

OF = (RUNS, "segments", "order_lines", "events", "products", "customers")
EXAMPLE = 'lapsed and value_12m > 200 and bought category "Home" within 180 days and not opted_out'
N_SUGGESTED = 8
TABLES = ("segment_members", "segments")


async def build(desk: Desk) -> None:
    """Lay out the page; ``?expression=`` or ``?segment=`` fills the line."""
    listed = await desk.read(("segments",), segments.listed, of=OF)
    known = await desk.read(("segment-names",), segments.names, of=("products", "segments"))
    with tabs.head(desk, "segments", TABLES):
        pass
    chosen = next((row for row in listed if row.segment.segment_id == desk.query("segment")), None)
    alike = await desk.work(segments.look_alikes, desk.shop, chosen.segment.segment_id) if chosen else None
    editor = Editor(desk, known)
    with cards.box("sk-grid sk-2-1"):
        with cards.box("sk-stack"):
            with cards.card(desk.t("segments.line"), desk.t("segments.line_under")):
                await editor.build(desk.query("expression"), chosen)
            if chosen is not None and alike is not None:
                _alike(desk, chosen.segment.segment_id, alike)
        _list(desk, listed)


class Editor:
    """The line with its count, what may come next, and the fields under which it is kept."""

    def __init__(self, desk: Desk, known: dict[str, tuple[str, ...]]) -> None:
        self._desk, self._known = desk, known
        self._row: dict[str, Any] = {"is_tag": True}
        self._within = ""

    async def build(self, expression: str, chosen: Listed | None) -> None:
        """Lay out line, count and fields."""
        t = self._desk.t
        if chosen is not None:
            segment = chosen.segment
            self._within = segment.segment_id
            self._row = {"segment_id": segment.segment_id, "title": _title(self._desk, segment),
                         "description": _description(self._desk, segment), "is_tag": segment.is_tag}  # fmt: skip
            expression = expression or segment.expression
        self._line = ui.textarea(placeholder=EXAMPLE, value=expression, on_change=self._typed).mark("expression")
        self._line.props("outlined autogrow debounce=200 spellcheck=false input-class=mono").classes("w-full")
        self._line.props["aria-label"] = t("segments.line")
        self._suggested = ui.element("div").classes("sk-chips").mark("suggestions")
        self._said = ui.element("div").mark("count")
        with cards.box("sk-form"):
            self._field("segment_id", t("segments.name"))
            self._field("title", t("segments.title"))
        self._field("description", t("segments.description"))
        tag = ui.switch(t("segments.is_tag"), value=bool(self._row["is_tag"]), on_change=partial(self._set, "is_tag"))
        tag.props("dense")
        with cards.box("sk-row"):
            cards.button(t("word.save"), self._save, icon="save").mark("save-segment")
            cards.button(t("segments.members"), self._hand_out, look="plain", icon="download").mark("hand-out")
        await self._show()

    def _field(self, name: str, label: str) -> None:
        field = ui.input(label, value=str(self._row.get(name) or ""), on_change=partial(self._set, name))
        field.props("outlined dense").classes("w-full").mark(f"segment-{name}")

    def _set(self, name: str, event: Any) -> None:
        self._row[name] = event.value

    @property
    def _text(self) -> str:
        return str(self._line.value or "")

    async def _typed(self) -> None:
        await self._show()

    async def _show(self) -> None:
        desk, text = self._desk, self._text
        tried = await desk.read(("tried", text, self._within), lambda view: segments.tried(view, text, self._within), of=OF)
        if text != self._text:
            return  # typed on in the meantime: the newer line is counted already
        self._said.clear()
        with self._said:
            _count(desk, tried)
        found = segments.suggestions(text, len(text), self._known)[:N_SUGGESTED]
        self._suggested.clear()
        with self._suggested:
            for one in found:
                chip = ui.element("button").classes("sk-chip").props('type="button"').on("click", partial(self._put, one))
                with chip:
                    cards.text(one.text, "mono", "span")
                    if one.meaning:
                        ui.tooltip(self._desk.t.said(one.meaning))

    async def _put(self, one: Suggestion) -> None:
        text = self._text
        self._line.set_value(text[: one.start] + one.text + " " + text[one.end :].lstrip())
        self._line.run_method("focus")
        await self._show()

    async def _save(self) -> None:
        desk = self._desk
        row = {**self._row, "expression": self._text}
        tried = await desk.read(("tried", self._text, ""), lambda view: segments.tried(view, self._text), of=OF)
        if tried.problem is not None and "caret" in tried.problem:
            ui.notify(desk.t("segments.not_kept"), type="negative")
            return
        try:
            await desk.work(segments.save, desk.shop, row, desk.caller.name or "owner")
        except ShopkeeperError as error:
            ui.notify(desk.t.said(error.what), type="negative")
            return
        desk.office.memory.forget()
        ui.navigate.to(f"/customers/segments?segment={row['segment_id']}")

    async def _hand_out(self) -> None:
        desk, text = self._desk, self._text
        try:
            rows = await desk.read(("members", text), lambda view: segments.members(view, text, self._within), of=OF)
        except ShopkeeperError as error:
            ui.notify(desk.t.said(error.what), type="negative")
            return
        ui.download.content(csv_of(rows), f"{self._row.get('segment_id') or 'customers'}.csv", "text/csv")


def _count(desk: Desk, tried: Tried) -> None:
    t, f = desk.t, desk.f
    if tried.count is not None:
        count = tried.count
        with cards.box("sk-row"):
            cards.text(t("segments.count", n=f.number(count.n_customers)), "sk-big")
            cards.text(f.share(count.share, 1), "sk-muted")
        value = t("segments.worth", value=f.money(count.value, whole=True), share=f.share(count.value_share))
        cards.text(f"{value} {t('segments.reachable', n=f.number(count.n_reachable))}", "sk-muted sk-small")
        for note in count.notes:
            cards.text(t.said(note), "sk-warn sk-small")
    elif tried.problem is not None:
        with cards.box("sk-said"):
            cards.text(t.said(str(tried.problem["title"])), "sk-bad sk-strong")
            if tried.problem.get("caret"):
                cards.text(str(tried.problem["caret"]), "sk-pre mono", "pre")
            for part in ("wanted", "next"):
                told = t.said(str(tried.problem.get(part, "")))
                cards.text(t("error.part", part=t(f"error.{part}"), text=told), "sk-muted sk-small")
    else:
        cards.text(t("segments.hint"), "sk-muted sk-small")


def _alike(desk: Desk, segment_id: str, body: Mapping[str, Any]) -> None:
    """Customers who do not belong, and are most like those who do."""
    t, f = desk.t, desk.f
    apart = ", ".join(
        t("segments.apart", feature=named(desk, each["feature"]), members=written(desk, each["feature"], each["members"]),
          others=written(desk, each["feature"], each["others"]))
        for each in body["apart_by"]
    )  # fmt: skip
    with cards.card(t("segments.alike"), t("segments.alike_under", apart=apart), is_flush=True) as element:
        with element.default_slot.children[0]:
            cards.button(t("table.export"), partial(_hand_out_alike, segment_id, body), look="plain", icon="download")
        columns = [(t("customers.column_customer"), False), (t("segments.likeness"), True), (t("customers.reasons"), False)]
        rows = [
            (
                partial(cards.link, row["customer_id"], f"/customers/{quote(row['customer_id'], safe='')}"),
                f.share(row["likeness"], 1),
                ", ".join(
                    f"{named(desk, each['feature'])} {written(desk, each['feature'], each.get('customer'))}"
                    for each in row["because"]
                ),
            )
            for row in body["customers"]
        ]
        cards.table(columns, rows)


def _hand_out_alike(segment_id: str, body: Mapping[str, Any]) -> None:
    ui.download.content(csv_of(segments.alike_rows(body)), f"like_{segment_id}.csv", "text/csv")


def _list(desk: Desk, listed: Sequence[Listed]) -> None:
    with cards.card(desk.t("segments.kept"), desk.t("segments.kept_under"), is_flush=True), cards.box("sk-list"):
        for row in listed:
            _entry(desk, row)


def _entry(desk: Desk, row: Listed) -> None:
    t, f = desk.t, desk.f
    segment, count = row.segment, row.tried.count

    async def take_out() -> None:
        await desk.work(segments.remove, desk.shop, segment)
        desk.office.memory.forget()
        ui.navigate.to("/customers/segments")

    with cards.box("sk-item"), cards.box("sk-grow"):
        with cards.box("sk-row sk-between sk-nowrap"):
            cards.link(_title(desk, segment), f"/customers/segments?segment={segment.segment_id}", "sk-strong sk-clip")
            cards.text(f.number(count.n_customers) if count else "–", "sk-strong", "span")
        cards.text(_description(desk, segment), "sk-muted sk-small")
        with cards.box("sk-row sk-between sk-nowrap"):
            told = ""
            if count is not None and count.n_customers:
                told = t("segments.worth", value=f.money(count.value, whole=True), share=f.share(count.value_share))
            problem = "" if row.tried.problem is None else t.said(str(row.tried.problem["title"]))
            cards.text(told or problem, "sk-small" + (" sk-bad" if problem else ""))
            button = cards.button("", take_out, look="plain", icon="close")
            button.props("dense flat size=sm")
            button.props["aria-label"] = t("segments.take_out_one", title=_title(desk, segment))


def _title(desk: Desk, segment: Any) -> str:
    return segment.title if segment.made_by != segments.OWN else desk.t.tag(segment.segment_id, segment.title)


def _description(desk: Desk, segment: Any) -> str:
    return segment.description if segment.made_by != segments.OWN else desk.t.tag(f"{segment.segment_id}_do", segment.description)
