"""Which visits will end in an order: the open ones by their chance, and how well that is told."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shopkeeper.server.dashboard import cards
from shopkeeper.server.dashboard.models.customers import conversion
from shopkeeper.server.dashboard.models.memory import RUNS
from shopkeeper.server.dashboard.pages import scoring
from shopkeeper.server.dashboard.pages.customers.writing import named, telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from shopkeeper.server.dashboard.desk import Desk
    from shopkeeper.server.dashboard.models.customers.conversion import Visit, Visits

COLUMNS = ("visit", "at", "chance", "why")
LIKELY = 0.5
OWN_NAMES = {"hour": "visit_hour", "weekday": "visit_weekday"}
"""What is a habit of a customer is a fact of a visit."""


async def show(desk: Desk) -> None:
    """Both cards; nothing where no visit was ever told."""
    found = await desk.read(("conversion",), conversion.visits, of=(RUNS,))
    if found is None:
        return
    run = await desk.work(conversion.judged, desk.shop)
    with cards.box("sk-grid sk-2-1"):
        _visits(desk, found)
        if run is not None:
            scoring.show(desk, run, only_first=True)


def _visits(desk: Desk, found: Visits) -> None:
    t, f = desk.t, desk.f
    under = t(
        "converting.under", n=f.number(found.n_visits), open=f.number(found.n_open), told=f.number(round(found.n_expected, 1)),
        days=conversion.NEWEST_DAYS,
    )  # fmt: skip
    with cards.card(t("converting.title"), under, is_flush=True):
        columns = [(t(f"converting.column_{name}"), name == "chance") for name in COLUMNS]
        cards.table(columns, [_row(desk, visit) for visit in found.shown])


def _row(desk: Desk, visit: Visit) -> tuple[str | Callable[[], Any], ...]:
    return (partial(_who, desk, visit), desk.f.moment(visit.at), partial(_chance, desk, visit), partial(_why, desk, visit))


def _who(desk: Desk, visit: Visit) -> None:
    if visit.customer_id:
        cards.link(visit.customer_id, f"/customers/{quote(visit.customer_id, safe='')}")
    else:
        cards.text(desk.t("converting.anonymous"), "sk-muted", "span")
    with cards.box("sk-row sk-tags"):
        if visit.has_bought:
            cards.pill(desk.t("converting.bought"), "good")
        elif visit.is_open:
            cards.pill(desk.t("converting.open"), "accent")


def _chance(desk: Desk, visit: Visit) -> None:
    cards.text(desk.f.share(visit.p_buys), "sk-strong" if visit.p_buys >= LIKELY else "")


def _why(desk: Desk, visit: Visit) -> None:
    for reason, beside in telling(desk, visit.reasons):
        sign = "+" if reason.effect > 0 else "−"
        cards.text(f"{sign} {named(desk, OWN_NAMES.get(reason.feature, reason.feature))}: {beside}", "sk-muted sk-small")
