"""The head that the pages under Recommend share: the title, one line about the page, and a tab for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nicegui import ui

from shopkeeper.server.dashboard import cards

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

TABS = (
    ("people", "/recommend", "person_search"),
    ("methods", "/recommend/methods", "leaderboard"),
    ("placements", "/recommend/placements", "web"),
    ("rules", "/recommend/rules", "push_pin"),
)


@contextmanager
def head(desk: Desk, here: str) -> Iterator[ui.element]:
    """Title and tabs; what is put into it stands at the title's right."""
    with cards.head(desk.t("page.recommend"), desk.t(f"tab.{here}_under")) as actions:
        yield actions
    with ui.element("nav").classes("sk-tabs").props(f'aria-label="{desk.t("page.recommend")}"'):
        for name, path, icon in TABS:
            tab = ui.element("a").classes("sk-tab" + (" is-here" if name == here else "")).props(f'href="{path}"')
            if name == here:
                tab.props('aria-current="page"')
            with tab:
                ui.icon(icon)
                cards.text(desk.t(f"tab.{name}"), tag="span")
