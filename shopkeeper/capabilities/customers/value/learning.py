"""From orders to what every customer is worth: a model is chosen on the newest period, then learns from everything."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.capabilities.customers.value.histories import Histories, histories
from shopkeeper.capabilities.customers.value.judge import Exam, chosen_models, coverage, examined, own_rate, scores
from shopkeeper.capabilities.customers.value.models import Learned, Outlook, learn, outlook
from shopkeeper.capabilities.customers.value.pictures import drawn
from shopkeeper.capabilities.customers.value.read import read_orders, today
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

FEWEST_TOLD = 10  # customers from which on a sum of expectations says something
WORTH_TELLING = 0.1  # share by which orders missed what was foretold
OPEN = {
    "bg_nbd": "how many customers leave",
    "pareto_nbd": "how many customers leave",
    "nbd": "how differently customers order",
}
"""What the orders leave open where a model's parameters were drawn to usual values."""


def value_of_customers(view: ShopView, settings: CustomersSettings) -> Result:
    """The result of `customers.value`."""
    view.progress.step(0.0, "reading orders")
    trade = read_orders(view)
    day, share = today(view), settings.value_interval_share
    view.progress.step(0.2, "comparing models on the newest period")
    models = chosen_models(settings.value_model)
    exam = examined(
        trade, day, settings.horizon_days, share, settings.value_judged, models, view.seed,
        lambda done: view.progress.step(0.2 + 0.3 * done, "comparing models on the newest period"),
    )  # fmt: skip
    view.progress.step(0.5, "learning from all orders")
    known = histories(trade, day)
    learned = learn(models[0] if exam is None else exam.learned.model, known)
    view.progress.step(0.7, "telling every customer's value")
    said = outlook(learned, known, float(settings.horizon_days), share)
    view.progress.step(0.9, "drawing pictures")
    found = () if exam is None else scores(exam, view.seed)
    card = _card(learned, known, said, exam, settings)
    headline = _headline(learned, said, settings.horizon_days, exam)
    table = _table(trade.customers, learned, known, said, settings.horizon_days)
    return Result(table, found, drawn(exam, trade, said), card, headline)


def _table(customers: pa.Array, learned: Learned, known: Histories, said: Outlook, horizon_days: int) -> pa.Table:
    def numbers(values: Array) -> pa.Array:
        return pa.array(np.nan_to_num(values, posinf=np.finfo(np.float64).max), pa.float64())

    size = len(known)
    columns: dict[str, Any] = {
        "customer_id": customers.take(pa.array(known.customer)).cast(pa.string()),
        "n_repeat_orders": pa.array(known.n_repeats.astype(np.int64)),
        "value_so_far": numbers(known.paid),
        "p_alive": numbers(np.clip(said.p_alive, 0.0, 1.0)),
        "p_orders_again": numbers(np.clip(said.p_buys, 0.0, 1.0)),
        "expected_orders": numbers(said.orders),
        "expected_orders_low": numbers(said.orders_low),
        "expected_orders_high": numbers(said.orders_high),
        "order_value": numbers(said.order_value),
        "expected_value": numbers(said.value),
        "expected_value_low": numbers(said.value_low),
        "expected_value_high": numbers(said.value_high),
        "horizon_days": pa.array(np.full(size, horizon_days, np.int64)),
        "model": pa.array([learned.model.name], pa.string()).take(pa.array(np.zeros(size, np.int64))),
    }
    return pa.table(columns)


def _card(learned: Learned, known: Histories, said: Outlook, exam: Exam | None, settings: CustomersSettings) -> dict[str, Any]:
    named = dict(zip(learned.model.parameters, learned.orders.parameters, strict=True))
    worth = dict(zip(("p", "q", "gamma"), learned.worth.parameters, strict=True))
    card: dict[str, Any] = {
        "model": learned.model.name, "title": learned.model.title,
        "parameters": {name: float(value) for name, value in named.items()}, "time_unit": "days",
        "log_likelihood": learned.orders.log_likelihood, "is_regularized": learned.orders.is_regularized,
        "worth_model": "gamma_gamma", "worth_parameters": {name: float(value) for name, value in worth.items()},
        "worth_is_regularized": learned.worth.is_regularized,
        "n_customers": len(known), "n_repeating": int(np.sum(known.n_repeats > 0.0)), "horizon_days": settings.horizon_days,
        "interval_share": settings.value_interval_share, "expected_orders": float(said.orders.sum()),
        "expected_value": float(said.value.sum()), "alive_share": float(said.p_alive.mean()),
        "notes": _notes(learned, exam),
    }  # fmt: skip
    if exam is not None:
        card["held_out"] = {
            "days": exam.days, "n_customers": len(exam.known), "log_chance": dict(exam.chances),
            "orders_expected": float(exam.said.orders.sum()), "orders_actual": float(exam.orders.sum()),
            "value_expected": float(exam.said.value.sum()), "value_actual": float(exam.value.sum()),
            "orders_mae": float(np.mean(np.abs(exam.said.orders - exam.orders))),
            "orders_mae_as_before": float(np.mean(np.abs(own_rate(exam.known, exam.days) - exam.orders))), **coverage(exam),
        }  # fmt: skip
    return card


def _notes(learned: Learned, exam: Exam | None) -> list[str]:
    """Sentences on what was chosen and why, and what could not be told from the data."""
    notes = []
    if exam is None:
        notes.append(f"There is too little to compare models on: {learned.model.title} was taken unseen.")
    elif len(exam.chances) > 1:
        told = ", ".join(f"{name} {chance:.4f}" for name, chance in exam.chances.items())
        notes.append(
            f"{learned.model.title} gave what came in the last {exam.days} days the largest probability (mean logarithm: {told})."
        )
    if exam is not None and exam.said.orders.sum() > 0.0:
        more = float(exam.orders.sum() / exam.said.orders.sum()) - 1.0
        if abs(more) > WORTH_TELLING:
            notes.append(
                f"In those days there were {abs(more):.0%} {'more' if more > 0 else 'fewer'} orders than foretold: the models "
                "know neither season nor growth."
            )
    if learned.model.name == "bg_nbd":
        notes.append(
            "By BG/NBD customers leave after a repeat order: who ordered once is not said to have left (see p_orders_again)."
        )
    if learned.orders.is_regularized:
        notes.append(f"The orders leave open {OPEN[learned.model.name]}: parameters were drawn weakly to usual values.")
    if learned.worth.is_regularized:
        notes.append("What orders are worth differs too little or too much to be told apart: it was drawn to usual values.")
    return notes


def _headline(learned: Learned, said: Outlook, horizon_days: int, exam: Exam | None) -> str:
    if len(said.value) < FEWEST_TOLD:
        who = "One customer is" if len(said.value) == 1 else f"{len(said.value)} customers are"
        return f"{who} too few to tell what they will order."
    total = float(said.value.sum())
    best = np.sort(said.value)[::-1][: max(1, len(said.value) // 10)].sum()
    text = (
        f"{len(said.value):,} customers will order about {said.orders.sum():,.0f} times in the next {horizon_days} days, worth "
        f"{total:,.0f}; the best tenth brings {best / max(total, 1e-300):.0%} of it ({learned.model.title}"
    )
    if learned.orders.is_regularized:
        text += ", drawn to usual values where the data says too little"
    return text + ("" if exam is not None else ", not yet judged") + ")."
