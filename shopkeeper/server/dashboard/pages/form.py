"""A form made from knobs: one field a setting or a request's field, with its help, range and default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.server.dashboard.models.work import filled

if TYPE_CHECKING:
    from shopkeeper.core.settings import Knob
    from shopkeeper.server.dashboard.desk import Desk


class Form:
    """Fields for ``knobs``; `values` gives what was filled in and differs from the default."""

    def __init__(self, desk: Desk, knobs: Sequence[Knob], current: Mapping[str, Any] | None = None) -> None:
        self._desk = desk
        self._knobs = tuple(knobs)
        self._current = current or {}
        self._fields: dict[str, Any] = {}

    def build(self) -> None:
        """Lay out the fields."""
        with ui.element("div").classes("sk-form"):
            for knob in self._knobs:
                value = self._current.get(knob.name, knob.default)
                field = self._field(knob, value)
                self._fields[knob.name] = field.mark(f"field-{knob.name}")
                if knob.help:
                    with field:
                        ui.tooltip(self._told(knob)).props("anchor='top middle' self='bottom middle'")

    def values(self) -> dict[str, Any]:
        """The fields that say something else than the default; unchecked, the owner of the knobs checks them."""
        return filled(self._knobs, {name: field.value for name, field in self._fields.items()})

    def _told(self, knob: Knob) -> str:
        t = self._desk.t
        return t("setting.told", help=t.said(knob.help), range=t.said(knob.range)) if knob.range else t.said(knob.help)

    def _field(self, knob: Knob, value: Any) -> Any:
        label = knob.name + (" *" if knob.required else "")
        if knob.type is bool:
            return ui.switch(label, value=bool(value)).props("dense")
        if knob.choices and not knob.many:
            return ui.select(list(knob.choices), value=value, label=label).props("outlined dense")
        if knob.type in (int, float) and not knob.many:
            step = 1 if knob.type is int else None
            # Not given low and high: NiceGUI would change what was typed when the field is left, where we want to tell.
            return ui.number(label, value=value, step=step).props(self._look(knob))
        told = ",".join(str(part) for part in value) if knob.many and value else (value or "")
        return ui.input(label, value=told).props(self._look(knob))

    def _look(self, knob: Knob) -> str:
        unit = self._desk.t.unit(knob.unit).replace('"', "")
        return "outlined dense" + (f' suffix="{unit}"' if unit and len(unit) < 12 else "")
