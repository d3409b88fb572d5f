"""The live preview: on somebody real, the list as it is beside the list as the form would have it, as the form changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from nicegui import ui

from shopkeeper.core.errors import NotLearned, ShopkeeperError
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.recommending import trying
from shopkeeper.server.dashboard.models.recommending.trying import Line, Trial, Tried, Whom
from shopkeeper.server.dashboard.pages.picker import Picker
from shopkeeper.server.dashboard.pages.recommending import explaining

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

TASK = "recommend.learn"
REASONS_SHOWN = 2

Both = Callable[[], tuple[Tried, Tried] | None]


class Preview:
    """The card. ``both`` gives what is tried before and after.

    It may raise what is wrong with the form, and gives None while the form says nothing yet.

    `changed` is to be called whenever the form has changed: while one trial is made, later ones wait as one.
    """

    def __init__(self, desk: Desk, both: Both, on_judged: Callable[[bool, str], None], titles: tuple[str, str]) -> None:
        self._desk, self._both, self._on_judged, self._titles = desk, both, on_judged, titles
        self._whom: dict[str, Whom] = {}
        self._shown_kind: Literal["customer", "product"] = "customer"
        self._chips: dict[str, ui.element] = {}
        self._draw = 0
        self._is_busy = self._is_wanted = False

    async def build(self) -> None:
        """Lay out the card and fill it."""
        desk = self._desk
        with cards.card(is_flush=True, classes="sk-preview"):
            with cards.box("sk-card-head"), cards.box():
                cards.text(desk.t("preview.title"), tag="h2")
                self._under = cards.text("", tag="p").mark("preview-under")
            self._whom_place = ui.element("div").classes("sk-whom")
            self._lists = ui.element("div").classes("sk-tries").mark("preview")
        await self.changed()

    async def changed(self) -> None:
        """Try what the form says now."""
        self._is_wanted = True
        if self._is_busy:
            return
        self._is_busy = True
        try:
            while self._is_wanted:
                self._is_wanted = False
                await self._once()
        finally:
            self._is_busy = False

    async def _once(self) -> None:
        desk = self._desk
        try:
            both = self._both()
            if both is None:
                self._nothing_yet()
                return
            before, after = both
            kind = trying.ABOUT[str(after.placement.get("answer") or "recommend.for_customer")][0]
            whom = await self._somebody(kind)
            trial = None if whom is None else await desk.work(trying.tried, desk.shop, whom, _as(before, after), after)
        except ShopkeeperError as error:
            self._told(error)
            return
        told = "" if trial is None else self._verdict(trial)
        self._judged(told, is_good=True)
        self._lists.clear()
        with self._lists:
            if trial is None:
                cards.empty("person_off", desk.t("preview.nobody"), desk.t("preview.nobody_next"))
                return
            self._list(self._titles[0], trial.before, is_after=False)
            self._list(self._titles[1], trial.after, is_after=True)
            self._left_out(trial)

    def _judged(self, told: str, *, is_good: bool) -> None:
        self._under.text = told
        self._on_judged(is_good, told)

    def _nothing_yet(self) -> None:
        self._judged("", is_good=False)
        self._lists.clear()
        with self._lists:
            cards.empty("touch_app", self._desk.t("preview.begin"), self._desk.t("preview.begin_next"))

    def _told(self, error: ShopkeeperError) -> None:
        """What is wrong: with the form (nothing to save then), or that nothing was learned yet (which hinders no saving)."""
        is_unlearned = isinstance(error, NotLearned)
        self._judged("", is_good=is_unlearned)
        self._lists.clear()
        with self._lists, cards.box("sk-problem-place"):
            cards.problem(self._desk, error)
            if is_unlearned:
                cards.link_button(self._desk.t("recommend.to_task"), f"/tasks/{TASK}", icon="school")

    # -- whom it is tried on

    async def _somebody(self, kind: Literal["customer", "product"]) -> Whom | None:
        if kind not in self._whom:
            await self._propose(kind)
        elif self._shown_kind != kind:  # the form now shows another answer
            await self._show_proposed(kind)
        return self._whom.get(kind)

    async def _propose(self, kind: Literal["customer", "product"]) -> None:
        found = await self._show_proposed(kind)
        if found:
            self._whom[kind] = found[0]
            self._mark(found[0])

    async def _show_proposed(self, kind: Literal["customer", "product"]) -> tuple[Whom, ...]:
        desk, draw = self._desk, self._draw
        found = await desk.read(
            ("proposed", kind, draw), lambda view: trying.proposed(view, kind, draw), of=("order_lines", "products")
        )
        self._shown_kind = kind
        self._chips.clear()
        self._whom_place.clear()
        with self._whom_place:
            with cards.box("sk-chips"):
                cards.text(desk.t(f"preview.{kind}"), "sk-muted sk-small", "span")
                known = self._whom.get(kind)
                for whom in (*((known,) if known and known not in found else ()), *found):
                    self._chip(whom)
                more = cards.button("", self._others, look="plain", icon="shuffle").props("dense").mark("others")
                more.props["aria-label"] = desk.t("preview.others")
                with more:
                    ui.tooltip(desk.t("preview.others"))
            Picker(desk, kind, desk.t(f"preview.find_{kind}"), self._picked).build()
        if known:
            self._mark(known)
        return found

    def _chip(self, whom: Whom) -> None:
        chip = ui.element("button").classes("sk-chip").props('type="button"').mark(f"whom-{whom.id}")
        chip.on("click", lambda: self._choose(whom))
        with chip:
            cards.text(whom.title, "sk-clip", "span")
        self._chips[whom.id] = chip

    def _mark(self, whom: Whom) -> None:
        for name, chip in self._chips.items():
            chip.classes(replace="sk-chip" + (" is-here" if name == whom.id else ""))

    async def _choose(self, whom: Whom) -> None:
        self._whom[whom.kind] = whom
        self._mark(whom)
        await self.changed()

    async def _others(self) -> None:
        self._draw += 1
        self._whom.pop(self._shown_kind, None)
        await self.changed()

    async def _picked(self, found: str, title: str) -> None:
        whom = Whom(self._shown_kind, found, title)
        self._whom[whom.kind] = whom
        await self._show_proposed(whom.kind)
        await self.changed()

    # -- the lists

    def _verdict(self, trial: Trial) -> str:
        if trial.is_same:
            return self._desk.t("preview.same")
        return self._desk.t("preview.moved", n=trial.n_moved, total=len(trial.after))

    def _list(self, title: str, lines: tuple[Line, ...], *, is_after: bool) -> None:
        with cards.box("sk-try" + (" is-after" if is_after else "")):
            cards.text(title, "sk-try-title")
            if not lines:
                cards.text(self._desk.t("preview.empty"), "sk-muted sk-small")
                return
            rungs = [line.product.rung for line in lines]
            usual = max(rungs, key=rungs.count)
            cards.text(self._desk.t.rung(usual), "sk-muted sk-small")
            for line in lines:
                self._line(line, usual, is_after=is_after)

    def _line(self, line: Line, usual: str, *, is_after: bool) -> None:
        desk, product = self._desk, line.product
        with cards.box("sk-try-line"):
            cards.text(str(line.position), "rank")
            with cards.box("sk-grow"):
                with cards.box("sk-row sk-between sk-nowrap"):
                    cards.link(product.title, f"/recommend?product={quote(product.product_id, safe='')}", "sk-clip")
                    cards.text(desk.f.money(product.price) if product.price is not None else "", "sk-small")
                with cards.box("sk-row sk-tags"):
                    self._move(line, is_after=is_after)
                    if product.rung != usual:
                        cards.pill(desk.t.rung_name(product.rung))
                    explaining.rules(desk, product.rules)
                if product.reasons:
                    told = " · ".join(f"{own.title} {desk.f.share(own.share)}" for own in product.reasons[:REASONS_SHOWN])
                    cards.text(told, "sk-muted sk-small sk-clip").props["title"] = told

    def _move(self, line: Line, *, is_after: bool) -> None:
        if line.other is None:
            cards.pill(self._desk.t("preview.new" if is_after else "preview.gone"), "good" if is_after else "bad")
        elif is_after and line.other != line.position:
            up = line.other - line.position
            cards.pill(f"▲ {up}" if up > 0 else f"▼ {-up}", "good" if up > 0 else "warn")

    def _left_out(self, trial: Trial) -> None:
        if not trial.left_out:
            return
        with cards.box("sk-try sk-try-out"):
            cards.text(self._desk.t("preview.left_out"), "sk-try-title")
            for product in trial.left_out:
                with cards.box("sk-try-line"):
                    ui.icon("do_not_disturb_on").classes("rank")
                    with cards.box("sk-grow"):
                        cards.text(product.title, "sk-clip")
                        with cards.box("sk-row sk-tags"):
                            explaining.rules(self._desk, product.rules)


def _as(before: Tried, after: Tried) -> Tried:
    """What is tried before, asked about the same kind: where the form changes the answer, both lists are of the new one."""
    if before.placement.get("answer") == after.placement.get("answer"):
        return before
    return Tried({**before.placement, "answer": after.placement.get("answer")}, before.rules)
