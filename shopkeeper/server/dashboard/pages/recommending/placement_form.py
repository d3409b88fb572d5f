"""The form of a placement: each field changes a column of its row, and says so at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.capabilities.recommend.steering.placements import ANSWERS, Placement
from shopkeeper.core.schema import OWNED_CHOICES
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.recommending import placements
from shopkeeper.server.dashboard.pages.slider import Slider

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.recommending.suggesting import Choices

SHARES = ("diversity", "price_affinity", "explore_share", "exposure_cap", "brand_exposure_cap")
LEFT = ""  # the choice of a select that leaves the matter to the settings


class PlacementForm:
    """The fields. `row` is what they say; ``on_change`` hears of every change."""

    def __init__(
        self, desk: Desk, placement: Placement, choices: Choices, retrievers: Sequence[str], usual: Mapping[str, Any],
        on_change: Callable[[], Awaitable[None]],
    ) -> None:  # fmt: skip
        self._desk, self._placement, self._choices = desk, placement, choices
        self._retrievers, self._usual, self._on_change = tuple(retrievers), usual, on_change
        self._changes: dict[str, Any] = {}
        largest = max(1.0, *placement.mix.values()) if placement.mix else 1.0  # only how they compare counts
        self._mix = {name: weight / largest for name, weight in placement.mix.items()}

    @property
    def row(self) -> dict[str, Any]:
        """The row of `placements` that the form says."""
        return placements.row_of(self._placement, self._changes)

    def build(self, *, is_new: bool) -> None:
        """Lay out the fields."""
        t, place = self._desk.t, self._placement
        with cards.box("sk-form"):
            if is_new:
                self._text("placement_id", "", t("place.number"))
            self._text("title", place.title, t("place.name"))
            options = {name: t(f"place.answer_{name.split('.')[1]}") for name in ANSWERS}
            self._select("answer", options, place.answer, t("place.answer"))
            self._number("n_products", place.n_products, t("place.n_products"))
            owned = {LEFT: t("place.as_set", value=t(f"owned.{self._usual['owned']}"))}
            self._select("owned", owned | {word: t(f"owned.{word}") for word in OWNED_CHOICES}, place.owned, t("place.owned"))
        self._switch("with_rules", t("place.with_rules"), on=place.with_rules)
        self._part(t("place.mix"), t("place.mix_under"))
        self._mixing()
        self._part(t("place.filters"), "")
        self._filters()
        self._part(t("place.shaping"), "")
        with cards.box("sk-sliders"):
            for name in SHARES:
                self._share(name)
        self._text("note", place.note, t("place.note"))

    def _part(self, title: str, under: str) -> None:
        with cards.box("sk-part"):
            cards.text(title, tag="h3")
            if under:
                cards.text(under, "sk-muted sk-small")

    # -- what each kind of field is

    async def _set(self, name: str, value: Any) -> None:
        self._changes[name] = value
        await self._on_change()

    def _text(self, name: str, value: str, label: str) -> None:
        field = ui.input(label, value=value, on_change=lambda event: self._set(name, event.value or ""))
        field.props("outlined dense debounce=250 hide-bottom-space").classes("w-full").mark(f"place-{name}")

    def _number(self, name: str, value: float | None, label: str, more: str = "") -> None:
        field = ui.number(label, value=value, on_change=lambda event: self._set(name, _whole(event.value)))
        field.props(f"outlined dense debounce=250 hide-bottom-space {more}").mark(f"place-{name}")

    def _select(self, name: str, options: dict[Any, str], value: Any, label: str) -> None:
        field = ui.select(options, value=value, label=label, on_change=lambda event: self._set(name, event.value))
        field.props("outlined dense options-dense hide-bottom-space").mark(f"place-{name}")

    def _pick(self, name: str, options: Sequence[str], value: str, label: str) -> None:
        every = list(dict.fromkeys([*options, *([value] if value else [])]))
        field = ui.select(
            every, value=value or None, label=label, clearable=True, with_input=True,
            on_change=lambda event: self._set(name, event.value or ""),
        )  # fmt: skip
        field.props("outlined dense options-dense hide-bottom-space").mark(f"place-{name}")

    def _switch(self, name: str, label: str, *, on: bool) -> None:
        field = ui.switch(label, value=on, on_change=lambda event: self._set(name, event.value))
        field.props("dense").mark(f"place-{name}")

    def _share(self, name: str) -> None:
        t = self._desk.t
        changed = lambda value: self._set(name, value)  # noqa: E731 - a name for what is said twice
        slider = Slider(self._desk, name, t(f"place.{name}"), changed, help=t(f"place.{name}_help"))
        slider.build(getattr(self._placement, name), float(self._usual[name]))

    # -- mix and filters

    def _mixing(self) -> None:
        t, is_learned = self._desk.t, not self._mix
        self._mix = self._mix or {self._retrievers[0]: 1.0}
        switch = ui.switch(t("place.mix_learned"), value=is_learned, on_change=lambda event: self._learned(is_on=event.value))
        switch.props("dense").mark("place-mix_learned")
        with cards.box("sk-sliders") as self._of_mix:
            for name in dict.fromkeys([*self._retrievers, *self._mix]):
                slider = Slider(self._desk, f"mix-{name}", t.method(name), self._weigh(name))
                slider.build(self._mix.get(name, 0.0), None)
        self._of_mix.visible = not is_learned

    def _weigh(self, name: str) -> Callable[[float | None], Awaitable[None]]:
        async def weigh(weight: float | None) -> None:
            self._mix[name] = weight or 0.0
            await self._set("mix", dict(self._mix))

        return weigh

    async def _learned(self, *, is_on: bool) -> None:
        self._of_mix.visible = not is_on
        await self._set("mix", {} if is_on else dict(self._mix))

    def _filters(self) -> None:
        t, filters, choices = self._desk.t, self._placement.filters, self._choices
        usual = t("word.yes" if self._usual["in_stock"] else "word.no")
        stock = {LEFT: t("place.as_set", value=usual), True: t("word.yes"), False: t("word.no")}
        in_stock = LEFT if filters.in_stock is None else filters.in_stock
        with cards.box("sk-form"):
            self._select("filter_in_stock", stock, in_stock, t("filter.in_stock"))
            self._pick("filter_category", choices.categories, filters.category, t("filter.category"))
            self._pick("filter_brand", choices.brands, filters.brand, t("filter.brand"))
            prefix = f'prefix="{self._desk.f.symbol.strip()}"'
            self._number("filter_price_low", filters.price_low, t("place.price_low"), prefix)
            self._number("filter_price_high", filters.price_high, t("place.price_high"), prefix)
        self._switch("filter_exclude_seen", t("place.exclude_seen"), on=filters.exclude_seen)


def _whole(value: float | None) -> float | int | None:
    """What was typed, as a whole number where it is one."""
    return int(value) if value is not None and float(value).is_integer() else value
