"""Rules: what the shop's people want shown or hidden; which hold now, and a form with a live preview to change them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from shopkeeper.core.errors import UnknownName
from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.recommending import placements, rules
from shopkeeper.server.dashboard.models.recommending.rules import RuleLine
from shopkeeper.server.dashboard.pages import tabs
from shopkeeper.server.dashboard.pages.recommending.explaining import ICONS, TONES
from shopkeeper.server.dashboard.pages.recommending.placements import name_of
from shopkeeper.server.dashboard.pages.recommending.rule_form import RuleEditor

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk

PATH = "/recommend/rules"
STATE_TONES = {"problem": "bad", "active": "good", "resting": "warn", "scheduled": "accent", "off": "", "ended": ""}


async def build(desk: Desk) -> None:
    """Lay out the table of rules, or the form of the rule in the address."""
    retrievers = await desk.work(placements.retrievers_in_service, desk.shop)
    kept = await desk.read(("placements",), placements.rows_of, of=("placements",))
    found = placements.places(kept, retrievers)
    rows = await desk.read(("rules",), rules.rows_of, of=("rules",))
    if desk.query("new"):
        await RuleEditor(desk, None, rows, found).build()
    elif desk.query("rule"):
        number = desk.query("rule")
        row = next((row for row in rows if row["rule_id"] == number), None)
        if row is None:
            known = ", ".join(str(row["rule_id"]) for row in rows[:20]) or desk.t("word.none")
            raise UnknownName(desk.t("rule.unknown"), got=number, wanted=known, next=desk.t("rule.unknown_next"))
        await RuleEditor(desk, row, rows, found).build()
    else:
        products = await desk.read(("rules", "products"), lambda view: rules.products_of(view, rows), of=("rules", "products"))
        lines = rules.lines(rows, products, datetime.now(UTC))
        _table(desk, lines, {place.id: name_of(desk, place.placement) for place in found})


def _table(desk: Desk, lines: Sequence[RuleLine], names: dict[str, str]) -> None:
    may_write = desk.caller.may("owner")
    with tabs.head(desk, "rules"):
        if may_write:
            cards.link_button(desk.t("rule.new"), f"{PATH}?new=1", icon="add")
    if not lines:
        with cards.card():
            target = f"{PATH}?new=1" if may_write else ""
            cards.empty("push_pin", desk.t("rule.none"), desk.t("rule.none_next"), label=desk.t("rule.new"), target=target)
        return
    with cards.card(is_flush=True, classes="sk-rules"):
        with cards.box("sk-card-head"), cards.box("sk-row"):
            for state, n in rules.counts(lines).items():
                cards.pill(desk.t(f"rule_state.{state}") + f" {n}", STATE_TONES[state])
        columns = [(desk.t("rule.on"), False), (desk.t("rule.what"), False), (desk.t("rule.place"), False),
                   (desk.t("rule.when"), False), (desk.t("rule.products"), True), (desk.t("rule.by"), False)]  # fmt: skip
        rows = [
            (
                lambda line=line: _switch(desk, line, may_write=may_write),
                lambda line=line: _what(desk, line),
                names.get(str(line.row["place"]), str(line.row["place"])) if line.row["place"] else desk.t("rule.everywhere"),
                lambda line=line: _when(desk, line),
                desk.f.number(line.n_products),
                str(line.row["made_by"] or ""),
            )
            for line in lines
        ]
        cards.table(columns, rows)


def _switch(desk: Desk, line: RuleLine, *, may_write: bool) -> None:
    async def turned(event: Any) -> None:
        desk.require("owner", desk.t("rule.saving"))
        who = desk.caller.name if desk.caller.kind == "user" else ""
        await desk.work(rules.switch, desk.shop, line.id, who, is_on=event.value)
        desk.office.memory.forget()
        ui.navigate.to(PATH)

    field = ui.switch(value=line.row["enabled"] is not False, on_change=turned).props("dense").mark(f"switch-{line.id}")
    field.props["aria-label"] = desk.t("rule.on")
    field.enabled = may_write


def _what(desk: Desk, line: RuleLine) -> None:
    action = str(line.row["action"])
    with cards.box("sk-row sk-nowrap sk-rule"):
        ui.icon(ICONS.get(action, "rule")).classes(f"sk-{TONES.get(action, 'muted')}")
        with cards.box():
            cards.link(sentence(desk, line), f"{PATH}?rule={quote(line.id, safe='')}", "sk-strong")
            told = " · ".join(filter(None, (line.id, str(line.row["note"] or ""))))
            cards.text(told, "sk-muted sk-small")
            if line.problem:
                parts = [desk.t.said(str(line.problem[part])) for part in ("title", "wanted")]
                wanted = desk.t("error.part", part=desk.t("error.wanted"), text=parts[1])
                cards.text(f"{parts[0]} {wanted}", "sk-bad sk-small")
            elif line.n_products == 0:
                cards.text(desk.t("rule.concerns_nothing"), "sk-warn sk-small")


def sentence(desk: Desk, line: RuleLine) -> str:
    """What the rule does, in words: "Pin WHITE LAMP to position 1"."""
    row = line.row
    parts = [str(row["product_type"] or ""), str(row["brand"] or "")]
    about = line.title or str(row["product_id"] or "") or " · ".join(filter(None, parts)) or desk.t("rule.all_products")
    strength = 2.0 if row["action"] == "boost" else 0.1
    facts = {
        "about": about, "position": row["position"] or 1, "n": desk.f.number(row["n_most"] or 0),
        "strength": f"{strength if row['strength'] is None else row['strength']:g}",
        "each": desk.t(f"each.{row['each']}") if row["each"] else "",
    }  # fmt: skip
    key = "cap_each" if row["action"] == "cap" and row["each"] else str(row["action"])
    return desk.t(f"rule_told.{key}", **facts)


def _when(desk: Desk, line: RuleLine) -> None:
    row = line.row
    with cards.box("sk-row"):
        cards.pill(desk.t(f"rule_state.{line.state}"), STATE_TONES[line.state])
        start, end = row["start_at"], row["end_at"]
        if start or end:
            told = " – ".join(desk.f.moment(moment) if moment else "…" for moment in (start, end))
            cards.text(told, "sk-muted sk-small", "span")
        if row["recurs"]:
            cards.text(f"{row['recurs']} UTC", "sk-muted sk-small mono", "span")
