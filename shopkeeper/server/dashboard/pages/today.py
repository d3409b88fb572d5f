"""Today: what happened in the last week and on the last day, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.server.dashboard import cards, charts
from shopkeeper.server.dashboard.models import today
from shopkeeper.server.dashboard.models.todo import Todo, todo

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

TRADE = ("order_lines",)
DAILY = ("daily",)
ICONS = {
    "import_first": "upload_file", "never_learned": "school", "refused": "block", "failed": "error_outline",
    "outdated": "update", "not_promoted": "trending_down", "out_of_stock": "inventory_2", "returns": "assignment_return",
    "rejected": "rule", "rules_problem": "push_pin", "rules_ended": "event_busy",
    "never_learned_many": "school", "outdated_many": "update", "at_risk": "hourglass_bottom", "left_behind": "shopping_cart",
}  # fmt: skip


async def build(desk: Desk) -> None:
    """Lay out the page."""
    shop = desk.shop
    days = await desk.read(DAILY, today.daily, of=TRADE)
    found = await desk.read(("today",), lambda view: today.read(view, shop.time_zone, days), of=(*TRADE, "products"))
    todos = await desk.read(("todo",), lambda view: todo(shop, view, found.newest_day))
    under = desk.t("today.under", day=desk.f.day(found.newest_day)) if found.newest_day else ""
    with cards.head(desk.t("page.today"), under):
        pass
    if found.newest_day is None:
        with cards.card():
            cards.empty("storefront", desk.t("today.empty"), desk.t("today.empty_next"),
                        label=desk.t("data.import"), target="/import")  # fmt: skip
        return
    with cards.box("sk-grid sk-4"):
        for week, day in zip(found.week, found.day, strict=True):
            _tile(desk, week, day, after_returns=found.after_returns if week.name == "revenue" else None)
    with cards.box("sk-grid sk-2-1"):
        _course(desk, days)
        _todos(desk, todos)
    _top_products(desk, found.top_products)


def _tile(desk: Desk, week: today.Measure, day: today.Measure, after_returns: float | None) -> None:
    def write(measure: today.Measure, value: float) -> str:
        return desk.f.money(value, whole=True) if measure.is_money else desk.f.number(value)

    with cards.card(classes="sk-tile"):
        with cards.box("name"):
            cards.text(desk.t(f"measure.{week.name}"), tag="span")
            cards.text(desk.t("today.seven_days"), tag="span")
        cards.text(write(week, week.value), "value")
        with cards.box("before"):
            cards.change_pill(desk, week.change, rising_is_good=week.rising_is_good)
            cards.text(desk.t("today.before", value=write(week, week.before)), tag="span")
        if after_returns is not None and after_returns != week.value:
            cards.text(desk.t("today.after_returns", value=write(week, after_returns)), "before")
        cards.drawing(charts.spark(week.days), "spark")
        with cards.box("day"):
            cards.text(desk.t("today.last_day"), tag="span")
            with cards.box("sk-row"):
                cards.text(write(day, day.value), tag="b")
                if day.value or day.before:
                    cards.change_pill(desk, day.change, rising_is_good=day.rising_is_good)


def _course(desk: Desk, trade: today.Days) -> None:
    def options(span_days: int) -> dict[str, object]:
        found = today.course(trade, span_days)
        lines = [(desk.t("today.average"), found.average, False)]
        if any(value is not None for value in found.average_before):
            lines.append((desk.t("today.average_before"), found.average_before, True))
        days = charts.day_labels(found.dates, desk.f.day)
        return charts.course(days, found.revenue, lines, bar_name=desk.t("today.a_day"), money=desk.f.symbol)

    def show(span_days: int) -> None:
        chart.options.clear()
        chart.options.update(options(span_days))
        chart.update()

    with cards.card(desk.t("today.course"), desk.t("today.course_under")) as element:
        spans = {span: desk.t(f"today.span_{span}") for span in today.SPANS_DAYS}
        toggle = ui.toggle(spans, value=today.SPANS_DAYS[-1], on_change=lambda event: show(event.value))
        toggle.props("unelevated dense no-caps toggle-color=teal-8 padding='2px 10px'").classes("sk-toggle")
        toggle.move(element.default_slot.children[0])
        chart = cards.chart(options(today.SPANS_DAYS[-1]))


def _todos(desk: Desk, todos: tuple[Todo, ...]) -> None:
    with cards.card(desk.t("todo.title"), desk.t("todo.under"), is_flush=True):
        if not todos:
            cards.empty("task_alt", desk.t("todo.nothing"), desk.t("todo.nothing_next"))
        with cards.box("sk-list"):
            for entry in todos:
                with cards.box("sk-item", "a") as item:
                    item.props["href"] = entry.link
                    ui.icon(ICONS[entry.kind]).classes("sk-bad" if entry.is_urgent else "sk-warn")
                    with cards.box("sk-grow"):
                        facts = {name: _fact(desk, name, value) for name, value in entry.facts.items()}
                        if "question" in facts:
                            facts["question"] = desk.t.declared(facts["task"], facts["question"])
                        if "why" in facts:
                            facts["why"] = desk.t.said(facts["why"])
                        cards.text(desk.t(f"todo.{entry.kind}", **facts), tag="b")
                        cards.text(desk.t(f"todo.{entry.kind}_why", **facts), tag="small")
                    ui.icon("chevron_right").classes("sk-muted")


def _fact(desk: Desk, name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    return desk.f.money(value, whole=True) if name == "value" else desk.f.number(value)


def _top_products(desk: Desk, products: tuple[today.TopProduct, ...]) -> None:
    with cards.card(desk.t("today.top"), desk.t("today.top_under"), is_flush=True):
        columns = [(desk.t("word.product"), False), (desk.t("word.pieces"), True), (desk.t("measure.revenue"), True),
                   (desk.t("today.against"), True)]  # fmt: skip
        rows = [
            (
                lambda product=product: cards.link(product.title, f"/recommend?product={product.product_id}"),
                desk.f.number(product.units, 0),
                desk.f.money(product.revenue, whole=True),
                lambda product=product: cards.change_pill(desk, product.change, rising_is_good=True),
            )
            for product in products
        ]
        cards.table(columns, rows)
