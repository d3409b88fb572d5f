"""Who moved from which stage to which in each month, told from orders known at each month's end alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.life_cycle.calendar import first_days, micros, month_begins, month_of, months_of
from shopkeeper.capabilities.customers.life_cycle.learning import sample, stages_at
from shopkeeper.capabilities.customers.life_cycle.read import UNITS, Trade, read_trade
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.rhythm.stages import NOBODY, STAGES

N_STAGES = len(STAGES)
_YEAR_MONTHS = 12


@dataclass(frozen=True)
class Month:
    """One month: its number since January 1970, the moment at which stages are told (microseconds) and whether it is over."""

    number: int
    ends: int
    is_complete: bool


def flow_months(view: ShopView, first: int, n_months: int) -> list[Month]:
    """The last ``n_months`` months that are over and the one that is not, none before the month ``first``; oldest first."""
    now = micros(view.as_of)
    newest = month_of(view.as_of, view.time_zone)
    found = []
    for number in range(max(first, newest - n_months), newest + 1):
        last_moment = month_begins(number + 1, view.time_zone) - 1
        found.append(Month(number, min(last_moment, now), last_moment <= now))
    return found


def segment_flows(view: ShopView, settings: CustomersSettings) -> Result:
    """The table `segment_flows`: in each month how many customers, and what they bought, went from one stage to another."""
    view.progress.step(0.0, "reading orders")
    trade = read_trade(view, "customers.flows")
    some = sample(trade.history)
    months = flow_months(view, int(months_of(trade.history.day.min()[None])[0]), settings.flow_months)
    row_month = months_of(trade.day)
    before = _stages_before(trade, months[0], view, settings)
    parts = []
    for place, month in enumerate(months):
        view.progress.step(0.2 + 0.8 * place / len(months), f"stages at the end of month {place + 1}")
        after = stages_at(trade.history, some, month.ends, settings)[2].stage
        in_month = _value(trade, row_month == month.number)
        in_year = _value(trade, (row_month <= month.number) & (row_month > month.number - _YEAR_MONTHS))
        parts.append(_moves(month, before, after, in_month, in_year))
        before = after
    view.progress.step(1.0, "telling moves")
    table = pa.concat_tables(parts)
    return Result(table, headline=_headline(table, months))


def _stages_before(trade: Trade, first: Month, view: ShopView, settings: CustomersSettings) -> Array:
    """Everybody's stage when the first month that is told began."""
    begun = month_begins(first.number, view.time_zone) - 1
    return stages_at(trade.history, sample(trade.history), begun, settings)[2].stage


def _value(trade: Trade, rows: Array) -> Array:
    """float64 [customers]: the worth of these rows, in whole ten-thousandths."""
    return np.bincount(trade.customer[rows], trade.units[rows], len(trade.customers))


def _moves(month: Month, before: Array, after: Array, in_month: Array, in_year: Array) -> pa.Table:
    """The month's rows: one for each pair of stages that somebody moved between, or stayed in."""
    seen = after != NOBODY
    code = (before[seen].astype(np.int64) + 1) * N_STAGES + after[seen]
    size = (N_STAGES + 1) * N_STAGES
    n = np.bincount(code, minlength=size)
    value, value_12m = (np.bincount(code, worth[seen], size) / UNITS for worth in (in_month, in_year))
    found = np.flatnonzero(n)
    names = pa.array(("", *STAGES), pa.string())
    return pa.table(
        {
            "month": pa.array(np.repeat(first_days(np.array([month.number])), len(found)), pa.date32()),
            "kind": pa.array(["stage"] * len(found), pa.string()),
            "from_stage": names.take(pa.array(found // N_STAGES)),
            "to_stage": names.take(pa.array(found % N_STAGES + 1)),
            "n_customers": pa.array(n[found]),
            "value": pa.array(value[found]),
            "value_12m": pa.array(value_12m[found]),
            "is_complete": pa.array([month.is_complete] * len(found), pa.bool_()),
        }
    )


def _headline(table: pa.Table, months: list[Month]) -> str:
    over = [month for month in months if month.is_complete] or months
    day = first_days(np.array([over[-1].number]))[0].item()
    moved = {"new": 0, "returned": 0, "at_risk": 0, "lapsed": 0}
    for row in table.to_pylist():
        into = "new" if not row["from_stage"] else row["to_stage"]
        if row["month"] == day and row["from_stage"] != row["to_stage"] and into in moved:
            moved[into] += row["n_customers"]
    return (
        f"In {day:%B %Y} {moved['new']:,} customers were new and {moved['returned']:,} returned, "
        f"{moved['at_risk']:,} came to be at risk and {moved['lapsed']:,} lapsed."
    )
