"""One rule: its form, and a live preview of what it does at a place, as if it held now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.core.schema import CAPPED_EACH, RULE_ACTIONS
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.recommending import rules, suggesting
from shopkeeper.server.dashboard.models.recommending.trying import Tried
from shopkeeper.server.dashboard.pages import tabs
from shopkeeper.server.dashboard.pages.picker import Picker
from shopkeeper.server.dashboard.pages.recommending.placements import name_of
from shopkeeper.server.dashboard.pages.recommending.preview import Preview

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.recommending.placements import Place

PATH = "/recommend/rules"
CATALOG = ("products", "prices", "stock_levels")
EVERYWHERE = ""


class RuleEditor:
    """The page of one rule, or of a new one where ``row`` is None."""

    def __init__(
        self, desk: Desk, row: Mapping[str, Any] | None, rows: Sequence[Mapping[str, Any]], places: Sequence[Place]
    ) -> None:
        self._desk, self._row, self._places = desk, row, places
        self._known = [str(one["rule_id"]) for one in rows]
        zone = desk.shop.time_zone
        self._form: dict[str, Any] = dict(row or {"action": "pin", "place": "", "enabled": True})
        self._form |= {name: rules.as_typed(self._form.get(name), zone) for name in ("start_at", "end_at")}
        self._target = "product" if row is None or row["product_id"] else "kind"
        self._shown_at = self._form.get("place") or places[0].id
        self._counted: dict[str, Any] = {}

    async def build(self) -> None:
        """Lay out form and preview."""
        desk = self._desk
        choices = await desk.read(("choices",), suggesting.choices, of=CATALOG)
        product = str(self._form.get("product_id") or "")
        about = await desk.read(("rule-about", product), lambda view: rules.products_of(view, [self._form]), of=("products",))
        self._named = _told(product, about.titles.get(product, product))
        self._preview = Preview(desk, self._both, self._judged, (desk.t("preview.without"), desk.t("preview.with")))
        with tabs.head(desk, "rules"):
            cards.link_button(desk.t("rule.back"), PATH, is_primary=False, icon="chevron_left")
        title = desk.t("rule.new") if self._row is None else str(self._row["rule_id"])
        with cards.box("sk-grid sk-edit"):
            with cards.card(title, "" if self._row is None else self._made_by()):
                self._fields(choices)
                self._actions()
            with cards.box("sk-stack"):
                self._place_of_preview()
                await self._preview.build()

    def _made_by(self) -> str:
        who = str((self._row or {}).get("made_by") or "")
        return self._desk.t("place.by", who=who) if who else ""

    def _fields(self, choices: suggesting.Choices) -> None:
        t, form = self._desk.t, self._form
        actions = {name: t(f"action.{name}") for name in RULE_ACTIONS}
        toggle = ui.toggle(actions, value=form["action"] or None, on_change=lambda event: self._set("action", event.value))
        toggle.props("unelevated dense no-caps toggle-color=teal-8 padding='4px 10px'").classes("sk-toggle").mark("rule-action")
        self._told = cards.text("", "sk-muted sk-small")
        self._about(choices)
        with cards.box("sk-form"):
            self._number("position", t("rule.position"), 1)
            self._number("strength", t("rule.strength"), None)
            self._number("n_most", t("rule.n_most"), None)
            self._select("each", {EVERYWHERE: t("each.none")} | {name: t(f"each.{name}") for name in CAPPED_EACH}, t("rule.each"))
            places = {EVERYWHERE: t("rule.everywhere")} | self._names()
            kept = str(form.get("place") or "")
            self._select("place", places | ({} if kept in places else {kept: kept}), t("rule.place"))
        with cards.box("sk-part"):
            cards.text(t("rule.schedule"), tag="h3")
            cards.text(t("rule.schedule_under", zone=self._desk.shop.time_zone), "sk-muted sk-small")
        with cards.box("sk-form"):
            self._text("start_at", t("rule.start_at"), "type=datetime-local stack-label")
            self._text("end_at", t("rule.end_at"), "type=datetime-local stack-label")
            self._text("recurs", t("rule.recurs"), 'placeholder="mon-fri 09:00-17:00; sat,sun" stack-label')
            self._text("note", t("place.note"), "")
            if self._row is None:
                self._text("rule_id", t("rule.number"), "")
        self._show_counted()

    def _about(self, choices: suggesting.Choices) -> None:
        """What the rule is about: one product, found by typing, or the products of a category and a brand."""
        t = self._desk.t
        kinds = {"product": t("rule.of_product"), "kind": t("rule.of_kind")}
        toggle = ui.toggle(kinds, value=self._target, on_change=lambda event: self._aim(event.value))
        toggle.props("unelevated dense no-caps toggle-color=teal-8 padding='2px 10px'").classes("sk-toggle").mark("rule-about")
        with cards.box("sk-stack-tight") as self._of_product:
            self._chosen = cards.text(self._named, "sk-strong").mark("rule-product")
            Picker(self._desk, "product", t("rule.find_product"), self._found).build()
        with cards.box("sk-form") as self._of_kind:
            self._pick("product_type", choices.categories, t("filter.category"))
            self._pick("brand", choices.brands, t("filter.brand"))
        self._show_target()

    # -- fields

    async def _set(self, name: str, value: Any) -> None:
        self._form[name] = value
        if name == "action":
            self._form["strength"] = None  # what raises by 2 cannot lower by 2
            self._counted["strength"].set_value(None)
            self._show_counted()
        if name == "place" and value:
            self._shown_at = value
            self._at.set_value(value)
        await self._preview.changed()

    def _number(self, name: str, label: str, usual: float | None) -> None:
        value = self._form.get(name)
        field = ui.number(
            label, value=usual if value is None else value, on_change=lambda event: self._set(name, _count(name, event.value))
        )
        field.props("outlined dense debounce=250 hide-bottom-space").mark(f"rule-{name}")
        self._counted[name] = field

    def _text(self, name: str, label: str, more: str) -> None:
        field = ui.input(label, value=self._form.get(name) or "", on_change=lambda event: self._set(name, event.value or ""))
        field.props(f"outlined dense debounce=250 hide-bottom-space {more}").mark(f"rule-{name}")

    def _select(self, name: str, options: dict[str, str], label: str) -> None:
        value = self._form.get(name) or EVERYWHERE
        field = ui.select(options, value=value, label=label, on_change=lambda event: self._set(name, event.value))
        field.props("outlined dense options-dense hide-bottom-space").mark(f"rule-{name}")
        self._counted[name] = field

    def _pick(self, name: str, options: Sequence[str], label: str) -> None:
        value = self._form.get(name)
        every = list(dict.fromkeys([*options, *([value] if value else [])]))
        field = ui.select(
            every, value=value or None, label=label, clearable=True, with_input=True,
            on_change=lambda event: self._set(name, event.value or ""),
        )  # fmt: skip
        field.props("outlined dense options-dense hide-bottom-space").mark(f"rule-{name}")

    def _show_counted(self) -> None:
        action = str(self._form.get("action") or "")
        counted = rules.COUNTED.get(action, ())
        for name in ("position", "strength", "n_most", "each"):
            self._counted[name].visible = name in counted
        self._told.text = self._desk.t(f"action_told.{action}") if action in RULE_ACTIONS else ""

    def _show_target(self) -> None:
        self._of_product.visible = self._target == "product"
        self._of_kind.visible = self._target == "kind"

    async def _aim(self, target: str) -> None:
        self._target = target
        self._show_target()
        await self._preview.changed()

    async def _found(self, product_id: str, title: str) -> None:
        self._chosen.text = _told(product_id, title)
        await self._set("product_id", product_id)

    # -- the preview

    def _names(self) -> dict[str, str]:
        return {place.id: name_of(self._desk, place.placement) for place in self._places}

    def _place_of_preview(self) -> None:
        options = self._names()
        if self._shown_at not in options:
            self._shown_at = self._places[0].id
        self._at = ui.select(options, value=self._shown_at, label=self._desk.t("rule.preview_at"), on_change=self._look_at)
        self._at.props("outlined dense options-dense hide-bottom-space").classes("sk-choose").mark("preview-place")

    async def _look_at(self, event: Any) -> None:
        self._shown_at = event.value
        await self._preview.changed()

    def _is_begun(self) -> bool:
        """Whether a new rule says yet what it is about; before that there is nothing to complain of."""
        form = self._form
        named = ("product_id",) if self._target == "product" else ("product_type", "brand")
        return any(form.get(name) for name in (*named, "each"))

    def _row_now(self) -> dict[str, Any]:
        """The row that the form says. Raises `BadRequest` for what cannot be meant."""
        form, zone = dict(self._form), self._desk.shop.time_zone
        for name in ("start_at", "end_at"):
            form[name] = rules.as_meant(str(form.get(name) or ""), zone)
        for name in ("product_type", "brand") if self._target == "product" else ("product_id",):
            form[name] = None
        row = rules.row_of(form, self._known)
        rules.checked(row)
        return row

    def _both(self) -> tuple[Tried, Tried] | None:
        if self._row is None and not self._is_begun():
            return None
        row = self._row_now()
        placement = next(place.placement for place in self._places if place.id == self._shown_at).as_row()
        return Tried(placement, (rules.without(row),)), Tried(placement, (rules.as_if_now(row),))

    # -- saving

    def _actions(self) -> None:
        desk = self._desk
        self._save: ui.button | None = None
        if not desk.caller.may("owner"):
            cards.text(desk.t("place.owner_only"), "sk-muted sk-small")
            return
        with cards.box("sk-row sk-sticky"):
            self._save = cards.button(desk.t("word.save"), self._saved, icon="save").mark("save-rule")
            self._save.enabled = self._row is not None
            self._verdict = cards.text("", "sk-muted sk-small", "span")

    def _judged(self, is_good: bool, told: str) -> None:
        if self._save is not None:
            self._save.enabled = is_good
            self._verdict.text = told

    async def _saved(self) -> None:
        desk = self._desk
        desk.require("owner", desk.t("rule.saving"))
        who = desk.caller.name if desk.caller.kind == "user" else ""
        await desk.work(rules.save, desk.shop, self._row_now(), who)
        desk.office.memory.forget()
        ui.navigate.to(PATH)


def _told(product_id: str, title: str) -> str:
    return f"{title} ({product_id})" if title != product_id else product_id


def _count(name: str, value: float | None) -> float | int | None:
    """Positions and counts are whole numbers."""
    return value if value is None or name == "strength" else int(value)
