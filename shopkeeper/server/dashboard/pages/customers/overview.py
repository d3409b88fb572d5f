"""Overview: stages of life, how customers move between them, what they are worth, and whom to write to now."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from shopkeeper.server.dashboard import cards, pictures
from shopkeeper.server.dashboard.models.customers import overview
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import tabs, unlearned
from shopkeeper.server.dashboard.pages.picker import Picker

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from shopkeeper.server.dashboard.desk import Desk

TASK = "customers.profiles"
OF = (RUNS,)
TABLES = ("customer_profiles", "customer_life_cycle", "segment_flows")
COLORS = {"new": 2, "active": 5, "loyal": 0, "returned": 3, "at_risk": 1, "lapsed": 4, overview.FIRST_SEEN: 9}
"""Places in SERIES; `static/dashboard.css` gives the pills of the stages the same colors."""
LATE = "about_to_leave"
"""The segment that comes with Shopkeeper and has those who are late."""
ORDER = (overview.FIRST_SEEN, *overview.STAGES)


async def build(desk: Desk) -> None:
    """Lay out the page."""
    totals = await desk.read(("customer-totals",), overview.totals, of=OF)
    with tabs.head(desk, "overview", TABLES):
        pass
    _find(desk)
    if totals is None:
        with cards.card():
            await unlearned.show(desk, TASK, "groups", desk.t("customers.none"), desk.t("customers.none_next"))
        return
    stages = await desk.read(("stages",), overview.stages, of=OF)
    flows = await desk.read(("stage-flows",), overview.flows, of=OF)
    named = await desk.read(("worth-a-word",), overview.worth_a_word, of=(*OF, "customers"))
    _tiles(desk, totals)
    with cards.box("sk-grid sk-1-2 is-even"):
        await _stages(desk, stages)
        await _flows(desk, flows)
    _named(desk, named)


def _find(desk: Desk) -> None:
    async def open_page(customer_id: str, _title: str) -> None:
        ui.navigate.to(f"/customers/{quote(customer_id, safe='')}")

    with cards.card(classes="sk-find"):
        Picker(desk, "customer", desk.t("customers.find"), open_page).build()


def _tiles(desk: Desk, totals: overview.Totals) -> None:
    t, f = desk.t, desk.f
    repeat = totals.n_repeat / totals.n_customers
    tiles = [
        (t("customers.buyers"), f.number(totals.n_customers), t("customers.repeat", share=f.share(repeat))),
        (t("customers.value_12m"), f.money(totals.value_12m, whole=True), t("customers.value_12m_under")),
    ]
    if totals.n_buying is not None:
        share = f.share(totals.n_buying / totals.n_customers)
        name = t("customers.buying", n=totals.buys_within_days)
        tiles.append((name, f.number(round(totals.n_buying)), t("customers.buying_under", share=share)))
    if totals.expected_value is not None:
        days = t("customers.expected_under", n=totals.horizon_days)
        tiles.append((t("customers.expected"), f.money(totals.expected_value, whole=True), days))
    with cards.box("sk-grid sk-4"):
        for name, value, under in tiles:
            with cards.card(classes="sk-tile"):
                with cards.box("name"):
                    cards.text(name, tag="span")
                cards.text(value, "value")
                cards.text(under, "before")


def stage_pill(desk: Desk, stage: str) -> None:
    """A stage of life in its own color."""
    cards.pill(desk.t(f"stage.{stage}"), f"stage-{stage}")


async def _stages(desk: Desk, stages: Sequence[overview.Stage]) -> None:
    t, f = desk.t, desk.f
    with cards.card(t("customers.stages"), t("customers.stages_under"), is_flush=True), cards.box("sk-list"):
        if not stages:
            await unlearned.show(desk, "customers.life_cycle", "timeline", t("customers.no_stages"), t("customers.none_next"))
        for stage in stages:
            with cards.box("sk-item"), cards.box("sk-grow"):
                with cards.box("sk-row sk-between"):
                    stage_pill(desk, stage.name)
                    cards.text(f"{f.number(stage.n_customers)} · {f.share(stage.share)}", "sk-strong", "span")
                with cards.box("sk-bar"), cards.box("track"):
                    cards.text("", f"fill is-stage-{stage.name}").style(f"width: {stage.share:.1%}")
                cards.text(t(f"stage.{stage.name}_do"), "sk-muted sk-small")
                worth = t("customers.stage_worth", value=f.money(stage.value_12m, whole=True))
                if stage.expected_value is not None:
                    worth += " " + t("customers.stage_expected", value=f.money(stage.expected_value, whole=True))
                cards.text(worth, "sk-small")


async def _flows(desk: Desk, flows: Sequence[overview.Flow]) -> None:
    t = desk.t
    with cards.card(t("customers.flows"), t("customers.flows_under")):
        if not flows:
            await unlearned.show(desk, "customers.flows", "moving", t("customers.no_flows"), t("customers.none_next"))
            return
        months = sorted({flow.month for flow in flows})
        running = {flow.month for flow in flows if not flow.is_complete}
        with cards.box("sk-scroll-x"), cards.box("sk-flows"):
            with cards.box("sk-months"):
                for name in (t("customers.before"), *(f"{month:%Y-%m}" + ("*" if month in running else "") for month in months)):
                    cards.text(name, tag="span")
            cards.chart(_sankey(desk, flows, months), "sk-stretch")
        if running:
            cards.text("* " + t("journeys.not_over"), "sk-muted sk-small")


def _sankey(desk: Desk, flows: Sequence[overview.Flow], months: Sequence[date]) -> dict[str, Any]:
    t, f = desk.t, desk.f
    names = {stage: t(f"stage.{stage}") if stage else t("customers.first_seen") for stage in ORDER}
    ends = {(months.index(flow.month) + step, stage) for flow in flows for step, stage in enumerate((flow.source, flow.target))}
    nodes = [
        pictures.Node(f"{depth}:{stage}", names[stage] if depth == len(months) else "", names[stage], depth, COLORS[stage])
        for depth, stage in sorted(ends, key=lambda end: (end[0], ORDER.index(end[1])))
    ]
    links = []
    for flow in flows:
        depth = months.index(flow.month)
        told = t("customers.flow", month=f"{flow.month:%Y-%m}", source=names[flow.source], target=names[flow.target],
                 n=f.number(flow.n_customers))  # fmt: skip
        links.append((f"{depth}:{flow.source}", f"{depth + 1}:{flow.target}", float(flow.n_customers), told))
    return pictures.flows(nodes, links)


def _named(desk: Desk, named: Sequence[overview.Named]) -> None:
    t, f = desk.t, desk.f
    with cards.card(t("customers.worth_a_word"), t("customers.worth_a_word_under"), is_flush=True) as element:
        if not named:
            cards.empty("sentiment_satisfied", t("customers.nobody"), t("customers.nobody_next"))
            return
        with element.default_slot.children[0]:
            cards.link_button(t("customers.all_late"), f"/customers/segments?segment={LATE}", is_primary=False, icon="label")
        names = ("customer", "expected", "before", "quiet", "usual", "buys")
        columns = [(t(f"customers.column_{name}"), name != "customer") for name in names]
        rows = [
            (
                partial(cards.link, row.customer_id, f"/customers/{quote(row.customer_id, safe='')}"),
                f.money(row.expected_value, whole=True),
                f.money(row.value_12m, whole=True),
                t("customers.days", n=f.number(round(row.recency_days))),
                t("customers.days", n=f.number(round(row.usual_gap_days))) if row.usual_gap_days else "–",
                f.share(row.p_buys),
            )
            for row in named
        ]
        cards.table(columns, rows)
