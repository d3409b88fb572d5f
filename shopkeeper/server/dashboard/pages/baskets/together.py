"""Goes together: put products into a cart and see what completes it, as the storefront would."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.core.errors import NotLearned
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import people
from shopkeeper.server.dashboard.models.baskets import bundles
from shopkeeper.server.dashboard.models.baskets.rules import titles_of
from shopkeeper.server.dashboard.pages import tabs
from shopkeeper.server.dashboard.pages.picker import Picker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shopkeeper.server.dashboard.desk import Desk

TABLES = ("basket_complements",)
OF = ("order_lines", "products")


async def build(desk: Desk) -> None:
    """Lay out the page with the product of the address in the cart, or with the best sold one."""
    asked = tuple(part for part in desk.query("product").split(",") if part)
    if not asked:
        best = await desk.read(("find", ""), lambda view: people.find(view, ""), of=OF)
        asked = tuple(entry.id for entry in best if entry.kind == "product")[:1]
    with tabs.head(desk, "together", TABLES):
        pass
    await Cart(desk, list(asked)).build()


class Cart:
    """What is in it, a field to add to it, and what completes it."""

    def __init__(self, desk: Desk, products: list[str]) -> None:
        self._desk, self._products = desk, products

    async def build(self) -> None:
        """Lay out both cards and fill them."""
        t = self._desk.t
        with cards.box("sk-grid sk-1-2 is-in-order"):
            with cards.card(t("together.cart"), t("together.cart_under")):
                self._inside = ui.element("div").classes("sk-stack-tight").mark("cart")
                Picker(self._desk, "product", t("together.add"), self._picked).build()
            with cards.card(t("together.goes"), t("together.goes_under"), is_flush=True):
                self._list = ui.element("div").classes("sk-list").mark("together")
        await self._show()

    async def _picked(self, product_id: str, _title: str) -> None:
        await self._put(product_id)

    async def _put(self, product_id: str) -> None:
        if product_id not in self._products:
            self._products.append(product_id)
        await self._show()

    async def _take(self, product_id: str) -> None:
        self._products.remove(product_id)
        await self._show()

    async def _show(self) -> None:
        desk, products = self._desk, tuple(self._products)
        titles = await desk.read(("titles", products), lambda view: titles_of(view, set(products)), of=("products",))
        self._inside.clear()
        with self._inside:
            if not products:
                cards.text(desk.t("together.empty"), "sk-muted sk-small")
            for product_id in products:
                with cards.box("sk-row sk-between sk-nowrap"):
                    cards.text(titles.get(product_id, product_id), "sk-clip sk-grow")
                    take = cards.button("", partial(self._take, product_id), look="plain", icon="close").props(
                        "dense flat size=sm"
                    )
                    take.props["aria-label"] = desk.t("together.take_one", title=titles.get(product_id, product_id))
        try:
            body = await desk.work(bundles.together, desk.shop, products)
            shown = [entry["product_id"] for entry in body["products"]]
            n_gone = await desk.work(bundles.not_in_stock, desk.shop, products, shown)
        except NotLearned as error:
            self._list.clear()
            with self._list:
                cards.problem(desk, error)
            return
        self._list.clear()
        with self._list:
            for rank, entry in enumerate(body["products"], start=1):
                self._entry(rank, entry)
            if not body["products"]:
                cards.empty("remove_shopping_cart", desk.t("together.nothing"), desk.t("together.nothing_next"))
            if n_gone:
                cards.text(desk.t("together.not_in_stock", n=n_gone), "sk-muted sk-small sk-note")

    def _entry(self, rank: int, entry: dict[str, Any]) -> None:
        desk = self._desk
        with cards.box("sk-rec"):
            cards.text(str(rank), "rank")
            with cards.box():
                cards.text(entry["title"], "sk-strong")
                with cards.box("sk-row"):
                    cards.text(entry["product_id"], "sk-muted sk-small mono", "span")
                    cards.pill(desk.t.together(entry["rung"]), "accent" if entry["rung"] == "complement" else "")
                for reason in entry["reasons"]:
                    cards.text(_because(desk, entry["rung"], reason), "sk-muted sk-small")
            with cards.box("sk-row sk-nowrap sk-end"):
                cards.text(desk.f.money(entry["price"]) if entry["price"] is not None else "", "sk-strong")
                put = cards.button(desk.t("together.put"), partial(self._put, entry["product_id"]), look="plain",
                                   icon="add_shopping_cart")  # fmt: skip
                put.props["aria-label"] = desk.t("together.put_one", title=entry["title"])


def _because(desk: Desk, rung: str, reason: Mapping[str, Any]) -> str:
    """Why it stands there: a product of the cart with which it is bought, or a category or brand."""
    facts = {"n": desk.f.number(reason.get("n_together")), "lift": desk.f.number(reason.get("lift"), 1)}
    if "title" in reason:
        key = "together.because_perhaps" if rung == "perhaps" else "together.because"
        return desk.t(key, title=reason["title"], **facts)
    return desk.t("together.because_group", own=reason.get(rung, ""), other=reason.get("with", ""), **facts)
