"""One answer: gather, order, steer, try out, describe, and write down what was decided."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from shopkeeper.capabilities.recommend.answering.describing import described
from shopkeeper.capabilities.recommend.answering.ladder import gathered
from shopkeeper.capabilities.recommend.answering.requests import Resolved, asked, n_candidates, resolved
from shopkeeper.capabilities.recommend.answering.trying import trying
from shopkeeper.capabilities.recommend.exploring.explorer import Explored
from shopkeeper.capabilities.recommend.loaded.past import Past
from shopkeeper.capabilities.recommend.loaded.pool import RULE, Pool, Product
from shopkeeper.capabilities.recommend.steering.explaining import explain
from shopkeeper.capabilities.recommend.steering.steered import Steered
from shopkeeper.core.results import Decision, Reply
from shopkeeper.numerics.compiling import Array

if TYPE_CHECKING:
    from shopkeeper.capabilities.recommend.answers import Filters
    from shopkeeper.capabilities.recommend.loaded.model import RecommendModel


@dataclass(frozen=True)
class Whom:
    """Whom an answer is for, and on which rung products of the learned retrievers stand."""

    past: Past
    rung: int
    customer: str = ""
    session: str = ""


def answered(model: RecommendModel, request: Filters, whom: Whom, about: dict[str, Any]) -> Reply:
    """The reply: products with their reasons, and the decision. ``about`` is what the body repeats of the request."""
    now = time.time_ns() // 1000
    if request.as_rules:
        model = trying(model, request.as_rules)
    of = resolved(model, request, whom.past, now)
    pool = gathered(model, whom.past, of.wanted, whom.rung, n_candidates(model, of, whom.past))
    steered, explored = _in_line(model, of, whom.past, pool)
    shown = _shown(pool, explored.codes)
    entries = described(model, whom.past, shown, own=of.wanted.own > 0.0, reasons=of.wanted.reasons)
    for entry, code in zip(entries, shown.code.tolist(), strict=True):
        if code in steered.moved:
            entry["rules"] = steered.moved[code]
    body: dict[str, Any] = {"products": entries, "rung": entries[0]["rung"] if entries else "none", **about}
    if not entries:
        body["note"] = "No product of the shop passes these filters."
    if request.explain:
        body["explanation"] = explain(entries, steered, model.steering, explored.explored.tolist())
    if of.is_tried or request.as_rules:
        return Reply(body)
    model.steering.shown(of.place.placement_id, shown.code)
    return Reply(body, _decision(model, entries, explored, steered, whom, request.place))


def _in_line(model: RecommendModel, of: Resolved, past: Past, pool: Pool) -> tuple[Steered, Explored]:
    """The pool in the order that the shop wants, and then with the products that are tried out."""
    share = of.place.explore_share or 0.0
    n = of.n if share <= 0.0 else max(2 * of.n, model.settings.explore_candidates)
    steered = model.steering.steer(pool.code, pool.score, pool.rung, asked(of, past, n))
    fixed = None if share <= 0.0 else _pinned(steered, of.n)
    explored = model.explorer.explore(
        steered.codes, np.maximum(steered.scores, 0.0), of.n, share, of.place.placement_id, fixed=fixed
    )
    return steered, explored


def _pinned(steered: Steered, n: int) -> Array:
    """Bool [at most n]: the slots of pinned products, which nothing is tried out in."""
    moved = [steered.moved.get(code, ()) for code in steered.codes[:n].tolist()]
    return np.array([any(move["action"] == "pin" for move in moves) for moves in moved], np.bool_)


def _shown(pool: Pool, codes: Array) -> Pool:
    """The entries of ``codes``; a product that only a rule brought in stands on the rung of rules."""
    if len(codes) <= len(pool) and np.array_equal(codes, pool.code[: len(codes)]):
        return pool.take(np.arange(len(codes)))
    place_of = {code: place for place, code in enumerate(pool.code.tolist())}
    missing = np.array([code for code in codes.tolist() if code not in place_of], np.int32)
    whole = pool.with_more(missing, RULE)
    place_of.update({code: len(pool) + place for place, code in enumerate(missing.tolist())})
    return whole.take(np.array([place_of[code] for code in codes.tolist()], np.int64))


def _decision(
    model: RecommendModel, entries: list[Product], explored: Explored, steered: Steered, whom: Whom, place: str
) -> Decision:
    reason: dict[str, Any] = {
        "rung": entries[0]["rung"] if entries else "none", "rungs": [entry["rung"] for entry in entries]
    }  # fmt: skip
    tried = explored.reason(lambda code: model.catalog.describe(code).product_id)
    if tried:
        reason["explore"] = tried
    if steered.moved:
        reason["rules"] = {
            entry["product_id"]: [rule["rule_id"] for rule in entry["rules"]] for entry in entries if "rules" in entry
        }
    return Decision(
        chosen=tuple(entry["product_id"] for entry in entries),
        reason=reason,
        customer_id=whom.customer or None,
        session_id=whom.session or None,
        place=place or None,
        probability=explored.slate_probability,
    )
