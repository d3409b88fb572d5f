"""Everybody's chance to buy soon and to be lost, with reasons, by what was compared and chosen."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa

from shopkeeper.capabilities.customers.churn.compare import METHODS, answer, past_of
from shopkeeper.capabilities.customers.churn.cuts import Question
from shopkeeper.capabilities.customers.churn.material import BG_NBD, Known, Past
from shopkeeper.capabilities.customers.churn.read import FEATURES
from shopkeeper.capabilities.customers.classifying.exam import Ready
from shopkeeper.capabilities.customers.classifying.kept import from_json
from shopkeeper.capabilities.customers.classifying.methods.method import Examples
from shopkeeper.capabilities.customers.classifying.reasons import reasons
from shopkeeper.capabilities.customers.settings import CustomersSettings
from shopkeeper.core.progress import Part
from shopkeeper.core.results import Interval, Result, Score
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array

GROUPS = {
    **dict.fromkeys(("recency_days", "seen_days", "overdue"), "quiet"),
    **dict.fromkeys(("n_orders", "n_orders_12m", "n_orders_90d", "n_products", "repeat_share"), "orders"),
    **dict.fromkeys(("gap_mean_days", "gap_median_days", "gap_std_days", "regularity"), "gaps"),
    **dict.fromkeys(("value", "value_12m", "value_90d"), "value"),
    **dict.fromkeys(("order_value_mean", "basket_size_mean", "basket_units_mean"), "basket"),
    **dict.fromkeys(("return_share", "n_returns"), "returns"),
    **dict.fromkeys(("price_level", "discount_share"), "price"),
    **dict.fromkeys(("n_categories", "category_share"), "categories"),
    **dict.fromkeys(("hour_share", "weekday_share", "weekend_share"), "times"),
    **dict.fromkeys(("n_visits", "n_visits_30d", "n_views", "n_views_30d"), "visits"),
    **dict.fromkeys(("n_carts", "n_carts_30d", "n_checkouts", "funnel_depth", "conversion"), "carts"),
    **dict.fromkeys(("n_reviews", "rating_mean"), "reviews"),
}
"""Features that say the same thing speak once in a customer's reasons."""
RHYTHM_SPEAKS = ("n_orders", "recency_days", "tenure_days")  # what BG/NBD sees of a customer, as `Rhythm.parts` has it


def predict(view: ShopView, settings: CustomersSettings) -> Result:
    """The result of `customers.churn`."""
    view.progress.step(0.0, "reading orders")
    past = past_of(view, settings)
    buys, lost = ready = _chosen(view, past)
    view.progress.step(0.7, "what is known of customers today")
    wanted, away = past.questions
    customers, asked = past.today(wanted)
    to_lose = past.today(away)[1]
    p_buys, p_lost = buys[0].probability(asked.features), lost[0].probability(to_lose.features)
    view.progress.step(0.8, "reasons")
    why = _reasons(lost[0], to_lose, past.at(past.as_of), away)
    n = len(customers)
    table = pa.table({
        "customer_id": customers, "p_buys": p_buys, "p_lost": p_lost, "is_at_risk": pa.array(p_lost >= settings.at_risk_share),
        "reasons": why, "method": pa.array([buys[0].method.name] * n, pa.string()),
        "lost_method": pa.array([lost[0].method.name] * n, pa.string()),
        "buys_within_days": pa.array(np.full(n, wanted.horizon_days), pa.int64()),
        "lost_after_days": pa.array(np.full(n, away.horizon_days), pa.int64()),
    })  # fmt: skip
    found = tuple(score for _, scores in ready for score in scores)
    card = {
        each.target: {"method": one.method.name, "settings": dict(one.settings), "horizon_days": each.horizon_days}
        for each, (one, _) in zip(past.questions, ready, strict=True)
    }
    return Result(table, found, card=card, headline=_headline(p_buys, p_lost >= settings.at_risk_share, past, buys[0]))


def _chosen(view: ShopView, past: Past) -> list[tuple[Ready, tuple[Score, ...]]]:
    """For each question what was chosen, with its scores: as `customers.churn_methods` kept it, else compared now."""
    kept = view.table("churn_methods").select(["target", "horizon_days", "is_chosen", "learned"]).to_pylist()
    learned = {(row["target"], row["horizon_days"]): row["learned"] for row in kept if row["is_chosen"] and row["learned"]}
    asked = [learned.get((question.target, question.horizon_days)) for question in past.questions]
    if all(asked):
        opened = [json.loads(each or "{}") for each in asked]
        return [(from_json(each, METHODS), tuple(_score(score) for score in each["scores"])) for each in opened]
    found = []
    for number, question in enumerate(past.questions):
        answered = answer(past, question, Part(view.progress, 0.05 + 0.3 * number, 0.35 + 0.3 * number))
        found.append((answered.ready, answered.scores))
    return found


def _score(kept: dict[str, Any]) -> Score:
    facts: dict[str, Any] = {name: Interval(**value) if isinstance(value, dict) else value for name, value in kept.items()}
    return Score(**facts)


def _reasons(ready: Ready, today: Examples, known: Known, question: Question) -> pa.Array:
    """Why each customer is lost, or is not."""
    contributions = ready.classifier.contributions(today.features)
    spoken = with_rhythm(contributions, -known.rhythm.parts(question.horizon_days))
    usual = {"recency_days": known.features[:, FEATURES.index("gap_mean_days")]}
    return reasons(FEATURES, known.features, spoken, GROUPS, usual)


def with_rhythm(contributions: Array, parts: Array) -> Array:
    """float64 [customers, FEATURES]: what BG/NBD's log odds add (the last contribution) told by what BG/NBD sees of the customer.

    In proportion to ``parts`` float64 [customers, 3], so that the sum stays; by the quiet alone where the parts say nothing.
    """
    told, rhythm = contributions[:, :-1].copy(), contributions[:, -1]
    whole = parts.sum(axis=1)
    speaks = np.abs(whole) > 0.1 * np.abs(parts).sum(axis=1)
    speaks &= whole * rhythm > 0.0
    scale = np.where(speaks, rhythm / np.where(speaks, whole, 1.0), 0.0)
    for place, name in enumerate(RHYTHM_SPEAKS):
        told[:, FEATURES.index(name)] += scale * parts[:, place]
    told[:, FEATURES.index("recency_days")] += np.where(speaks, 0.0, rhythm)
    return told


def _headline(p_buys: Array, at_risk: Array, past: Past, buys: Ready) -> str:
    wanted, away = past.questions
    by = "BG/NBD" if buys.method.name == BG_NBD else buys.method.title
    return (
        f"Of {len(p_buys):,} customers about {p_buys.sum():,.0f} will order within {wanted.horizon_days} days, by {by}; "
        f"{int(at_risk.sum()):,} are likelier than not to stay away for the next {away.horizon_days} days."
    )
