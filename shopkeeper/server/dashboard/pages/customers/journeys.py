"""Journeys: the funnel from a look to a purchase, who turned away with a full cart, and who came back month after month."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from shopkeeper.server.dashboard import cards, pictures
from shopkeeper.server.dashboard.models.customers import journeys
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import tabs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.customers.journeys import Cohort, Funnel, Left, Step

OF = (RUNS, "products")
N_FUNNELS = 15
N_TITLES = 3


async def build(desk: Desk) -> None:
    """Lay out the page."""
    whole = await desk.read(("funnel",), lambda view: journeys.funnels(view, "all"), of=OF)
    cohorts = await desk.read(("cohorts",), journeys.cohorts, of=OF)
    n_left, worth, left = await desk.read(("left-behind",), journeys.left_behind, of=OF)
    with tabs.head(desk, "journeys"):
        for table in ("funnels", "cohorts", "abandonments"):
            cards.export(desk, table, told=table)
    if whole:
        with cards.box("sk-grid sk-1-2"):
            _funnel(desk, whole[0])
            await Compared(desk).build()
    else:
        with cards.card(desk.t("journeys.funnel")):
            cards.empty("filter_alt", desk.t("journeys.no_funnel"), desk.t("journeys.no_funnel_next"))
    if n_left:
        _left(desk, n_left, worth, left)
    _cohorts(desk, cohorts)


def _funnel(desk: Desk, funnel: Funnel) -> None:
    t, f = desk.t, desk.f
    names = [t(f"step.{step.step}") for step in funnel.steps]
    told = [f"{f.number(step.n_visits)} · {f.share(step.share_of_first, 1)}" for step in funnel.steps]
    with cards.card(t("journeys.funnel"), t("journeys.funnel_under")):
        cards.chart(pictures.steps(names, [float(step.n_visits) for step in funnel.steps], told))


class Compared:
    """The funnels of the products, categories, devices … beside each other, one row each."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._dimension = journeys.DIMENSIONS[0]

    async def build(self) -> None:
        """Lay out the card and fill it."""
        t = self._desk.t
        with cards.card(is_flush=True):
            with cards.box("sk-card-head"):
                with cards.box():
                    cards.text(t("journeys.compared"), tag="h2")
                    cards.text(t("journeys.compared_under"), tag="p")
                options = {name: t(f"dimension.{name}") for name in journeys.DIMENSIONS}
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
            if not found:
                cards.empty("filter_alt_off", desk.t("journeys.nothing"), desk.t("journeys.no_funnel_next"))
                return
            columns = [(desk.t(f"dimension.{dimension}"), False), (desk.t("step.view"), True)]
            columns += [(desk.t(f"step.{step}"), True) for step in journeys.STEPS[1:]]
            cards.table(columns, [self._row(funnel) for funnel in found[:N_FUNNELS]])

    def _row(self, funnel: Funnel) -> tuple[str | Callable[[], Any], ...]:
        f = self._desk.f
        title = f"{int(funnel.title):02d}:00" if self._dimension == "hour" and funnel.title.isdigit() else funnel.title
        first = f.number(funnel.steps[0].n_visits)
        return (title, first, *(partial(self._step, step, step.step in funnel.is_worse) for step in funnel.steps[1:]))

    def _step(self, step: Step, is_worse: bool) -> None:
        share = self._desk.f.share(step.share_of_previous)
        if is_worse:
            cards.pill(share, "bad")
        else:
            cards.text(share)


def _left(desk: Desk, n_left: int, worth: float, left: Sequence[Left]) -> None:
    t, f = desk.t, desk.f
    under = t("journeys.left_under", n=f.number(n_left), value=f.money(worth, whole=True))
    with cards.card(t("journeys.left"), under, is_flush=True):
        if not left:
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
            for entry in left
        ]
        cards.table(columns, rows)


def _named(entry: Left) -> str:
    titles = [part.title for part in entry.products]
    return ", ".join(titles[:N_TITLES]) + (f" +{len(titles) - N_TITLES}" if len(titles) > N_TITLES else "")


def _cohorts(desk: Desk, cohorts: Sequence[Cohort]) -> None:
    t, f = desk.t, desk.f
    with cards.card(t("journeys.cohorts"), t("journeys.cohorts_under")):
        if not cohorts:
            cards.empty("calendar_month", t("journeys.no_cohorts"), t("customers.none_next"))
            return
        columns = [str(number) for number in range(1, journeys.N_MONTHS)]
        rows = [f"{cohort.month:%Y-%m} · {f.number(cohort.n_customers)}" for cohort in cohorts]
        cells = []
        top = 0.0
        for place, cohort in enumerate(cohorts):
            for since, share, n, is_over in cohort.months:
                if since == 0:
                    continue
                top = max(top, share)
                told = t("journeys.cell", month=f"{cohort.month:%Y-%m}", since=since, n=f.number(n), share=f.share(share, 1))
                shown = f.share(share) + ("" if is_over else "*")
                cells.append((since - 1, place, round(share, 4), shown, told if is_over else f"{told}\n{t('journeys.not_over')}"))
        cards.chart(pictures.heat(columns, rows, cells, top), "sk-heat")
