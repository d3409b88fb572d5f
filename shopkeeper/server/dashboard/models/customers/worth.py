"""How value is spread, how far forecasts of orders came true, and the ways of telling churn side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from shopkeeper.core.tasks import ShopView
    from shopkeeper.shop import Shop

VALUE, METHODS = "customers.value", "customers.churn_methods"
TARGETS = ("buys_within", "will_not_return")
DAY_SECONDS = 86_400
TITLES = {"bg_nbd": "BG/NBD", "pareto_nbd": "Pareto/NBD", "nbd": "NBD"}
WORTH_TELLING = 0.1
"""Share by which orders miss what was foretold, from which on it is told."""


@dataclass(frozen=True)
class Value:
    """What `customers.value` learned; ``drawn`` has its arrays by name (`customers/value/pictures.py` tells of each)."""

    card: Mapping[str, Any]
    drawn: Mapping[str, Any]

    @property
    def has_exam(self) -> bool:
        """Whether there was time enough to hold some out."""
        return "repeats_actual" in self.drawn

    def weeks(self) -> tuple[list[date], list[float], list[float], date]:
        """(last day of each week, repeat orders told up to then, actual, the last day that the model knew)."""
        days = [_day(number) for number in self.drawn["week_day"].tolist()]
        held_out = _day(int(self.drawn["week_held_out_from"][0]))
        return days, self.drawn["week_expected"].tolist(), self.drawn["week_actual"].tolist(), held_out


@dataclass(frozen=True)
class Note:
    """A sentence on the model: the words are ``worth.note_<kind>`` with ``facts`` filled in."""

    kind: Literal["unseen", "likeliest", "more", "fewer", "drawn", "worth_drawn"]
    facts: Mapping[str, Any]


def notes(card: Mapping[str, Any]) -> tuple[Note, ...]:
    """What was chosen and why, and what the data left open, from the card of `customers.value`."""
    held, found = card.get("held_out"), []
    if not held:
        found.append(Note("unseen", {"title": card["title"]}))
    else:
        if len(held["log_chance"]) > 1:
            told = ", ".join(f"{TITLES.get(name, name)} {chance:.4f}" for name, chance in held["log_chance"].items())
            found.append(Note("likeliest", {"title": card["title"], "days": held["days"], "told": told}))
        more = held["orders_actual"] / held["orders_expected"] - 1.0 if held["orders_expected"] > 0 else 0.0
        if abs(more) > WORTH_TELLING:
            found.append(Note("more" if more > 0 else "fewer", {"share": abs(more)}))
    if card.get("is_regularized"):
        found.append(Note("drawn", {}))
    if card.get("worth_is_regularized"):
        found.append(Note("worth_drawn", {}))
    return tuple(found)


@dataclass(frozen=True)
class Method:
    """A way of telling who will buy or be lost; measures are None where there was nothing to measure."""

    method: str
    title: str
    measures: Mapping[str, float | None]
    auc_low: float | None
    auc_high: float | None
    is_baseline: bool
    is_chosen: bool
    reliability: tuple[tuple[float, float, int], ...]


@dataclass(frozen=True)
class Comparison:
    """The methods of one target, the best by AUC first."""

    target: str
    horizon_days: int
    n_cases: int
    share: float
    methods: tuple[Method, ...]

    @property
    def chosen(self) -> Method | None:
        """The method that serves."""
        return next((method for method in self.methods if method.is_chosen), None)


MEASURES = ("precision", "recall", "f1", "auc", "brier", "calibration_slope")


def value(shop: Shop) -> Value | None:
    """The model of value in service with what it drew; None where there is none."""
    current = shop.store.models.current(VALUE)
    if current is None:
        return None
    drawn = {path.stem: np.load(path, allow_pickle=False) for path in sorted(current.path.glob("*.npy"))}
    return Value(current.card, drawn)


def comparisons(view: ShopView) -> tuple[Comparison, ...]:
    """The methods of telling churn, target by target."""
    rows = view.sql(
        "SELECT * EXCLUDE (learned, settings) FROM churn_methods ORDER BY target, auc DESC NULLS LAST, method"
    ).to_pylist()
    found = []
    for target in TARGETS:
        of = [row for row in rows if row["target"] == target]
        if of:
            horizon, n, share = (of[0][name] for name in ("horizon_days", "n_cases", "share"))
            found.append(Comparison(target, horizon or 0, n or 0, share or 0.0, tuple(_method(row) for row in of)))
    return tuple(found)


def _method(row: Mapping[str, Any]) -> Method:
    bins = json.loads(row["reliability"] or "[]")
    return Method(
        row["method"],
        row["title"],
        {name: row[name] for name in MEASURES},
        row["auc_low"],
        row["auc_high"],
        bool(row["is_baseline"]),
        bool(row["is_chosen"]),
        tuple((each["told"], each["seen"], each["n_cases"]) for each in bins if each["n_cases"]),
    )


def _day(number: int) -> date:
    return datetime.fromtimestamp(number * DAY_SECONDS, UTC).date()
