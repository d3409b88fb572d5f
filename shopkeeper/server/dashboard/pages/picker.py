"""Choosing a customer or a product by typing: a field, and below it what fits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

from nicegui import ui

from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models import people

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

LOOKED_AT = ("order_lines", "products")


class Picker:
    """The field; ``on_pick`` hears of the number and title that were chosen."""

    def __init__(
        self, desk: Desk, kind: Literal["customer", "product"], label: str, on_pick: Callable[[str, str], Awaitable[None]]
    ) -> None:
        self._desk, self._kind, self._label, self._on_pick = desk, kind, label, on_pick

    def build(self) -> None:
        """Lay out the field."""
        with cards.box("sk-picker"):
            self._field = ui.input(self._label, on_change=self._typed)
            self._field.props("outlined dense clearable hide-bottom-space debounce=200").classes("w-full").mark(
                f"pick-{self._kind}"
            )
            with self._field.add_slot("prepend"):
                ui.icon("search")
            self._place = ui.element("div").classes("sk-picks")

    async def _typed(self, event: Any) -> None:
        typed = (event.value or "").strip()
        self._place.clear()
        if not typed:
            return
        key = ("find", typed.lower())
        found = await self._desk.read(key, lambda view: people.find(view, typed), of=LOOKED_AT)
        fitting = [entry for entry in found if entry.kind == self._kind]
        self._place.clear()
        with self._place:
            if not fitting:
                cards.text(self._desk.t(f"recommend.no_{self._kind}", typed=typed), "sk-muted sk-small")
            for entry in fitting:
                self._hit(entry)

    def _hit(self, entry: people.Found) -> None:
        desk = self._desk
        hit = ui.element("button").classes("sk-hit").props('type="button"').mark(f"hit-{entry.id}")
        hit.on("click", lambda: self._picked(entry))
        with hit:
            cards.text(entry.title, "sk-clip sk-grow", "span")
            cards.text(desk.t("recommend.orders", n=desk.f.number(entry.n_orders)), "sk-muted sk-small", "span")

    async def _picked(self, entry: people.Found) -> None:
        self._field.set_value("")
        self._place.clear()
        await self._on_pick(entry.id, entry.title)
