"""Journeys: the funnel from a look to a purchase, who turned away with a full cart, and who came back month after month."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from shopkeeper.server.dashboard import cards, pictures
from shopkeeper.server.dashboard.models.customers import journeys
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import tabs, unlearned
from shopkeeper.server.dashboard.pages.customers import converting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.customers.journeys import Cohort, Funnel, Left, LeftBehind, Step

OF = (RUNS, "products")
TABLES = ("funnels", "abandonments", "session_conversion", "cohorts")
N_FUNNELS = 10
N_TITLES = 3
MANY_A_VISIT = ("category", "product")
"""Dimensions of which one visit has several: it goes on with few of those that it looks at."""
UNKNOWN = "unknown"
"""The name under which the table has what was not recorded."""


async def build(desk: Desk) -> None:
    """Lay out the page."""
    whole = await desk.read(("funnel",), lambda view: journeys.funnels(view, "all"), of=OF)
    cohorts = await desk.read(("cohorts",), journeys.cohorts, of=OF)
    left = await desk.read(("left-behind",), journeys.left_behind, of=OF)
    with tabs.head(desk, "journeys", TABLES):
        pass
    if whole:
        dimensions = await desk.read(("dimensions",), journeys.dimensions, of=OF)
        with cards.box("sk-grid sk-1-2 is-even" if dimensions else ""):
            _funnel(desk, whole[0])
            if dimensions:
                await Compared(desk, dimensions).build()
    else:
        with cards.card(desk.t("journeys.funnel")):
            await unlearned.show(
                desk, "customers.funnels", "filter_alt", desk.t("journeys.no_funnel"), desk.t("journeys.no_funnel_next")
            )
    await converting.show(desk)
    if left.n_carts + left.n_checkouts:
        _left(desk, left)
    await _cohorts(desk, cohorts)


def _funnel(desk: Desk, funnel: Funnel) -> None:
    t, f = desk.t, desk.f
    names = [t(f"step.{step.step}") for step in funnel.steps]
    shown = [f"{f.short(step.n_visits)}\n{f.share(step.share_of_first)}" for step in funnel.steps]
    told = [f"{f.number(step.n_visits)} · {f.share(step.share_of_first, 1)}" for step in funnel.steps]
    with cards.card(t("journeys.funnel"), t("journeys.funnel_under")):
        cards.chart(pictures.steps(names, [float(step.n_visits) for step in funnel.steps], shown, told), "sk-stretch")


class Compared:
    """The funnels of the products, categories, devices … beside each other, one row each."""

    def __init__(self, desk: Desk, dimensions: Sequence[str]) -> None:
        self._desk, self._dimensions = desk, dimensions
        self._dimension = dimensions[0]

    async def build(self) -> None:
        """Lay out the card and fill it."""
        t = self._desk.t
        with cards.card(is_flush=True):
            with cards.box("sk-card-head"):
                with cards.box():
                    cards.text(t("journeys.compared"), tag="h2")
                    cards.text(t("journeys.compared_under"), tag="p")
                options = {name: t(f"dimension.{name}") for name in self._dimensions}
                toggle = ui.toggle(options, value=self._dimension, on_change=self._chosen).mark("dimension")
                toggle.props("unelevated dense no-caps toggle-color=teal-8 padding='2px 10px'").classes("sk-toggle")
            self._place = ui.element("div")
        await self._show()

    async def _chosen(self, event: Any) -> None:
        self._dimension = event.value
        await self._show()

    async def _show(self) -> None:
        desk, dimension = self._desk, self._dimension
        found = await desk.read(("funnels", dimension), lambda view: journeys.funnels(view, dimension), of=OF)
        self._place.clear()
        with self._place:
            columns = [(desk.t(f"dimension.{dimension}"), False), (desk.t("step.view"), True)]
            columns += [(desk.t(f"step.{step}"), True) for step in journeys.STEPS[1:]]
            cards.table(columns, [self._row(funnel) for funnel in found[:N_FUNNELS]])
            if dimension in MANY_A_VISIT:
                cards.text(desk.t("journeys.many_a_visit"), "sk-muted sk-small sk-note")

    def _row(self, funnel: Funnel) -> tuple[str | Callable[[], Any], ...]:
        f = self._desk.f
        title = f"{int(funnel.title):02d}:00" if self._dimension == "hour" and funnel.title.isdigit() else funnel.title
        title = self._desk.t("dimension.unknown") if title == UNKNOWN else title
        first = f.number(funnel.steps[0].n_visits)
        return (title, first, *(partial(self._step, step, step.step in funnel.is_worse) for step in funnel.steps[1:]))

    def _step(self, step: Step, is_worse: bool) -> None:
        share = self._desk.f.share(step.share_of_previous)
        if is_worse:
            cards.pill(share, "bad")
        else:
            cards.text(share)


def _left(desk: Desk, left: LeftBehind) -> None:
    t, f = desk.t, desk.f
    counts = {"carts": left.n_carts, "checkouts": left.n_checkouts, "looked": left.n_looked}
    facts = {name: f.number(value) for name, value in counts.items()}
    under = t("journeys.left_under", value=f.money(left.value, whole=True), **facts)
    with cards.card(t("journeys.left"), under, is_flush=True):
        if not left.shown:
            cards.empty("no_accounts", t("journeys.left_unknown"), t("journeys.left_unknown_next"))
            return
        columns = [(t(f"journeys.column_{name}"), name == "value") for name in ("customer", "at", "kind", "products", "value")]
        rows = [
            (
                partial(cards.link, entry.customer_id, f"/customers/{quote(entry.customer_id, safe='')}"),
                f.moment(entry.at),
                t(f"left.{entry.kind}"),
                _named(entry),
                f.money(entry.value),
            )
            for entry in left.shown
        ]
        cards.table(columns, rows)


def _named(entry: Left) -> str:
    titles = [part.title for part in entry.products]
    return ", ".join(titles[:N_TITLES]) + (f" +{len(titles) - N_TITLES}" if len(titles) > N_TITLES else "")


async def _cohorts(desk: Desk, cohorts: Sequence[Cohort]) -> None:
    t, f = desk.t, desk.f
    with cards.card(t("journeys.cohorts"), t("journeys.cohorts_under")):
        if not cohorts:
            await unlearned.show(desk, "customers.cohorts", "calendar_month", t("journeys.no_cohorts"), t("customers.none_next"))
            return
        n_months = max((since for cohort in cohorts for since, *_ in cohort.months), default=0)
        columns = [str(number) for number in range(1, n_months + 1)]
        rows = [f"{cohort.month:%Y-%m} · {f.number(cohort.n_customers)}" for cohort in cohorts]
        cells = [
            _cell(desk, cohort, place, month) for place, cohort in enumerate(cohorts) for month in cohort.months if month[0] > 0
        ]
        top = max((cell.value for cell in cells), default=0.0)
        cards.drawing(pictures.heat(columns, rows, cells, top, corner=t("journeys.months")), "sk-scroll-x")
        if any(not is_over for cohort in cohorts for *_, is_over in cohort.months):
            cards.text("* " + t("journeys.not_over"), "sk-muted sk-small")


def _cell(desk: Desk, cohort: Cohort, place: int, month: tuple[int, float, int, bool]) -> pictures.Cell:
    since, share, n, is_over = month
    t, f = desk.t, desk.f
    told = t("journeys.cell", month=f"{cohort.month:%Y-%m}", since=since, n=f.number(n), share=f.share(share, 1))
    shown, more = ("", "") if is_over else ("*", f"\n{t('journeys.not_over')}")
    return pictures.Cell(since - 1, place, share, f.share(share) + shown, told + more)
