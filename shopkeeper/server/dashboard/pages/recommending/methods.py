"""Methods: every way of recommending compared on the shop's own past, what is in service, and searching for better ones."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import ui

from shopkeeper.server.dashboard import cards, charts
from shopkeeper.server.dashboard.models.recommending import methods
from shopkeeper.server.dashboard.models.recommending.methods import Comparison, Measured, MethodRow
from shopkeeper.server.dashboard.pages import tabs
from shopkeeper.server.dashboard.pages.recommending import searching
from shopkeeper.server.dashboard.pages.work.running import JobCard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shopkeeper.server.dashboard.desk import Desk

RUNS = ("runs",)
EVALUATE, TUNE = "recommend.evaluate", "recommend.tune"
SHARES = ("coverage", "diversity", "revenue_share", "hit_rate", "recall")


async def build(desk: Desk) -> None:
    """Lay out the page."""
    compared = await desk.read(("methods",), lambda view: methods.rows_of(view, "recommend_methods"), of=RUNS)
    trials = await desk.read(("trials",), lambda view: methods.rows_of(view, "recommend_trials"), of=RUNS)
    ratings = await desk.read(("ratings",), lambda view: methods.rows_of(view, "rating_methods"), of=RUNS)
    policies = await desk.read(("policies",), lambda view: methods.rows_of(view, "policy_values"), of=RUNS)
    service = await desk.work(methods.in_service, desk.shop)
    job = JobCard(desk)
    with tabs.head(desk, "methods"):
        label = desk.t("methods.search_on" if trials else "methods.search")
        cards.button(
            label, lambda: job.start("run", {"task": TUNE, "force": bool(trials)}), look="plain", icon="manage_search"
        ).mark("tune")
        cards.button(desk.t("methods.compare"), lambda: job.start("run", {"task": EVALUATE}), icon="leaderboard").mark("evaluate")
    job.build()
    searching.service(desk, service)
    if compared:
        Compared(desk, compared, service).build()
    else:
        with cards.card(desk.t("methods.title")):
            cards.empty("leaderboard", desk.t("methods.none"), desk.t("methods.none_next"))
    searching.courses(desk, methods.courses(trials))
    searching.policies(desk, methods.policies(policies), str(policies[0]["reward"] or "") if policies else "")
    searching.ratings(desk, methods.ratings(ratings))


class Compared:
    """The card with the table: one row a method, its measures as bars with their intervals, and what it costs."""

    def __init__(self, desk: Desk, rows: Sequence[dict[str, Any]], service: methods.InService | None) -> None:
        self._desk, self._rows, self._service = desk, rows, service
        self._kind = methods.wanted(rows)[0]
        ks = methods.ks(rows)
        self._k = methods.K if methods.K in ks else ks[0]

    def build(self) -> None:
        """Lay out the card."""
        t = self._desk.t
        with cards.card(is_flush=True, classes="sk-compared"):
            with cards.box("sk-card-head"):
                with cards.box():
                    cards.text(t("methods.title"), tag="h2")
                    self._under = cards.text("", tag="p")
                with cards.box("sk-row"):
                    kinds = {kind: t(f"wanted.{kind}") for kind in methods.wanted(self._rows)}
                    self._toggle(kinds, self._kind, "_kind").mark("wanted")
                    ks = {k: f"@{k}" for k in methods.ks(self._rows)}
                    self._toggle(ks, self._k, "_k").mark("k")
            self._place = ui.element("div")
        self._show()

    def _toggle(self, options: dict[Any, str], value: Any, name: str) -> ui.toggle:
        def chosen(event: Any) -> None:
            setattr(self, name, event.value)
            self._show()

        toggle = ui.toggle(options, value=value, on_change=chosen)
        toggle.props("unelevated dense no-caps toggle-color=teal-8 padding='2px 10px'").classes("sk-toggle")
        return toggle

    def _show(self) -> None:
        desk = self._desk
        found = methods.compared(self._rows, self._kind, self._k)
        self._under.text = desk.t("methods.under", n=desk.f.number(found.n_cases), k=self._k)
        self._place.clear()
        with self._place:
            self._table(found)
            for row in found.left_out:
                with cards.box("sk-item"):
                    ui.icon("do_not_disturb_on").classes("sk-muted")
                    with cards.box():
                        cards.text(desk.t.method(row.method, row.title), tag="b")
                        cards.text(desk.t.said(row.note or "") or desk.t("methods.not_judged"), tag="small")

    def _table(self, found: Comparison) -> None:
        t = self._desk.t
        shown = [name for name in methods.MEASURES if found.tops[name] > 0.0]
        columns = [(t("methods.method"), False), *((t(f"measure_of.{name}"), False) for name in shown)]
        columns += [(t(f"methods.{name}"), True) for name in ("learn_seconds", "answer_ms", "model_mb")]
        rows = [(partial(self._name, row), *self._cells(row, found, shown), *self._costs(row)) for row in found.rows]
        with cards.box("sk-wide"):
            cards.table(columns, rows)

    def _cells(self, row: MethodRow, found: Comparison, shown: Sequence[str]) -> list[Callable[[], Any]]:
        return [
            partial(self._cell, row.measures.get(name), found.tops[name], name, is_best=row.is_best) for name in shown
        ]  # fmt: skip

    def _costs(self, row: MethodRow) -> tuple[str | Callable[[], Any], ...]:
        f = self._desk.f
        learn = "–" if row.learn_seconds is None else f.seconds(row.learn_seconds)
        answer = "–" if row.answer_ms is None else f.seconds(row.answer_ms / 1000.0)
        return learn, answer, partial(self._memory, row)

    def _name(self, row: MethodRow) -> None:
        t = self._desk.t
        with cards.box("sk-method"):
            cards.text(t.method(row.method, row.title), "sk-strong")
            with cards.box("sk-row sk-tags"):
                if row.is_best:
                    cards.pill(t("methods.best"), "accent")
                if row.method in methods.BASELINES:
                    cards.pill(t("methods.naive"))
                if self._service is not None and row.method == self._service.method:
                    cards.pill(t("methods.serves"), "good")
                elif row.verdict and not row.is_naive and row.method not in methods.BASELINES and not row.is_best:
                    tone = {"better": "good", "worse": "bad"}.get(row.verdict, "warn")
                    cards.pill(t(f"verdict.{row.verdict.replace(' ', '_')}"), tone)
            if row.parameters:
                told = "\n".join(f"{name}: {value}" for name, value in row.parameters.items())
                ui.tooltip(told).classes("sk-lines-tip")

    def _cell(self, measured: Measured | None, top: float, name: str, *, is_best: bool) -> None:
        if measured is None:
            cards.text("–", "sk-muted")
            return
        f = self._desk.f
        with cards.box("sk-measured"):
            told = f.share(measured.value, 1) if name in SHARES else f.number(measured.value, 2 if name == "novelty_bits" else 3)
            cards.text(told, "sk-strong" if is_best else "")
            svg = charts.whisker(
                (measured.low, measured.value, measured.high), (0.0, top * 1.02), is_strong=is_best, is_bar=True
            )  # fmt: skip
            cards.drawing(svg, "sk-mini")
            if measured.high > measured.low:
                ui.tooltip(self._desk.t("methods.interval", low=f.score(measured.low), high=f.score(measured.high)))

    def _memory(self, row: MethodRow) -> None:
        f = self._desk.f
        cards.text("–" if row.model_mb is None else f.bytes(row.model_mb * 1e6))
        if row.learn_memory_mb:
            cards.text(self._desk.t("methods.learn_memory", size=f.bytes(row.learn_memory_mb * 1e6)), "sk-muted sk-small")
