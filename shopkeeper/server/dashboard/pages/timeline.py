"""What somebody ordered, sent back and did on the site, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from nicegui import ui

from shopkeeper.server.dashboard import cards

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models import people

LINES_SHOWN = 3


def line(desk: Desk, known: people.History) -> str:
    """Who it is in one line: country, orders, what they were worth, since when."""
    if not known.is_known:
        return desk.t("recommend.unknown_customer")
    parts = [known.country] if known.country else []
    parts.append(desk.t("recommend.orders", n=desk.f.number(known.n_orders)))
    parts.append(desk.f.money(known.value, whole=True))
    if known.first_at:
        parts.append(desk.t("recommend.since", day=desk.f.day(known.first_at)))
    return " · ".join(parts)


def show(desk: Desk, known: people.History) -> None:
    """The card with the newest entries of somebody's history."""
    with cards.card(desk.t("recommend.history"), desk.t("recommend.history_under"), is_flush=True):
        if not known.moments:
            cards.empty("history", desk.t("recommend.no_history"), desk.t("recommend.no_history_next"))
        with cards.box("sk-time"):
            for entry in known.moments:
                with cards.box(f"sk-time-entry is-{entry.kind}"):
                    with cards.box("sk-row sk-between"):
                        cards.text(_moment_name(desk, entry), "sk-strong", "span")
                        cards.text(desk.f.money(entry.value) if entry.value else "", "sk-small", "span")
                    cards.text(desk.f.moment(entry.at), "sk-muted sk-small")
                    _lines(desk, entry)
        if known.n_older:
            cards.text(desk.t("recommend.older", n=desk.f.number(known.n_older)), "sk-muted sk-small sk-foot")


def _moment_name(desk: Desk, entry: people.Moment) -> str:
    if entry.kind == "event":
        return desk.t.event(entry.name)
    return desk.t(f"recommend.{entry.kind}", n=entry.name)


def _lines(desk: Desk, entry: people.Moment) -> None:
    with cards.box("lines"):
        for line in entry.lines[:LINES_SHOWN]:
            quantity = "" if entry.kind == "event" else f"{desk.f.number(abs(line.quantity))} × "
            with cards.box("sk-clip"):
                cards.text(quantity, tag="span")
                if line.product_id:
                    cards.link(line.title, f"/recommend?product={quote(line.product_id, safe='')}")
                else:
                    cards.text(line.title, tag="span")
        rest = entry.lines[LINES_SHOWN:]
        if rest:
            more = cards.text(desk.t("recommend.more_lines", n=len(rest)), "sk-muted sk-small")
            with more:
                ui.tooltip("\n".join(f"{desk.f.number(abs(line.quantity))} × {line.title}" for line in rest[:30])).classes(
                    "sk-lines-tip"
                )
