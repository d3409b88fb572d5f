"""A number from 0 to 1 as a slider, which may also be left open: then it is what somebody else says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.server.dashboard import cards

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

STEP = 0.05


class Slider:
    """The slider with its label and value; ``usual`` is what holds while it is left open, None where it cannot be."""

    def __init__(
        self, desk: Desk, name: str, label: str, on_change: Callable[[float | None], Awaitable[None]], *, help: str = ""
    ) -> None:
        self._desk, self._name, self._label, self._help, self._on_change = desk, name, label, help, on_change
        self._is_quiet = False

    def build(self, value: float | None, usual: float | None) -> None:
        """Lay out label, value and slider."""
        self._usual = usual
        with cards.box("sk-slider"):
            with cards.box("sk-row sk-between sk-nowrap"):
                label = cards.text(self._label, "sk-small sk-clip", "span")
                with label:
                    ui.tooltip(self._help or self._label)
                with cards.box("sk-row sk-nowrap sk-slider-told"):
                    self._told = cards.text("", "sk-small sk-strong", "span")
                    self._open = ui.button(icon="restart_alt", on_click=self._leave_open, color=None)
                    self._open.props(f'flat dense round size=xs aria-label="{self._desk.t("slider.leave")}"').mark(
                        f"open-{self._name}"
                    )
                    with self._open:
                        ui.tooltip(self._desk.t("slider.leave"))
            shown = (usual or 0.0) if value is None else value
            self._slider = ui.slider(min=0, max=1, step=STEP, value=shown, on_change=self._moved)
            self._slider.props(f'aria-label="{self._label}"').mark(f"slider-{self._name}")
        self._say(value)

    def _say(self, value: float | None) -> None:
        is_open = value is None
        self._open.visible = not is_open and self._usual is not None
        number = self._desk.f.number(self._usual if is_open else value, 2)
        self._told.text = self._desk.t("slider.usual", value=number) if is_open else number
        self._told.classes(replace="sk-small " + ("sk-muted" if is_open else "sk-strong"))

    async def _moved(self, event: Any) -> None:
        if not self._is_quiet:
            self._say(float(event.value))
            await self._on_change(float(event.value))

    async def _leave_open(self) -> None:
        self._is_quiet = True
        self._slider.set_value(self._usual or 0.0)
        self._is_quiet = False
        self._say(None)
        await self._on_change(None)
