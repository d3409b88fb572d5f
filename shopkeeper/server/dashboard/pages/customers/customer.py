"""One customer: tags, stage, value and risk with their reasons, everything known, the timeline, and what to recommend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shopkeeper.core.errors import NotLearned
from shopkeeper.server.dashboard import cards, charts
from shopkeeper.server.dashboard.models import people
from shopkeeper.server.dashboard.models.customers import profile
from shopkeeper.server.dashboard.models.recommending import suggesting
from shopkeeper.server.dashboard.pages import timeline, unlearned
from shopkeeper.server.dashboard.pages.customers.overview import stage_pill
from shopkeeper.server.dashboard.pages.customers.writing import moment, named, telling, written
from shopkeeper.server.dashboard.pages.recommending.suggestions import Suggestions

if TYPE_CHECKING:
    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.customers.profile import Profile

HISTORY = ("order_lines", "events", "products", "customers")
TASK = "customers.profiles"


async def build(desk: Desk) -> None:
    """Lay out the page of the customer named in the address."""
    customer_id = desk.request.path_params["customer"]
    known = await desk.read(("history", customer_id), lambda view: people.history(view, customer_id), of=HISTORY)
    found = await _profile(desk, customer_id)
    crumbs = ((desk.t("page.customers"), "/customers"),)
    with cards.head(desk.t("recommend.customer", id=customer_id), timeline.line(desk, known), crumbs=crumbs):
        pass
    if found is None or not found.is_known:
        with cards.card():
            told = desk.t("customers.no_profile" if found is None else "customers.unknown")
            await unlearned.show(desk, TASK, "badge", told, desk.t("customers.no_profile_next"))
    else:
        _tags(desk, found)
        if found.is_told:
            with cards.box("sk-grid sk-4"):
                _tiles(desk, found)
        else:
            with cards.card():
                cards.text(desk.t("customers.not_told" if known.n_orders else "customers.no_order"), "sk-muted")
    with cards.box("sk-grid sk-1-2"):
        timeline.show(desk, known)
        with cards.box("sk-stack"):
            if found is not None and found.is_known:
                _reasons(desk, found)
                _facts(desk, found)
            await Suggestions(
                desk,
                desk.t("recommend.for_customer"),
                lambda filters: suggesting.for_customer(desk.shop, customer_id, filters),
                has_bought=known.n_orders > 0,
            ).build()


async def _profile(desk: Desk, customer_id: str) -> Profile | None:
    try:
        return await desk.work(profile.profile, desk.shop, customer_id)
    except NotLearned:
        return None


def _tags(desk: Desk, found: Profile) -> None:
    t = desk.t
    cluster, rfm = found.of("cluster").get("cluster_name"), found.of("rfm").get("rfm_segment")
    with cards.box("sk-row sk-tags"):
        for tag in found.tags:
            title = t.tag(tag.segment_id, tag.title) if tag.is_built_in else tag.title
            pill = cards.link(title, f"/customers/segments?segment={quote(tag.segment_id, safe='')}", "sk-pill is-accent")
            pill.props["title"] = t.tag(f"{tag.segment_id}_do", tag.description) if tag.is_built_in else tag.description
        if rfm:
            cards.pill(f"RFM {found.of('rfm').get('rfm')} · {t(f'rfm_name.{rfm}')}")
        if cluster:
            group = cards.link(t("customers.in_group", name=t.cluster(str(cluster))), "/customers/groups", "sk-pill")
            group.props["title"] = t("customers.in_group_why")
        if found.of("customer").get("opted_out"):
            cards.pill(t("customers.opted_out"), "warn")


def _due(desk: Desk, found: Profile) -> None:
    """When the next order is, or was, expected; nothing of those who are gone."""
    life = found.of("life_cycle")
    if not life.get("due_at") or life["stage"] == "lapsed":
        return
    due = moment(life["due_at"])
    is_past = due.replace(tzinfo=due.tzinfo or UTC) < found.as_of
    cards.text(desk.t("customers.was_due" if is_past else "customers.due", day=desk.f.day(due.date())), "before")


def _tiles(desk: Desk, found: Profile) -> None:
    """A tile for each part that is known."""
    t, f = desk.t, desk.f
    life, churn = found.of("life_cycle"), found.of("churn")
    if life.get("stage"):
        with _tile(t("customers.stage")):
            with cards.box("sk-row"):
                stage_pill(desk, life["stage"])
            _due(desk, found)
    _value(desk, found.of("value"))
    if churn.get("p_buys") is not None:
        with _tile(t("customers.buys", n=churn["buys_within_days"])):
            cards.text(f.share(churn["p_buys"]), "value")
            if churn.get("p_lost") is not None:
                cards.text(t("customers.lost", n=churn["lost_after_days"], share=f.share(churn["p_lost"])), "before")


def _value(desk: Desk, value: Mapping[str, Any]) -> None:
    """What is expected of the customer: value, and days with orders; several orders of one day are one to the model."""
    t, f = desk.t, desk.f
    if value.get("expected_value") is None:
        return
    days = value["value_horizon_days"]
    with _tile(t("customers.expected_within", n=days)):
        cards.text(f.money(value["expected_value"], whole=True), "value")
        if value.get("expected_value_low") is not None:
            span = f"{f.money(value['expected_value_low'], whole=True)} – {f.money(value['expected_value_high'], whole=True)}"
            cards.text(t("customers.interval", span=span), "before")
    with _tile(t("customers.again", n=days)):
        cards.text(f.share(value.get("p_orders_again")), "value")
        if value.get("expected_orders") is not None:
            each = f.money(value.get("order_value"), whole=True)
            cards.text(t("customers.expected_days", n=f.number(value["expected_orders"], 1), each=each), "before")
        if value.get("n_repeat_orders") is not None:
            cards.text(t("customers.days_so_far", n=f.number(value["n_repeat_orders"] + 1)), "before")


@contextmanager
def _tile(name: str) -> Iterator[None]:
    """A tile with its name above."""
    with cards.card(classes="sk-tile"):
        with cards.box("name"):
            cards.text(name, tag="span")
        yield


def _reasons(desk: Desk, found: Profile) -> None:
    told = list(telling(desk, found.reasons))
    if not told:
        return
    t = desk.t
    with cards.card(t("customers.reasons"), t("customers.reasons_under")):
        most = max(abs(reason.effect) for reason, _ in told) or 1.0
        for reason, beside in told:
            with cards.box("sk-bar"):
                with cards.box("sk-row sk-between"):
                    cards.text(named(desk, reason.feature))
                    cards.text(beside, "num")
                cards.drawing(charts.signed(reason.effect / most), "sk-line")


def _facts(desk: Desk, found: Profile) -> None:
    with cards.card(desk.t("customers.known"), desk.t("customers.known_under")), cards.box("sk-columns"):
        for group in profile.GROUPS:
            rows = [(desk.t.feature(fact.name), written(desk, fact.name, fact.value)) for fact in profile.facts(found, group)]
            if rows:
                with cards.box():
                    cards.text(desk.t(f"customers.group_{group}"), "sk-strong")
                    cards.facts(rows)
