"""Whom an answer is for: what was learned of a customer and what was done since, as one past that speaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.loaded.live import NOBODY, History
from shopkeeper.capabilities.recommend.methods.item_graph import claims
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array

NOTHING = np.empty(0, np.int32)


@dataclass(frozen=True)
class Past:
    """What is known of whom an answer is for.

    ``source`` int32 are the products that speak, newest first, with ``weight`` float32 and ``claim`` float32 (how much each asks
    to be shown again, where that is allowed); the first ``n_visit`` of them are of this
    visit. ``bought`` and ``seen`` are codes, for the filters.
    """

    source: Array
    weight: Array
    claim: Array
    n_visit: int
    bought: Array
    seen: Array


@dataclass(frozen=True)
class LearnedRow:
    """A known customer's products as they were learned, newest first: arrays of one length; `Rows` says what they are."""

    product: Array
    step: Array
    weight: Array
    count: Array
    bought: Array


class LearnedRows:
    """The rows of every known customer, mapped from disk."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self._customers = PackedTexts(arrays["customer_bytes"], arrays["customer_offsets"])
        self._starts = arrays["row_starts"]
        self._columns = tuple(arrays[f"row_{name}"] for name in ("product", "step", "weight", "count", "bought"))

    def of(self, customer_id: str) -> LearnedRow:
        """The row of this customer; empty for somebody who was not learned from."""
        code = self._customers.find(customer_id) if customer_id else -1
        low, high = (int(self._starts[code]), int(self._starts[code + 1])) if code >= 0 else (0, 0)
        product, step, weight, count, bought = (column[low:high] for column in self._columns)
        return LearnedRow(product, step, weight, count, bought)

    def code(self, customer_id: str) -> int:
        """The customer's place among those learned from, -1 for somebody else."""
        return self._customers.find(customer_id)


@dataclass(frozen=True)
class Speaking:
    """How a past speaks: weights by moments back (``recency``) and by product (``speech``), this visit ``visit_weight`` times."""

    recency: Array
    speech: Array
    visit_weight: float
    history: int


def learned_past(row: LearnedRow, speaking: Speaking) -> Past:
    """The past of a customer who did nothing since learning."""
    newest = row.product[: speaking.history]
    n = len(newest)
    step = row.step[:n]
    weight = row.weight[:n] * speaking.recency[step] * speaking.speech[newest]
    return Past(newest, weight, claims(row.count[:n], step), 0, row.product[row.bought > 0], row.product)


def live_past(row: LearnedRow, recent: History | None, visit: History | None, given: list[int], speaking: Speaking) -> Past:
    """The past of somebody who did something since learning.

    First the products ``given`` (newest first) and those of this visit, then the customer's others, then what was learned.
    """
    recent, visit = recent or NOBODY, visit or NOBODY
    n_given = len(given)
    touched: dict[int, tuple[int, float, int]] = {code: (place, 1.0, 1) for place, code in enumerate(given)}
    for history in (visit, recent):
        for code in reversed(history.touches):
            if code not in touched:
                touch = history.touches[code]
                touched[code] = (n_given + history.step(touch.at), touch.weight, touch.times)
        if history is visit:
            n_visit = len(touched)
    codes = list(touched)[: speaking.history]
    n_live, n_moments = len(codes), n_given + max(len(recent.moments), len(visit.moments))
    old = [place for place, code in enumerate(row.product[: speaking.history].tolist()) if code not in touched]
    places = np.array(old[: speaking.history - n_live], np.int64)
    source = np.concatenate((np.array(codes, np.int32), row.product[places]))
    live = [touched[code] for code in codes]
    step = np.concatenate((np.array([at for at, _, _ in live], np.int64), row.step[places].astype(np.int64) + n_moments))
    weight = np.concatenate((np.array([value for _, value, _ in live], np.float32), row.weight[places])).astype(np.float32)
    weight *= speaking.recency[np.minimum(step, len(speaking.recency) - 1)] * speaking.speech[source]
    weight[:n_visit] *= np.float32(speaking.visit_weight)
    count = np.concatenate((np.array([n for _, _, n in live], np.float64), row.count[places]))
    bought = np.concatenate((row.product[row.bought > 0], np.array([*visit.bought, *recent.bought], np.int32)))
    seen = np.concatenate((row.product, np.array(list(touched), np.int32)))
    return Past(source, weight, claims(count, step), min(n_visit, n_live), bought, seen)
