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
    from shopkeeper.server.dashboard.desk import Desk

TABLE, TASK = "basket_complements", "baskets.together"
OF = ("order_lines", "products")


async def build(desk: Desk) -> None:
    """Lay out the page with the product of the address in the cart, or with the best sold one."""
    asked = tuple(part for part in desk.query("product").split(",") if part)
    if not asked:
        best = await desk.read(("find", ""), lambda view: people.find(view, ""), of=OF)
        asked = tuple(entry.id for entry in best if entry.kind == "product")[:1]
    with tabs.head(desk, "together"):
        cards.export(desk, TABLE)
    await Cart(desk, list(asked)).build()


class Cart:
    """What is in it, a field to add to it, and what completes it."""

    def __init__(self, desk: Desk, products: list[str]) -> None:
        self._desk, self._products = desk, products

    async def build(self) -> None:
        """Lay out both cards and fill them."""
        t = self._desk.t
        with cards.box("sk-grid sk-1-2"):
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
        titles = await desk.work(_titles, desk, products)
        self._inside.clear()
        with self._inside:
            if not products:
                cards.text(desk.t("together.empty"), "sk-muted sk-small")
            for product_id in products:
                with cards.box("sk-row sk-between sk-nowrap"):
                    cards.text(titles.get(product_id, product_id), "sk-clip sk-grow")
                    cards.button(desk.t("together.take"), partial(self._take, product_id), look="plain", icon="close")
        try:
            body = await desk.work(bundles.together, desk.shop, products)
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

    def _entry(self, rank: int, entry: dict[str, Any]) -> None:
        desk = self._desk
        with cards.box("sk-rec"):
            cards.text(str(rank), "rank")
            with cards.box():
                cards.text(entry["title"], "sk-strong")
                with cards.box("sk-row"):
                    cards.text(entry["product_id"], "sk-muted sk-small mono", "span")
                    cards.pill(desk.t(f"together.{entry['rung']}"), "accent" if entry["rung"] == "complement" else "")
                for reason in entry["reasons"]:
                    told = desk.t(
                        "together.because", title=reason.get("title", ""), n=desk.f.number(reason.get("n_together")),
                        lift=desk.f.number(reason.get("lift"), 1),
                    )  # fmt: skip
                    cards.text(told, "sk-muted sk-small")
            with cards.box("sk-row sk-nowrap sk-end"):
                cards.text(desk.f.money(entry["price"]) if entry["price"] is not None else "", "sk-strong")
                put = partial(self._put, entry["product_id"])
                cards.button(desk.t("together.put"), put, look="plain", icon="add_shopping_cart")


def _titles(desk: Desk, products: tuple[str, ...]) -> dict[str, str]:
    return desk.office.memory.get(("titles", products), lambda view: titles_of(view, set(products)), ("products",))
