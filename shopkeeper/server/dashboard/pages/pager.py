"""Turning the pages of a long list: which rows of how many are on show, and a button to either side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from shopkeeper.server.dashboard import cards

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk


def show(desk: Desk, offset: int, shown: int, total: int, turn: Callable[[int], Awaitable[None]]) -> None:
    """The line below a list of ``total`` rows that shows ``shown`` from ``offset`` on; nothing where all fit.

    ``turn`` hears by how many rows to go.
    """
    if total <= shown:
        return
    t, f = desk.t, desk.f
    last = min(offset + shown, total)
    with cards.box("sk-card-head"):
        place = t("table.place", first=f.number(offset + 1), last=f.number(last), total=f.number(total))
        cards.text(place, "sk-muted sk-small")
        with cards.box("sk-row"):
            back = cards.button(t("table.back"), partial(turn, -shown), look="plain", icon="chevron_left")
            on = cards.button(t("table.on"), partial(turn, shown), look="plain", icon="chevron_right")
            back.set_enabled(offset > 0)
            on.set_enabled(last < total)
