"""People and products: find somebody or something, see its history, what is recommended and why, and how good that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.core.errors import NotLearned, UnknownName
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import people
from shopkeeper.server.dashboard.models.recommending import suggesting
from shopkeeper.server.dashboard.pages import scoring, tabs, timeline
from shopkeeper.server.dashboard.pages.recommending.suggestions import TASK, Suggestions

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk


BOUGHT = ("order_lines",)
HISTORY = ("order_lines", "events", "products", "customers")


async def build(desk: Desk) -> None:
    """Lay out the page for the customer or product in the address, or the search alone."""
    customer, product = desk.query("customer"), desk.query("product")
    with tabs.head(desk, "people"):
        pass
    await _search(desk, is_open=not customer and not product)
    if customer:
        await _customer(desk, customer)
    elif product:
        await _product(desk, product)
    else:
        _scores(desk)


async def _search(desk: Desk, *, is_open: bool) -> None:
    async def typed(value: str) -> None:
        found = await desk.read(("find", value.strip().lower()), lambda view: people.find(view, value), of=(*BOUGHT, "products"))
        place.clear()
        with place:
            _found(desk, found, value)

    async def changed(event: Any) -> None:
        if event.value or is_open:
            await typed(event.value or "")
        else:
            place.clear()

    with cards.card(classes="sk-find"):
        field = ui.input(placeholder=desk.t("recommend.find"), on_change=changed)
        field.props("outlined clearable hide-bottom-space debounce=200").classes("w-full").mark("find")
        with field.add_slot("prepend"):
            ui.icon("search")
        place = ui.element("div").classes("sk-grid sk-2")
    if is_open:
        await typed("")


def _found(desk: Desk, found: tuple[people.Found, ...], typed: str) -> None:
    for kind in ("customer", "product"):
        of_kind = [entry for entry in found if entry.kind == kind]
        with cards.box("sk-found"):
            cards.text(desk.t(f"recommend.{kind}s" if typed else f"recommend.best_{kind}s"), "sk-muted sk-small sk-strong")
            if not of_kind:
                cards.text(desk.t(f"recommend.no_{kind}", typed=typed), "sk-muted sk-small")
            for entry in of_kind:
                with cards.box("sk-hit", "a") as hit:
                    hit.props["href"] = f"/recommend?{kind}={_quoted(entry.id)}"
                    ui.icon("person_outline" if kind == "customer" else "sell")
                    cards.text(entry.title, "sk-clip sk-grow", "span")
                    cards.text(desk.t("recommend.orders", n=desk.f.number(entry.n_orders)), "sk-muted sk-small", "span")


def _quoted(value: str) -> str:
    from urllib.parse import quote

    return quote(value, safe="")


async def _customer(desk: Desk, customer_id: str) -> None:
    known = await desk.read(("history", customer_id), lambda view: people.history(view, customer_id), of=HISTORY)
    with cards.box("sk-head"):
        with cards.box():
            cards.text(desk.t("recommend.customer", id=customer_id), tag="h1")
            cards.text(timeline.line(desk, known), "sk-sub", "p")
        cards.link_button(desk.t("recommend.profile"), f"/customers/{_quoted(customer_id)}", is_primary=False, icon="badge")
    with cards.box("sk-grid sk-1-2"):
        timeline.show(desk, known)
        with cards.box("sk-stack"):
            await Suggestions(
                desk,
                desk.t("recommend.for_customer"),
                lambda filters: suggesting.for_customer(desk.shop, customer_id, filters),
                has_bought=known.n_orders > 0,
            ).build()
            _scores(desk, only_first=True)


async def _product(desk: Desk, product_id: str) -> None:
    known = await desk.read(("product", product_id), lambda view: people.product(view, product_id), of=HISTORY)
    with cards.box("sk-head"), cards.box():
        cards.text(known.title, tag="h1")
        cards.text(_product_line(desk, known), "sk-sub", "p")
    with cards.box("sk-grid sk-2-1"):
        await Suggestions(
            desk,
            desk.t("recommend.similar"),
            lambda filters: suggesting.similar(desk.shop, product_id, filters),
            has_bought=False,
        ).build()
        with cards.box("sk-stack"):
            _scores(desk, only_first=True)


def _product_line(desk: Desk, known: people.Product) -> str:
    if not known.is_known:
        return desk.t("recommend.unknown_product", id=known.product_id)
    parts = [known.product_id, known.brand, known.product_type]
    if known.price is not None:
        parts.append(desk.f.money(known.price))
    parts.append(desk.t("recommend.sold", units=desk.f.number(known.units, 0), n=desk.f.number(known.n_customers)))
    return " · ".join(part for part in parts if part)


def _scores(desk: Desk, *, only_first: bool = False) -> None:
    """How good the model in service is, beside the naive answer."""
    try:
        run = desk.shop.result_run(desk.shop.registry.task(TASK))
    except (UnknownName, NotLearned):
        run = None
    if run is None:
        with cards.card(desk.t("score.title")):
            cards.empty("school", desk.t("recommend.not_learned"), desk.t("recommend.not_learned_next"),
                        label=desk.t("recommend.to_task"), target=f"/tasks/{TASK}")  # fmt: skip
        return
    scoring.show(desk, run, only_first=only_first)
