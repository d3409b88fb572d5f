"""Why a product is in a list, drawn: the rules that moved it, and all that speaks for it in words and as data."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from shopkeeper.server.dashboard import cards

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.recommending.suggesting import Factor, Moved, Recommended

TONES = {"pin": "accent", "boost": "good", "bury": "warn", "block": "bad", "cap": "warn"}
ICONS = {"pin": "push_pin", "boost": "trending_up", "bury": "trending_down", "block": "block", "cap": "filter_list"}


def rules(desk: Desk, moved: Sequence[Moved]) -> None:
    """A pill for each rule, which leads to it: what it does, its number, and from where to where it moved the product."""
    for rule in moved:
        with cards.box(f"sk-pill is-{TONES.get(rule.action, '')}", "a") as pill:
            pill.props["href"] = f"/recommend/rules?rule={rule.rule_id}"
            ui.icon(ICONS.get(rule.action, "rule"))
            cards.text(rule.rule_id, "sk-clip", "span")
            if rule.before and rule.after and rule.before != rule.after:
                cards.text(f"{rule.before} → {rule.after}", tag="span")
            ui.tooltip(sentence(desk, rule))


def sentence(desk: Desk, rule: Moved) -> str:
    """What the rule did with the product, in words."""
    told = desk.t(f"explain.{rule.action}", rule=rule.rule_id)
    if rule.before and rule.after and rule.before != rule.after:
        told += " " + desk.t("explain.from_to", before=rule.before, after=rule.after)
    return f"{told} ({rule.note})" if rule.note else told


def asking(desk: Desk, product: Recommended) -> ui.button:
    """A small button to ask for the explanation; see `explanation`."""
    button = ui.button(icon="help_outline", color=None).props(f'flat dense round size=sm aria-label="{desk.t("explain.open")}"')
    button.visible = bool(product.explained)
    return button.classes("sk-ask").mark(f"explain-{product.product_id}")


def explanation(desk: Desk, product: Recommended, button: ui.button) -> None:
    """Everything that the product stands on, out of sight until the button is pressed."""
    if not product.explained:
        return
    with cards.box("sk-explain") as place:
        with cards.box("", "ul"):
            for line in words(desk, product):
                cards.text(line, tag="li")
        told = json.dumps(product.explained, indent=1, ensure_ascii=False, default=str)
        with ui.expansion(desk.t("explain.data")).props("dense").mark("explain-data"):
            cards.text(told, "sk-pre", "pre")
    place.visible = False
    with button:
        ui.tooltip(desk.t("explain.open"))
    button.on("click", lambda: place.set_visibility(not place.visible))


def words(desk: Desk, product: Recommended) -> list[str]:
    """The explanation, a sentence a line: the rung, the customer's own products, the rules, what else counted."""
    lines = [desk.t.rung(product.rung)]
    lines += [desk.t("explain.own", title=own.title, share=desk.f.share(own.share)) for own in product.reasons]
    lines += [sentence(desk, rule) for rule in product.rules]
    return lines + [_factor(desk, factor) for factor in product.factors if factor.name != "rules"]


def _factor(desk: Desk, factor: Factor) -> str:
    if factor.value is None:
        return desk.t("explain.exposure")
    value = desk.f.share(factor.value) if factor.name == "diversity" else desk.f.number(factor.value, 2)
    return desk.t(f"explain.{factor.name}", value=value)
