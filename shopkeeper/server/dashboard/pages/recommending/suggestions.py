"""A list of recommendations with live filters: what is shown changes as soon as a filter does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from nicegui import ui

from shopkeeper.core.errors import NotLearned, ShopkeeperError
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.recommending import suggesting
from shopkeeper.server.dashboard.models.recommending.suggesting import Choices, Filters, Reason, Recommendations, Recommended
from shopkeeper.server.dashboard.pages.recommending import explaining

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

TASK = "recommend.learn"
REASONS_SHOWN = 3


class Suggestions:
    """The card: filters above, products with their reasons below. ``ask`` gives the products for the filters."""

    def __init__(self, desk: Desk, title: str, ask: Callable[[Filters], Recommendations], *, has_bought: bool) -> None:
        self._desk = desk
        self._title = title
        self._ask = ask
        self._has_bought = has_bought
        self._values: dict[str, object] = {"exclude_bought": has_bought}

    async def build(self) -> None:
        """Lay out the card and fill it."""
        desk = self._desk
        choices = await desk.read(("choices",), suggesting.choices, of=("products", "prices", "stock_levels"))
        with cards.card(is_flush=True, classes="sk-suggestions"):
            with cards.box("sk-card-head"), cards.box():
                cards.text(self._title, tag="h2")
                self._under = cards.text("", tag="p")
            with cards.box("sk-filters"):
                self._filters(choices)
            self._place = ui.element("div").classes("sk-list").mark("recommendations")
        await self._show()

    def _filters(self, choices: Choices) -> None:
        t = self._desk.t
        if choices.categories:
            self._select("category", t("filter.category"), choices.categories)
        if choices.brands:
            self._select("brand", t("filter.brand"), choices.brands)
        if choices.price_high:
            self._number("price_low", t("filter.price_low"))
            self._number("price_high", t("filter.price_high"))
        if choices.knows_stock:
            self._switch("in_stock", t("filter.in_stock"))
        if self._has_bought:
            self._switch("exclude_bought", t("filter.exclude_bought"))

    def _select(self, name: str, label: str, options: tuple[str, ...]) -> None:
        field = ui.select(
            list(options), label=label, clearable=True, with_input=True, on_change=lambda event: self._set(name, event.value)
        )
        field.props("outlined dense").classes("sk-filter").mark(f"filter-{name}")

    def _number(self, name: str, label: str) -> None:
        field = ui.number(label, min=0, on_change=lambda event: self._set(name, event.value))
        field.props(f'outlined dense debounce=300 prefix="{self._desk.f.symbol.strip()}"').classes("sk-filter-number").mark(
            f"filter-{name}"
        )

    def _switch(self, name: str, label: str) -> None:
        field = ui.switch(label, value=bool(self._values.get(name)), on_change=lambda event: self._set(name, event.value))
        field.props("dense").mark(f"filter-{name}")

    async def _set(self, name: str, value: object) -> None:
        self._values[name] = value if value is not None else ("" if name in ("category", "brand") else None)
        await self._show()

    async def _show(self) -> None:
        filters = Filters(**self._values)  # type: ignore[arg-type]
        try:
            found = await self._desk.work(self._ask, filters)
        except ShopkeeperError as error:
            self._place.clear()
            with self._place:
                cards.problem(self._desk, error)
                if isinstance(error, NotLearned):
                    with cards.box("sk-foot"):
                        cards.link_button(self._desk.t("recommend.to_task"), f"/tasks/{TASK}", icon="school")
            return
        self._under.text = self._under_line(found)
        self._place.clear()
        with self._place:
            if not found.products:
                cards.empty("filter_alt_off", self._desk.t("recommend.nothing"), self._desk.t("recommend.nothing_next"))
            for rank, product in enumerate(found.products, start=1):
                self._product(rank, product, found.rung)
            self._left_out(found)

    def _left_out(self, found: Recommendations) -> None:
        for product in found.left_out:
            with cards.box("sk-rec is-left-out"):
                ui.icon("do_not_disturb_on").classes("rank")
                with cards.box():
                    cards.link(product.title, f"/recommend?product={quote(product.product_id, safe='')}")
                    with cards.box("sk-row"):
                        cards.text(self._desk.t("explain.left_out"), "sk-muted sk-small", "span")
                        explaining.rules(self._desk, product.rules)

    def _under_line(self, found: Recommendations) -> str:
        told = self._desk.t.rung(found.rung)
        has_reasons = any(product.reasons for product in found.products)
        return f"{told} {self._desk.t('recommend.because')}" if has_reasons else told

    def _product(self, rank: int, product: Recommended, rung: str) -> None:
        desk = self._desk
        with cards.box("sk-rec"):
            cards.text(str(rank), "rank")
            with cards.box():
                cards.link(product.title, f"/recommend?product={quote(product.product_id, safe='')}")
                with cards.box("sk-row"):
                    cards.text(product.product_id, "sk-muted sk-small mono", "span")
                    if product.rung and product.rung != rung:
                        cards.pill(desk.t.rung_name(product.rung))
                    explaining.rules(desk, product.rules)
            with cards.box("sk-row sk-nowrap sk-end"):
                cards.text(desk.f.money(product.price) if product.price is not None else "", "sk-strong")
                button = explaining.asking(desk, product)
            if product.reasons:
                with cards.box("why"):
                    for reason in product.reasons[:REASONS_SHOWN]:
                        self._bar(reason)
            explaining.explanation(desk, product, button)

    def _bar(self, reason: Reason) -> None:
        with cards.box("sk-bar"):
            with cards.box("sk-row sk-between sk-nowrap"):
                cards.text(reason.title, "sk-clip").props["title"] = reason.title
                cards.text(self._desk.f.share(reason.share), "num")
            with cards.box("track"):
                width = min(max(reason.share, 0.0), 1.0)
                cards.text("", "fill").style(f"width: {width:.1%}")
