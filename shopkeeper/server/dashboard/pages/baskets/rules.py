"""Rules: what in a basket tells what else is in it, as a network and as a table."""

from __future__ import annotations

from functools import partial
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from shopkeeper.server.dashboard import cards, pictures
from shopkeeper.server.dashboard.models.baskets import rules
from shopkeeper.server.dashboard.models.baskets.layout import layout
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import pager, tabs, unlearned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.baskets.rules import Node, Part, Rule

TABLES, TASK = ("basket_rules", "frequent_itemsets"), "baskets.rules"
PAGE_ROWS = 25
OF = (RUNS, "products")
LINE_LETTERS = 19
ABOVE = 12.0
"""Pixels that a point stands above the middle of its box."""
SURE = 0.0001
"""Below this, how small a chance is says nothing more."""


async def build(desk: Desk) -> None:
    """Lay out the page."""
    levels = await desk.read(("basket-levels",), rules.levels, of=OF)
    with tabs.head(desk, "basket_rules", TABLES):
        pass
    if not levels:
        with cards.card():
            await unlearned.show(desk, TASK, "hub", desk.t("baskets.no_rules"), desk.t("baskets.no_rules_next"))
        return
    await Rules(desk, levels).build()


class Rules:
    """Level, search and kind above; the network and the table of the rules that are left below."""

    def __init__(self, desk: Desk, levels: tuple[str, ...]) -> None:
        self._desk, self._levels = desk, levels
        self._level, self._typed, self._only, self._offset = levels[0], "", "all", 0

    async def build(self) -> None:
        """Lay out the cards and fill them."""
        t = self._desk.t
        with cards.box("sk-row"):
            choices = {level: t(f"baskets.level_{level}") for level in self._levels}
            self._toggle(choices, "_level").mark("level")
            self._toggle({name: t(f"baskets.only_{name}") for name in ("all", "new", "faded")}, "_only").mark("only")
            find = ui.input(placeholder=t("baskets.find"), on_change=self._search).classes("sk-search").mark("find-rule")
            find.props("outlined dense clearable debounce=250")
        self._place = ui.element("div").classes("sk-stack")
        await self._show()

    def _toggle(self, options: dict[str, str], name: str) -> ui.toggle:
        async def chosen(event: Any) -> None:
            setattr(self, name, event.value)
            self._offset = 0
            await self._show()

        toggle = ui.toggle(options, value=getattr(self, name), on_change=chosen)
        return toggle.props("unelevated dense no-caps toggle-color=teal-8 padding='2px 10px'").classes("sk-toggle")

    async def _search(self, event: Any) -> None:
        self._typed, self._offset = event.value or "", 0
        await self._show()

    async def _turn(self, by: int) -> None:
        self._offset = max(0, self._offset + by)
        await self._show()

    async def _show(self) -> None:
        desk, level = self._desk, self._level
        every = await desk.read(("basket-rules", level), lambda view: rules.rules(view, level), of=OF)
        found = rules.matching(every, self._typed, only=self._only)
        self._place.clear()
        with self._place:
            self._network(found)
            self._table(found)

    def _network(self, found: Sequence[Rule]) -> None:
        t = self._desk.t
        if not found:
            return
        nodes, edges = rules.network(found)
        laid = layout([node.part.key for node in nodes], [(edge.source, edge.target) for edge in edges])
        dots = [self._dot(node, *laid.places[node.part.key]) for node in nodes]
        arrows = [(edge.source, edge.target, edge.strength, self._sentence(edge.rule)) for edge in edges]
        drawn = pictures.network(dots, arrows, width=laid.width, height=laid.height)
        with cards.card(t("baskets.network"), t("baskets.network_under", n=len(edges))), cards.box("sk-scroll-x"):
            chart = cards.chart(drawn, "sk-network")
            chart.style(f"height: {laid.height:.0f}px; width: {laid.width:.0f}px; flex: none; margin: 0 auto")

    def _dot(self, node: Node, x: float, y: float) -> pictures.Dot:
        """The point in the upper part of its box: its label stands below it."""
        told = f"{node.part.title}\n{self._desk.t('baskets.arrows', n=node.n_rules)}"
        return pictures.Dot(node.part.key, _label(node.part.title), told, node.size, x, y - ABOVE)

    def _sentence(self, rule: Rule) -> str:
        t, f = self._desk.t, self._desk.f
        return t(
            "baskets.sentence", first=_titles(rule.antecedent), other=_titles(rule.consequent),
            share=f.share(rule.confidence), lift=f.number(rule.lift, 1), n=f.number(rule.n_baskets),
        )  # fmt: skip

    def _table(self, found: Sequence[Rule]) -> None:
        t, f = self._desk.t, self._desk.f
        names = ("if", "then", "n_baskets", "confidence", "lift", "zhang", "p")
        columns = [(t(f"baskets.column_{name}"), name not in ("if", "then")) for name in names]
        shown = found[self._offset : self._offset + PAGE_ROWS]
        rows: list[tuple[str | Callable[[], Any], ...]] = [
            (
                partial(self._parts, rule.antecedent, None),
                partial(self._parts, rule.consequent, rule),
                f.number(rule.n_baskets),
                f.share(rule.confidence),
                f"{f.number(rule.lift, 1)}×",
                f.number(rule.zhang, 2),
                f.number(rule.p_corrected, 4) if rule.p_corrected >= SURE else f"<{f.number(SURE, 4)}",
            )
            for rule in shown
        ]
        with cards.card(is_flush=True):
            with cards.box("sk-card-head"), cards.box():
                cards.text(t("baskets.rules", n=f.number(len(found))), tag="h2")
                cards.text(t("baskets.rules_under"), tag="p")
            if not found:
                cards.empty("filter_alt_off", t("baskets.none_left"), t("baskets.none_left_next"))
                return
            cards.table(columns, rows)
            pager.show(self._desk, self._offset, PAGE_ROWS, len(found), self._turn)

    def _parts(self, parts: Sequence[Part], rule: Rule | None) -> None:
        for part in parts:
            with cards.box():
                if self._level == "product":
                    cards.link(part.title, f"/baskets/together?product={quote(part.key, safe='')}")
                else:
                    cards.text(part.title, tag="span")
        if rule is not None and (rule.is_new or rule.has_faded):
            with cards.box("sk-row sk-tags"):
                if rule.is_new:
                    cards.pill(self._desk.t("baskets.is_new"), "good")
                if rule.has_faded:
                    cards.pill(self._desk.t("baskets.has_faded"), "warn")


def _titles(parts: Sequence[Part]) -> str:
    return " + ".join(part.title for part in parts)


def _label(title: str) -> str:
    """The title in two lines at most, each short enough to stand below a point."""
    lines = wrap(title, LINE_LETTERS, break_long_words=False) or [title]
    kept = [line if len(line) <= LINE_LETTERS else line[: LINE_LETTERS - 1].rstrip() + "…" for line in lines[:2]]
    if len(lines) > len(kept):
        kept[-1] = kept[-1][: LINE_LETTERS - 1].rstrip(" …") + "…"
    return "\n".join(kept)
