"""Methods compared on later visits, the best one used for the newest ones."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.capabilities.customers.classifying.exam import Ready, prepare
from shopkeeper.capabilities.customers.classifying.judge import Compared, candidate, compare, scores, sit
from shopkeeper.capabilities.customers.classifying.methods.baselines import PREVALENCE, rule
from shopkeeper.capabilities.customers.classifying.methods.every import CLASSIFIERS
from shopkeeper.capabilities.customers.classifying.methods.method import Examples, Method
from shopkeeper.capabilities.customers.classifying.reasons import reasons
from shopkeeper.capabilities.customers.conversion.read import Visits, read_visits
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.progress import Progress
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView

CART_RULE = rule("cart_rule", "rule on products in the cart", "n_carts")
METHODS: tuple[Method, ...] = (PREVALENCE, CART_RULE, *CLASSIFIERS)
PERIODS = (0.6, 0.8)  # shares of the visits, in order of time: learned from, chosen and calibrated on; the rest is asked once
FEWEST_OF_EACH = 10  # visits with and without an order in each period
GROUPS = {
    **dict.fromkeys(("n_events", "n_views", "n_products", "n_categories", "views_a_product"), "views"),
    **dict.fromkeys(("seconds", "seconds_a_step"), "time spent"),
    **dict.fromkeys(("hour", "weekday"), "when"),
    **dict.fromkeys(("is_known", "n_orders_before", "days_since_order", "n_visits_before", "days_since_visit"), "past"),
}
"""Features that say the same thing speak once in a visit's reasons."""


def learn_conversion(view: ShopView, settings: CustomersSettings) -> Result:
    """The result of `customers.conversion`."""
    view.progress.step(0.0, "reading visits")
    visits = read_visits(view, settings.conversion_sessions, settings.conversion_events, settings.visit_silence_minutes)
    compared = _compared(visits, view.seed, view.progress)
    best = candidate({each.method.name: each.ready.missed for each in compared.sat}, METHODS)
    is_better = all(compared.beats(best, method.name) for method in METHODS if method.is_baseline)
    chosen = best if is_better else CART_RULE.name
    examined = compared.sat[compared.place(chosen)].ready
    view.progress.step(0.8, "learning the best method from all visits but the newest")
    older, newest = _final(_closed(visits))
    ready = prepare(examined.method, older, newest, view.seed, examined.settings)
    table = _table(view, visits, ready, settings.conversion_days)
    found = scores(compared, chosen, CART_RULE.name, "a visit that ends in an order", view.seed, decides=True)
    return Result(table, found, card=_card(compared, chosen, best, visits), headline=_headline(table, found[0], ready))


def _closed(visits: Visits) -> Examples:
    """The visits that have ended, in order of time, with whether there was an order."""
    everyone = Examples(visits.features, visits.has_bought, visits.names)
    return everyone.some(~visits.is_open)


def _periods(closed: Examples) -> list[Examples]:
    cuts = [int(share * len(closed)) for share in PERIODS]
    return [closed.some(part) for part in np.split(np.arange(len(closed)), cuts)]


def _final(closed: Examples) -> tuple[Examples, Examples]:
    cut = int(PERIODS[1] * len(closed))
    return closed.some(np.arange(cut)), closed.some(np.arange(cut, len(closed)))


def _compared(visits: Visits, seed: int, progress: Progress) -> Compared:
    train, validation, test = parts = _periods(_closed(visits))
    fewest = min(min(int(part.label.sum()), len(part) - int(part.label.sum())) for part in parts)
    if fewest < FEWEST_OF_EACH:
        raise NotEnoughData(
            "There are too few visits to learn which will end in an order.",
            got=f"{sum(map(len, parts)):,} ended visits with events before checkout, {fewest} of the rarer kind in a period",
            wanted=f"at least {FEWEST_OF_EACH} with and {FEWEST_OF_EACH} without an order in each of three periods",
            next="import or send events with a session_id: view_item, add_to_cart, begin_checkout, purchase",
            n_visits=sum(map(len, parts)),
        )
    sat = []
    for number, method in enumerate(METHODS):
        progress.step(0.2 + 0.6 * number / len(METHODS), f"comparing methods: {method.title}")
        sat.append(sit(prepare(method, train, validation, seed), test))
    return compare(sat, seed)


def _table(view: ShopView, visits: Visits, ready: Ready, days: int) -> pa.Table:
    """The visits that began within the newest days, each with its chance and why."""
    since = pa.scalar((view.as_of - timedelta(days=days)).replace(tzinfo=None), pa.timestamp("us"))
    recent = np.flatnonzero(np.asarray(pc.greater(visits.table["started_at"].cast(pa.timestamp("us")), since)))
    features, shown = visits.features[recent], visits.table.take(pa.array(recent))
    why = reasons(visits.names, features, ready.classifier.contributions(features), GROUPS)
    return pa.table({
        "session_id": shown["session_id"], "customer_id": shown["customer_id"], "at": shown["ended_at"],
        "p_buys": ready.probability(features), "is_open": pa.array(visits.is_open[recent]), "has_bought": shown["has_bought"],
        "reasons": why, "method": pa.array([ready.method.name] * len(recent), pa.string()),
    })  # fmt: skip


def _card(compared: Compared, chosen: str, best: str, visits: Visits) -> dict[str, Any]:
    ahead = compared.difference(best, CART_RULE.name)
    methods = [
        {"method": sat.method.name, "title": sat.method.title, "settings": dict(sat.ready.settings), **_known(sat.numbers())}
        for sat in compared.sat
    ]
    curve = compared.sat[compared.place(chosen)].curve()
    return {
        "method": chosen, "best_classifier": best, "ahead_of_cart_rule": [ahead.low, ahead.high], "methods": methods,
        "n_visits": len(visits.features), "n_asked": len(compared.sat[0].label), "features": list(visits.names),
        "reliability": {"told": curve.told.tolist(), "seen": curve.seen.tolist(), "n_cases": curve.n_cases.tolist()},
    }  # fmt: skip


def _known(numbers: dict[str, float]) -> dict[str, float | None]:
    """The numbers as plain JSON, where what is not known is null."""
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}


def _headline(table: pa.Table, score: Any, ready: Ready) -> str:
    n_open = int(pc.sum(table["is_open"]).as_py() or 0)
    by = f"{ready.method.title} tells visits with an order from others with AUC {score.value:.3f}"
    beside = "" if ready.method.name == CART_RULE.name else f" (rule on the cart {score.baseline:.3f})"
    return f"{by}{beside}; {table.num_rows:,} newest visits have their chance, {n_open:,} of them still open."
