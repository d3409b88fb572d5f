"""Placements: where products are recommended, each edited beside a live preview of what it shows to somebody real."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from nicegui import ui

from shopkeeper.capabilities.recommend.steering.placements import Placement
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.recommending import placements, suggesting
from shopkeeper.server.dashboard.models.recommending.placements import Place
from shopkeeper.server.dashboard.models.recommending.trying import Tried
from shopkeeper.server.dashboard.pages import tabs
from shopkeeper.server.dashboard.pages.recommending.placement_form import PlacementForm
from shopkeeper.server.dashboard.pages.recommending.preview import Preview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopkeeper.server.dashboard.desk import Desk

PATH = "/recommend/placements"
NEW = "new"
TONES = {"default": "", "changed": "accent", "own": "accent"}
CATALOG = ("products", "prices", "stock_levels")


async def build(desk: Desk) -> None:
    """Lay out the page, for the placement in the address or the first one."""
    retrievers = await desk.work(placements.retrievers_in_service, desk.shop)
    rows = await desk.read(("placements",), placements.rows_of, of=("placements",))
    found = placements.places(rows, retrievers)
    wanted = desk.query("place") or found[0].id
    is_new = bool(desk.query(NEW))
    place = next((one for one in found if one.id == wanted), found[0])
    if is_new:
        place = Place(Placement(""), "own")
    with tabs.head(desk, "placements"):
        if desk.caller.may("owner"):
            cards.link_button(desk.t("place.new"), f"{PATH}?{NEW}=1", is_primary=False, icon="add")
    _chooser(desk, found, "" if is_new else place.id)
    if place.problem:
        cards.problem(desk, place.problem)
    await Editor(desk, place, retrievers, is_new=is_new).build()


def _chooser(desk: Desk, found: Sequence[Place], here: str) -> None:
    with cards.box("sk-places"):
        for place in found:
            is_here = place.id == here
            with cards.box("sk-card sk-place" + (" is-here" if is_here else ""), "a") as card:
                card.props["href"] = f"{PATH}?place={quote(place.id, safe='')}"
                if is_here:
                    card.props('aria-current="true"')
                cards.text(name_of(desk, place.placement), tag="b")
                cards.text(desk.t(f"place.answer_{place.placement.answer.split('.')[1]}"), "sk-muted sk-small")
                with cards.box("sk-row"):
                    if place.problem:
                        cards.pill(desk.t("place.problem"), "bad")
                    else:
                        cards.pill(desk.t(f"place.{place.state}"), TONES[place.state])
                    if place.made_by:
                        cards.text(desk.t("place.by", who=place.made_by), "sk-muted sk-small sk-clip", "span")


def name_of(desk: Desk, placement: Placement) -> str:
    """What people call the placement: its title, in the reader's language where it is a built-in one."""
    usual = placements.OURS.get(placement.placement_id)
    if usual is not None and placement.title == usual.title:
        return desk.t(f"place_name.{placement.placement_id}")
    return placement.title or placement.placement_id


class Editor:
    """The form beside the preview, and saving."""

    def __init__(self, desk: Desk, place: Place, retrievers: Sequence[str], *, is_new: bool) -> None:
        self._desk, self._place, self._retrievers, self._is_new = desk, place, retrievers, is_new

    async def build(self) -> None:
        """Lay out both."""
        desk, place = self._desk, self._place
        choices = await desk.read(("choices",), suggesting.choices, of=CATALOG)
        usual = await desk.work(placements.left_to_settings, desk.shop)
        self._preview = Preview(desk, self._both, self._judged, (desk.t("preview.before"), desk.t("preview.after")))
        self._form = PlacementForm(desk, place.placement, choices, self._retrievers, usual, self._preview.changed)
        title = desk.t("place.new") if self._is_new else name_of(desk, place.placement)
        with cards.box("sk-grid sk-edit"):
            with cards.card(title, "" if self._is_new else place.id):
                self._form.build(is_new=self._is_new)
                self._actions()
            await self._preview.build()

    def _actions(self) -> None:
        desk = self._desk
        self._save: ui.button | None = None
        if not desk.caller.may("owner"):
            cards.text(desk.t("place.owner_only"), "sk-muted sk-small")
            return
        with cards.box("sk-row sk-sticky"):
            self._save = cards.button(desk.t("word.save"), self._saved, icon="save").mark("save-place")
            if not self._is_new and (self._place.state != "default" or self._place.problem):
                cards.button(desk.t(f"place.{self._way_back}"), self._reset, look="plain", icon="restart_alt").mark("reset-place")
            self._verdict = cards.text("", "sk-muted sk-small", "span")

    def _judged(self, is_good: bool, told: str) -> None:
        if self._save is not None:
            self._save.enabled = is_good
            self._verdict.text = told

    def _both(self) -> tuple[Tried, Tried]:
        row = self._form.row
        placements.checked({**row, "placement_id": row["placement_id"] or NEW}, self._retrievers)
        before = {**self._place.placement.as_row(), "placement_id": row["placement_id"] or NEW}
        return Tried(before), Tried({**row, "placement_id": row["placement_id"] or NEW})

    async def _saved(self) -> None:
        desk, row = self._desk, self._form.row
        desk.require("owner", desk.t("place.saving"))
        await desk.work(placements.save, desk.shop, row, self._retrievers, _who(desk))
        self._go(str(row["placement_id"]))

    @property
    def _way_back(self) -> str:
        return "reset" if self._place.id in placements.OURS else "forget"

    async def _reset(self) -> None:
        desk, way = self._desk, self._way_back
        with ui.dialog() as dialog, ui.element("div").classes("sk-dialog"):
            cards.text(desk.t(f"place.{way}_sure", name=name_of(desk, self._place.placement)), tag="h2")
            cards.text(desk.t("place.reset_why"), "sk-muted")
            with cards.box("sk-row"):
                cards.button(desk.t(f"place.{way}"), lambda: dialog.submit(True)).mark("reset-yes")
                cards.button(desk.t("word.cancel"), lambda: dialog.submit(False), look="plain")
        if not await dialog:
            return
        desk.require("owner", desk.t("place.saving"))
        await desk.work(placements.reset, desk.shop, self._place.id, _who(desk))
        self._go(self._place.id)

    def _go(self, place: str) -> None:
        self._desk.office.memory.forget()
        ui.navigate.to(f"{PATH}?place={quote(place, safe='')}")


def _who(desk: Desk) -> str:
    return desk.caller.name if desk.caller.kind == "user" else ""
