"""Which visits will end in an order: those that are still open first, each with its chance and why."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopkeeper.server.dashboard.models.customers.profile import Reason, reasons_of

if TYPE_CHECKING:
    from datetime import datetime

    from shopkeeper.core.runs import Run
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

TASK = "customers.conversion"
N_VISITS = 8
N_RUNS = 20
NEWEST_DAYS = 2
"""A visit that ended without an order is worth a look for so long."""


@dataclass(frozen=True)
class Visit:
    """A visit with its chance to end in an order, as it began; ``customer_id`` is empty where nobody had logged in."""

    session_id: str
    customer_id: str
    at: datetime
    p_buys: float
    is_open: bool
    has_bought: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Visits:
    """The newest visits: how many, how many of them are open and have not bought, how many of those will, and the likeliest."""

    n_visits: int
    n_open: int
    n_expected: float
    shown: tuple[Visit, ...]


def visits(view: ShopView) -> Visits | None:
    """Visits that are open, then those that ended lately, without an order: the likeliest first; then the newest others.

    None before anything was learned.
    """
    row = view.sql(
        """
        SELECT count(*) AS n_visits, count(*) FILTER (is_open AND NOT has_bought) AS n_open,
               coalesce(sum(p_buys) FILTER (is_open AND NOT has_bought), 0) AS n_expected FROM session_conversion
        """
    ).to_pylist()[0]
    if not row["n_visits"]:
        return None
    shown = view.sql(
        f"""
        SELECT session_id, coalesce(customer_id, '') AS customer_id, at, p_buys, is_open, has_bought, reasons
        FROM (
            SELECT *, max(at) OVER () - INTERVAL {NEWEST_DAYS} DAY AS since,
                   CASE WHEN has_bought THEN 2 WHEN is_open THEN 0 WHEN at > since THEN 1 ELSE 2 END AS place
            FROM session_conversion)
        ORDER BY place, CASE WHEN place < 2 THEN p_buys END DESC, at DESC, session_id
        LIMIT {N_VISITS}
        """
    ).to_pylist()
    return Visits(**row, shown=tuple(Visit(**{**each, "reasons": reasons_of(json.loads(each["reasons"]))}) for each in shown))


def judged(shop: Shop) -> Run | None:
    """The newest run that says how well visits are told; None where there is none."""
    runs = shop.runs(task=TASK, limit=N_RUNS)
    return next((run for run in runs if run.state in ("done", "unchanged") and run.scores), None)
