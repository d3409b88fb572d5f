"""Value and churn: how value is spread, whether forecasts came true, and which way of telling churn is best here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.server.dashboard import cards, charts, pictures
from shopkeeper.server.dashboard.models.customers import worth
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import tabs, unlearned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.customers.worth import Comparison, Method, Value

OF = (RUNS,)
TABLES = ("customer_value", "customer_churn", "churn_methods")
PERCENT = "(v) => v == null ? '–' : (100 * v).toFixed(1) + '%'"


async def build(desk: Desk) -> None:
    """Lay out the page."""
    found = await desk.read(("worth",), lambda _view: worth.value(desk.shop), of=OF)
    compared = await desk.read(("churn-methods",), worth.comparisons, of=OF)
    with tabs.head(desk, "worth", TABLES):
        pass
    if found is None:
        with cards.card():
            await unlearned.show(desk, worth.VALUE, "savings", desk.t("worth.none"), desk.t("customers.none_next"))
    else:
        _model(desk, found)
        with cards.box("sk-grid sk-2"):
            _spread(desk, found)
            _top(desk, found)
            if found.has_exam:
                _by_repeats(desk, found)
                _by_week(desk, found)
    if not compared:
        with cards.card():
            await unlearned.show(desk, worth.METHODS, "compare", desk.t("worth.no_methods"), desk.t("customers.none_next"))
    for comparison in compared:
        _compared(desk, comparison)


def _model(desk: Desk, found: Value) -> None:
    t, f, card = desk.t, desk.f, found.card
    held = card.get("held_out")
    with cards.card(t("worth.model", title=card["title"])):
        if held:
            told = t(
                "worth.held_out", days=held["days"], told=f.number(round(held["orders_expected"])),
                actual=f.number(round(held["orders_actual"])), mae=f.number(held["orders_mae"], 2),
                naive=f.number(held["orders_mae_as_before"], 2),
            )  # fmt: skip
            cards.text(told)
        for note in worth.notes(card):
            facts = {name: f.share(value) if name == "share" else str(value) for name, value in note.facts.items()}
            cards.text(t(f"worth.note_{note.kind}", **facts), "sk-muted sk-small")
        parameters = {
            **{f"{name} ({card['title']})": value for name, value in card["parameters"].items()},
            **{f"{name} (Gamma-Gamma)": value for name, value in card["worth_parameters"].items()},
        }
        with ui.expansion(t("worth.parameters")).props("dense"):
            cards.facts([(name, f"{value:.4g}") for name, value in parameters.items()])


def _spread(desk: Desk, found: Value) -> None:
    t, f = desk.t, desk.f
    values = found.drawn["decile_value"].tolist()
    names = [f"{10 * place + 10}%" for place in range(len(values))]
    told = [t("worth.decile_told", n=place + 1, value=f.money(value)) for place, value in enumerate(values)]
    with cards.card(t("worth.deciles"), t("worth.deciles_under", n=found.card["horizon_days"])):
        cards.chart(
            pictures.bars(names, [round(value, 2) for value in values], told, name=t("worth.best_to_last"), money=f.symbol)
        )


def _top(desk: Desk, found: Value) -> None:
    t = desk.t
    share = found.drawn["top_share"].tolist()
    with cards.card(t("worth.top"), t("worth.top_under", share=desk.f.share(share[20]))):
        lines = {t("worth.share"): share, t("worth.equal"): [place / 100 for place in range(101)]}
        drawn = pictures.curves(
            [f"{place}%" for place in range(101)], lines, name=t("worth.best_share"), dashed=(t("worth.equal"),), written=PERCENT,
            has_points=False, is_share=True, every=20,
        )  # fmt: skip
        cards.chart(drawn)


def _by_repeats(desk: Desk, found: Value) -> None:
    t, drawn = desk.t, found.drawn
    names = [
        str(place) if place < len(drawn["repeats_actual"]) - 1 else f"{place}+" for place in range(len(drawn["repeats_actual"]))
    ]
    lines = {t("worth.actual"): drawn["repeats_actual"].tolist(), t("worth.told"): drawn["repeats_expected"].tolist()}
    with cards.card(t("worth.calibration"), t("worth.calibration_under", n=found.card["held_out"]["days"])):
        cards.chart(pictures.curves(names, lines, name=t("worth.repeats")))


def _by_week(desk: Desk, found: Value) -> None:
    t, f = desk.t, desk.f
    days, told, actual, held_out = found.weeks()
    marked = next((place for place, day in enumerate(days) if day >= held_out), None)
    with cards.card(t("worth.tracking"), t("worth.tracking_under", day=f.day(held_out))):
        lines = {t("worth.actual"): actual, t("worth.told"): [round(value, 1) for value in told]}
        names = [f.day(day, year=False) for day in days]
        cards.chart(pictures.curves(names, lines, marked=marked, has_points=False))


def _compared(desk: Desk, comparison: Comparison) -> None:
    t, f = desk.t, desk.f
    under = t(
        f"worth.{comparison.target}_under",
        n=f.number(comparison.n_cases),
        days=comparison.horizon_days,
        share=f.share(comparison.share),
    )
    with cards.box("sk-grid sk-2-1"):
        with cards.card(t(f"worth.{comparison.target}", days=comparison.horizon_days), under, is_flush=True):
            columns = [(t("methods.method"), False), *((t(f"worth.{name}"), name != "auc") for name in worth.MEASURES)]
            span = _span(comparison.methods)
            cards.table(columns, [(partial(_name, desk, row), *_cells(desk, row, span)) for row in comparison.methods])
            if comparison.chosen is not None:
                why = "worth.serves_naive" if comparison.chosen.is_baseline else "worth.serves_best"
                title = t.method(comparison.chosen.method, comparison.chosen.title)
                cards.text(t(why, method=title), "sk-muted sk-small sk-note")
        _reliability(desk, comparison)


def _span(methods: Sequence[Method]) -> tuple[float, float]:
    lows = [row.auc_low for row in methods if row.auc_low is not None]
    return (min([0.5, *lows]), 1.0)


def _name(desk: Desk, row: Method) -> None:
    cards.text(desk.t.method(row.method, row.title), "sk-strong")
    with cards.box("sk-row sk-tags"):
        if row.is_baseline:
            cards.pill(desk.t("methods.naive"))
        if row.is_chosen:
            cards.pill(desk.t("methods.serves"), "good")


def _cells(desk: Desk, row: Method, span: tuple[float, float]) -> list[Any]:
    def plain(name: str) -> str:
        return desk.f.number(row.measures[name], 3)

    return [partial(_auc, desk, row, span) if name == "auc" else plain(name) for name in worth.MEASURES]


def _auc(desk: Desk, row: Method, span: tuple[float, float]) -> None:
    auc = row.measures["auc"]
    cards.text(desk.f.number(auc, 3))
    if auc is not None and row.auc_low is not None and row.auc_high is not None:
        cards.drawing(charts.whisker((row.auc_low, auc, row.auc_high), span, is_strong=row.is_chosen), "sk-mini")


def _reliability(desk: Desk, comparison: Comparison) -> None:
    """What the chosen method told beside what came: where points lie on the dashed line, it is as sure as it should be."""
    t, f = desk.t, desk.f
    chosen = comparison.chosen
    if chosen is None or not chosen.reliability:
        return
    seen = [
        (told, came, t("worth.reliability_told", told=f.share(told), came=f.share(came), n=f.number(n)))
        for told, came, n in chosen.reliability
    ]
    with cards.card(t("worth.reliability"), t("worth.reliability_under", method=desk.t.method(chosen.method, chosen.title))):
        cards.chart(pictures.reliability(seen, across=t("worth.told"), up=t("worth.actual")))
