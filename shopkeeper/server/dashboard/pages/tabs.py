"""The head that the pages of one section share: the title, one line about the page, and a tab for each of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nicegui import ui

from shopkeeper.server.dashboard import cards

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

SECTIONS = {
    "recommend": (
        ("people", "/recommend", "person_search"),
        ("methods", "/recommend/methods", "leaderboard"),
        ("placements", "/recommend/placements", "web"),
        ("rules", "/recommend/rules", "push_pin"),
    ),
    "customers": (
        ("overview", "/customers", "groups"),
        ("clusters", "/customers/groups", "bubble_chart"),
        ("segments", "/customers/segments", "label"),
        ("journeys", "/customers/journeys", "filter_alt"),
        ("worth", "/customers/value", "savings"),
    ),
    "baskets": (
        ("basket_rules", "/baskets", "hub"),
        ("together", "/baskets/together", "add_shopping_cart"),
        ("bundles", "/baskets/bundles", "inventory_2"),
    ),
}
OF = {name: section for section, tabs in SECTIONS.items() for name, _, _ in tabs}


@contextmanager
def head(desk: Desk, here: str, tables: Sequence[str] = ()) -> Iterator[ui.element]:
    """Title and tabs of the section that the page ``here`` is in; what is put into it stands at the title's right.

    ``tables`` are those that the page shows: they can be had as CSV.
    """
    section = OF[here]
    with cards.head(desk.t(f"page.{section}"), desk.t(f"tab.{here}_under")) as actions:
        _exports(desk, tables)
        yield actions
    with ui.element("nav").classes("sk-tabs").props(f'aria-label="{desk.t(f"page.{section}")}"'):
        for name, path, icon in SECTIONS[section]:
            tab = ui.element("a").classes("sk-tab" + (" is-here" if name == here else "")).props(f'href="{path}"')
            if name == here:
                tab.props('aria-current="page"')
            with tab:
                ui.icon(icon)
                cards.text(desk.t(f"tab.{name}"), tag="span")


def _exports(desk: Desk, tables: Sequence[str]) -> None:
    if len(tables) == 1:
        cards.export(desk, tables[0])
    elif tables:
        meanings = [(name, desk.shop.registry.table(name).meaning) for name in tables]
        cards.exports(desk, [(name, desk.t.table(name, meaning)) for name, meaning in meanings])
