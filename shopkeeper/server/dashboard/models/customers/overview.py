"""Who the customers are at a glance: stages of their life, how they move between them, and who is worth a word now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView

STAGES = ("new", "active", "loyal", "returned", "at_risk", "lapsed")
FIRST_SEEN = ""
N_MONTHS = 4
N_NAMED = 12


@dataclass(frozen=True)
class Totals:
    """The whole shop: buyers, how many of them will soon buy again, and what they were and will be worth."""

    n_customers: int
    n_repeat: int
    n_buying: float | None
    value_12m: float
    expected_value: float | None
    horizon_days: int | None
    buys_within_days: int | None


@dataclass(frozen=True)
class Stage:
    """The customers of one stage; ``expected_value`` is None where no value was learned."""

    name: str
    n_customers: int
    share: float
    value_12m: float
    expected_value: float | None


@dataclass(frozen=True)
class Flow:
    """Customers who went from one stage at a month's end to another at the next; from ``""`` they were first seen."""

    month: date
    source: str
    target: str
    n_customers: int
    is_complete: bool = True


@dataclass(frozen=True)
class Named:
    """A customer worth a word."""

    customer_id: str
    stage: str
    expected_value: float
    value_12m: float
    recency_days: float
    usual_gap_days: float | None
    p_buys: float | None


def totals(view: ShopView) -> Totals | None:
    """The shop in numbers; None before profiles were made."""
    row = view.sql(
        """
        SELECT count(*) FILTER (n_orders > 0) AS n_customers, count(*) FILTER (n_orders > 1) AS n_repeat, sum(p_buys) AS n_buying,
               coalesce(sum(value_12m), 0) AS value_12m, sum(expected_value) AS expected_value,
               max(value_horizon_days) AS horizon_days, max(buys_within_days) AS buys_within_days
        FROM customer_profiles
        """
    ).to_pylist()[0]
    return Totals(**row) if row["n_customers"] else None


def stages(view: ShopView) -> tuple[Stage, ...]:
    """Every stage that has customers, in the order of a customer's life."""
    rows = view.sql(
        """
        SELECT stage, count(*) AS n, coalesce(sum(value_12m), 0) AS value_12m, sum(expected_value) AS expected_value
        FROM customer_profiles WHERE stage IS NOT NULL GROUP BY stage
        """
    ).to_pylist()
    found = {row["stage"]: row for row in rows}
    total = sum(row["n"] for row in rows) or 1
    return tuple(
        Stage(name, found[name]["n"], found[name]["n"] / total, found[name]["value_12m"], found[name]["expected_value"])
        for name in STAGES
        if name in found
    )


def flows(view: ShopView) -> tuple[Flow, ...]:
    """How customers moved between stages in the last months, in order of time."""
    rows = view.sql(
        """
        SELECT month, from_stage, to_stage, sum(n_customers) AS n, bool_and(is_complete) AS is_complete FROM segment_flows
        WHERE kind = 'stage' GROUP BY ALL ORDER BY month, from_stage, to_stage
        """
    ).to_pylist()
    months = sorted({row["month"] for row in rows})[-N_MONTHS:]
    return tuple(
        Flow(row["month"], row["from_stage"] or FIRST_SEEN, row["to_stage"], int(row["n"]), row["is_complete"])
        for row in rows
        if row["month"] in months
    )


def worth_a_word(view: ShopView) -> tuple[Named, ...]:
    """Customers at risk of whom most is expected still, the most valuable first; nobody who by now has opted out."""
    rows: list[dict[str, Any]] = view.sql(
        f"""
        SELECT customer_id, stage, coalesce(expected_value, value_12m) AS expected_value, coalesce(value_12m, 0) AS value_12m,
               recency_days, usual_gap_days, p_buys
        FROM customer_profiles AS known
        LEFT JOIN (SELECT customer_id, NOT accepts_marketing AS refuses FROM customers) AS now USING (customer_id)
        WHERE stage = 'at_risk' AND NOT coalesce(refuses, known.opted_out, false)
        ORDER BY coalesce(expected_value, value_12m) DESC, customer_id LIMIT {N_NAMED}
        """
    ).to_pylist()
    return tuple(Named(**row) for row in rows)
