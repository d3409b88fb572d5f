"""The pieces that pages are laid out with: text, cards, tiles, pills, empty states, problems. Nothing here reads a shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from shopkeeper.core.errors import ShopkeeperError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shopkeeper.server.dashboard.desk import Desk


def text(content: str, classes: str = "", tag: str = "div") -> TextElement:
    """A piece of text in an element of its own; it is never read as HTML."""
    element = TextElement(tag=tag, text=content)
    if classes:
        element.classes(classes)
    return element


def link(label: str, target: str, classes: str = "") -> TextElement:
    """A link within the dashboard."""
    element = text(label, classes, "a")
    element.props["href"] = target
    return element


@contextmanager
def box(classes: str = "", tag: str = "div") -> Iterator[ui.element]:
    """An element to put others into."""
    with ui.element(tag).classes(classes) as element:
        yield element


@contextmanager
def card(title: str = "", under: str = "", *, classes: str = "", is_flush: bool = False) -> Iterator[ui.element]:
    """A card with a heading; ``is_flush`` lets lists and tables reach its edges."""
    with ui.element("section").classes(f"sk-card {classes}" + (" is-flush" if is_flush else "")) as element:
        if title:
            heading(title, under)
        yield element


def heading(title: str, under: str = "") -> None:
    """A card's heading with a line under it."""
    with box("sk-card-head"), box():
        text(title, tag="h2")
        if under:
            text(under, tag="p")


@contextmanager
def head(title: str, under: str = "", *, crumbs: Sequence[tuple[str, str]] = ()) -> Iterator[ui.element]:
    """A page's title with a line under it; what is put into it stands at its right."""
    with box("sk-head"):
        with box():
            if crumbs:
                with box("sk-crumb"):
                    for label, target in crumbs:
                        with box(tag="a") as crumb:
                            crumb.props["href"] = target
                            ui.icon("chevron_left")
                            text(label, tag="span")
            text(title, tag="h1")
            if under:
                text(under, tag="p")
        with box("sk-actions") as actions:
            yield actions


def pill(label: str, tone: str = "") -> TextElement:
    """A short word on a colored ground; tone is good, bad, warn, accent or nothing."""
    return text(label, "sk-pill" + (f" is-{tone}" if tone else ""), "span")


def changing_pill() -> TextElement:
    """A pill whose word and tone change later; see `set_pill`."""
    return text("", "sk-pill", "span")


def set_pill(element: TextElement, label: str, tone: str) -> None:
    """Give a pill another word and tone."""
    element.text = label
    element.classes(replace="sk-pill" + (f" is-{tone}" if tone else ""))


def change_pill(desk: Desk, change: float | None, *, rising_is_good: bool) -> None:
    """A relative change, green where it is welcome and red where it is not."""
    if change is None:
        pill(desk.t("today.new"))
        return
    is_flat = abs(change) < 0.0005
    tone = "" if is_flat else ("good" if (change > 0) == rising_is_good else "bad")
    pill(desk.f.change(change), tone)


def empty(icon: str, title: str, what_next: str, *, label: str = "", target: str = "") -> None:
    """What a place says that has nothing to show yet: why, and what to do next."""
    with box("sk-empty"):
        ui.icon(icon)
        text(title, tag="b")
        text(what_next)
        if target:
            link_button(label, target)


def link_button(label: str, target: str, *, is_primary: bool = True, icon: str = "") -> ui.button:
    """A button that is a link: it can be opened in another tab."""
    button = ui.button(label, icon=icon or None, color=None).props("unelevated no-caps tag=a")
    button.props["href"] = target
    return button.classes("sk-primary" if is_primary else "sk-plain")


def export(desk: Desk, table: str) -> ui.button:
    """A button that hands out a whole table as CSV."""
    made = link_button(desk.t("table.export"), _csv(table), is_primary=False, icon="download")
    made.props["download"] = f"{table}.csv"
    return made


def exports(desk: Desk, tables: Sequence[tuple[str, str]]) -> None:
    """A button that opens a list of tables (name, what it holds), each of which it hands out as CSV."""
    with (
        ui.button(desk.t("table.export"), icon="download", color=None).props("unelevated no-caps").classes("sk-plain"),
        ui.menu(),
    ):
        for table, meaning in tables:
            with ui.element("a").classes("sk-hit sk-export") as entry:
                entry.props["href"], entry.props["download"] = _csv(table), f"{table}.csv"
                text(table, "sk-strong", "span")
                text(meaning, "sk-muted sk-small")


def _csv(table: str) -> str:
    return f"/api/tables/{table}?format=csv"


def button(label: str, on_click: Callable[..., Any], *, look: str = "primary", icon: str = "") -> ui.button:
    """A button; look is primary, plain or danger."""
    return ui.button(label, on_click=on_click, icon=icon or None, color=None).props("unelevated no-caps").classes(f"sk-{look}")


def problem(desk: Desk, error: ShopkeeperError | Mapping[str, Any]) -> None:
    """An error in its four parts, in the reader's language: what, got, wanted, next."""
    parts = error.as_problem() if isinstance(error, ShopkeeperError) else error
    with ui.element("section").classes("sk-card sk-problem").props('role="alert"'):
        with box("sk-row"):
            ui.icon("error_outline").classes("sk-bad").style("font-size: 22px")
            text(desk.t.said(str(parts.get("title", ""))), tag="h2")
        with ui.element("dl"):
            for name in ("got", "wanted", "next"):
                if parts.get(name):
                    text(desk.t(f"error.{name}"), tag="dt")
                    text(desk.t.said(str(parts[name]), may_be_data=name == "got"), tag="dd")


def facts(rows: Sequence[tuple[str, str]]) -> None:
    """Names and values in two columns."""
    with box("sk-facts"):
        for name, value in rows:
            text(name)
            text(value)


def table(columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str | Callable[[], Any]]]) -> None:
    """A short table: columns are (label, whether numbers); a cell is a text or a function that fills it."""
    with box("sk-table-wrap"), ui.element("table").classes("sk-table"):
        with ui.element("thead"), ui.element("tr"):
            for label, is_number in columns:
                text(label, "num" if is_number else "", "th")
        with ui.element("tbody"):
            for row in rows:
                with ui.element("tr"):
                    for cell, (_, is_number) in zip(row, columns, strict=True):
                        classes = "num" if is_number else ""
                        if isinstance(cell, str):
                            text(cell, classes, "td")
                        else:
                            with box(classes, "td"):
                                cell()


def chart(options: Mapping[str, Any], classes: str = "") -> ui.echart:
    """An ECharts picture as SVG in the mode's colors."""
    return ui.echart(dict(options), renderer="svg").classes(f"sk-chart {classes}")


def drawing(svg: str, classes: str) -> None:
    """A drawing of our own, of numbers or of texts that were escaped: SVG, or a heat map's table."""
    ui.html(svg, sanitize=False).classes(classes)
