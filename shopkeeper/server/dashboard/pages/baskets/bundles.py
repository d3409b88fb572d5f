"""Bundles: products to sell together, at which price, and the margin that would earn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.baskets import bundles
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import pager, tabs, unlearned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.baskets.bundles import Bundle

TABLES, TASK = ("bundles",), "baskets.bundles"
OF = (RUNS, "products")
PAGE_ROWS = 20
COLUMNS = ("bundle", "n_together", "price", "bundle_price", "break_even", "earned")


async def build(desk: Desk) -> None:
    """Lay out the page."""
    found = await desk.read(("bundles",), bundles.bundles, of=OF)
    with tabs.head(desk, "bundles", TABLES):
        pass
    t = desk.t
    if not found:
        with cards.card():
            await unlearned.show(desk, TASK, "inventory_2", t("bundles.none"), t("bundles.none_next"))
        return
    await Listed(desk, found).build()


class Listed:
    """The proposals, page by page."""

    def __init__(self, desk: Desk, found: Sequence[Bundle]) -> None:
        self._desk, self._found, self._offset = desk, found, 0

    async def build(self) -> None:
        """Lay out the card and fill it."""
        t, f = self._desk.t, self._desk.f
        with cards.card(is_flush=True):
            with cards.box("sk-card-head"), cards.box():
                cards.text(t("bundles.title", n=f.number(len(self._found))), tag="h2")
                cards.text(t("bundles.under", uplift=f.share(self._found[0].facts["uplift"])), tag="p")
                if any(bundle.facts["cost_is_assumed"] for bundle in self._found):
                    cards.text(t("bundles.assumed"), tag="p")
            self._place = ui.element("div")
        await self._turn(0)

    async def _turn(self, by: int) -> None:
        self._offset = max(0, self._offset + by)
        columns = [(self._desk.t(f"bundles.column_{name}"), name != "bundle") for name in COLUMNS]
        shown = self._found[self._offset : self._offset + PAGE_ROWS]
        self._place.clear()
        with self._place:
            cards.table(columns, [_row(self._desk, bundle) for bundle in shown])
            pager.show(self._desk, self._offset, PAGE_ROWS, len(self._found), self._turn)


def _row(desk: Desk, bundle: Bundle) -> tuple[Any, ...]:
    f, row = desk.f, bundle.facts
    return (
        partial(_products, bundle),
        f.number(row["n_together"]),
        f.money(row["price"]),
        partial(_price, desk, row),
        f"+{f.share(row['break_even_uplift'], 1)}",
        partial(_earned, desk, row),
    )


def _products(bundle: Bundle) -> None:
    for part in bundle.products:
        with cards.box():
            cards.link(part.title, f"/baskets/together?product={quote(part.key, safe='')}")


def _price(desk: Desk, row: dict[str, Any]) -> None:
    cards.text(desk.f.money(row["bundle_price"]), "sk-strong")
    cards.text(f"−{desk.f.share(row['discount_share'])}", "sk-muted sk-small")


def _earned(desk: Desk, row: dict[str, Any]) -> None:
    f = desk.f
    cards.text(f.money(row["margin_earned"], whole=True), "sk-strong")
    span = f"{f.money(row['margin_earned_low'], whole=True)} – {f.money(row['margin_earned_high'], whole=True)}"
    cards.text(span, "sk-muted sk-small")
