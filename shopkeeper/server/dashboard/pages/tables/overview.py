"""Data: the shop's tables with rows, freshness and meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from shopkeeper.core.columns import Table
from shopkeeper.core.schema import TABLES, VIEWS
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import tables

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

KINDS = ("fact", "entity", "view", "result")


async def build(desk: Desk) -> None:
    """Lay out the page."""
    stored = await desk.work(tables.cards, desk.shop)
    views = [await _view_card(desk, table) for table in VIEWS]
    found = [*stored, *views]
    n_rows = sum(card.n_rows for card in found if card.kind in ("fact", "entity"))
    with cards.head(desk.t("page.data"), desk.t("data.under", n=desk.f.number(n_rows))):
        n_rejected = next(card.n_rows for card in found if card.name == "rejected")
        if n_rejected:
            label = desk.t("data.rejected_rows", n=desk.f.number(n_rejected))
            cards.link_button(label, "/rejected", is_primary=False, icon="rule")
        if desk.caller.may("owner"):
            cards.link_button(desk.t("data.import"), "/import", icon="upload_file")
    if not n_rows:
        with cards.card():
            cards.empty("upload_file", desk.t("data.empty"), desk.t("data.empty_next"),
                        label=desk.t("data.import"), target="/import")  # fmt: skip
    for kind in KINDS:
        _kind(desk, kind, [card for card in found if card.kind == kind])


async def _view_card(desk: Desk, table: Table) -> tables.TableCard:
    return await desk.read(("view", table.name), lambda view: tables.view_card(view, table), of=sources(table))


def sources(table: Table) -> tuple[str, ...]:
    """The stored tables that a table is made from: itself, or those that its view is derived from."""
    if table.kind != "view":
        return (table.name,)
    return tuple(sorted({name for source in table.of for name in sources(TABLES[source])}))


def _kind(desk: Desk, kind: str, found: list[tables.TableCard]) -> None:
    filled = [card for card in found if card.n_rows]
    waiting = [card for card in found if not card.n_rows]
    if not found:
        return
    with cards.card(desk.t(f"kind.{kind}"), desk.t(f"kind.{kind}_under"), is_flush=True):
        with cards.box("sk-list"):
            for card in filled:
                _row(desk, card)
        if waiting:
            with cards.box("sk-item"), ui.expansion(desk.t("data.waiting", n=len(waiting))).props("dense"):
                for card in waiting:
                    with cards.box("sk-row"):
                        cards.link(card.name, f"/data/{card.name}", "mono sk-strong")
                        cards.text(desk.t.table(card.name, card.meaning), "sk-muted sk-small", "span")


def _row(desk: Desk, card: tables.TableCard) -> None:
    with cards.box("sk-item", "a") as item:
        item.props["href"] = f"/data/{card.name}"
        with cards.box("sk-grow"):
            cards.text(card.name, "mono", "b")
            cards.text(desk.t.table(card.name, card.meaning), tag="small")
        with cards.box("end"):
            cards.text(desk.t("data.rows", n=desk.f.number(card.n_rows)), tag="b")
            if card.newest_at:
                newest = desk.f.day(card.newest_at) if card.kind == "view" else desk.f.moment(card.newest_at)
                cards.text(desk.t(f"data.fresh_{card.kind}", at=newest), tag="small")
