"""The learned order in service: every retriever names candidates, and the ranker puts them in line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.loaded.past import NOTHING, Past
from shopkeeper.capabilities.recommend.loaded.pool import Pool, Wanted, united
from shopkeeper.capabilities.recommend.loaded.retrieving import Retriever, passing
from shopkeeper.capabilities.recommend.ranking.candidates import OWN, OWN_LISTED
from shopkeeper.capabilities.recommend.ranking.features import HISTORY, FeatureTables
from shopkeeper.capabilities.recommend.ranking.ranker import LearnedRanker
from shopkeeper.numerics.candidates.gather import FUSED
from shopkeeper.numerics.compiling import Array

AGAIN = "again_"  # what the arrays of the order with own products are called: this and their own name
LEARNED_ROW = "order_customer"  # what a network calls each customer of the saved rows: the row of the log it was learned from
NOBODY_LEARNED = np.empty(0, np.int32)


@dataclass(frozen=True)
class LearnedOrder:
    """What orders candidates: the ranker (``again`` where own products may be shown), and what is known of products.

    Each retriever names ``each`` candidates, of which the ``most`` that stand highest are ordered. ``customer`` int32 [saved
    rows] is what a network calls each customer; empty where none orders.
    """

    ranker: LearnedRanker
    again: LearnedRanker | None
    tables: FeatureTables
    each: int
    most: int
    customer: Array = field(default_factory=lambda: NOBODY_LEARNED)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], card: Mapping[str, Any]) -> LearnedOrder:
        """What was saved beside the retrievers."""
        return cls(
            LearnedRanker.from_arrays(arrays, card["ranker"]),
            LearnedRanker.from_arrays(arrays, card["again"], AGAIN) if "again" in card else None,
            FeatureTables.from_arrays(arrays), int(card["n_listed"]),
            int(card["n_candidates"]), arrays.get(LEARNED_ROW, NOBODY_LEARNED),
        )  # fmt: skip

    def pool(
        self, retrievers: Mapping[str, Retriever], past: Past, wanted: Wanted, price: Array, rung: int, n: int, now: int
    ) -> Pool:
        """The ``n`` best candidates; their scores are shares of the best one's odds."""
        ranker = self.again if self.again is not None and wanted.own > 0.0 else self.ranker
        names, named = ranker.sources, _as_learned(past, wanted)
        found = [
            _own(past, wanted, price) if name == OWN else retrievers[name].best(past, named, price, self.each) for name in names
        ]
        code, by = united(found, names)
        if len(code) == 0:
            return Pool(NOTHING, np.empty(0, np.float32), np.empty(0, np.uint8), by, names)
        code, by = _highest(code, by, found, self.most)
        newest = slice(0, HISTORY)
        read = (past.source[newest], past.strength[newest], past.step[newest].astype(np.int32), past.age[newest],
                past.times[newest].astype(np.int32))  # fmt: skip
        customer = int(self.customer[past.customer]) if 0 <= past.customer < len(self.customer) else -1
        odds = ranker.rank(self.tables, read, code, by, now, customer)
        order = np.lexsort((code, -odds))[:n]
        score = np.exp(np.minimum(odds[order] - odds[order[0]], 0.0)).astype(np.float32)
        return Pool(code[order], score, np.full(len(order), rung, np.uint8), by[order], names)


def _as_learned(past: Past, wanted: Wanted) -> Wanted:
    """What retrievers are asked: the past's products as they name them where they may be shown, and none of them where not."""
    if wanted.own > 0.0:
        return replace(wanted, own=0.0)
    return replace(wanted, own=-1.0, excluded=np.concatenate((wanted.excluded, past.source, past.seen)))


def _own(past: Past, wanted: Wanted, price: Array) -> tuple[Array, Array]:
    """The customer's own products, where they may be shown, by how they ask to be shown again."""
    if wanted.own <= 0.0 or len(past.source) == 0:
        return NOTHING, np.empty(0, np.float32)
    code, claim = past.source[:OWN_LISTED], past.claim[:OWN_LISTED]
    kept = passing(code, wanted, price)
    return code[kept], claim[kept].astype(np.float32)


def _highest(code: Array, by: Array, found: list[tuple[Array, Array]], most: int) -> tuple[Array, Array]:
    """The ``most`` candidates that stand highest in the retrievers' lists, as `numerics.candidates.gather` keeps them."""
    if len(code) <= most:
        return code, by
    fused = np.zeros(len(code), np.float32)
    for listed, _ in found:
        fused[np.searchsorted(code, listed)] += (1.0 / (FUSED + np.arange(len(listed)))).astype(np.float32)
    kept = np.sort(np.lexsort((code, -fused))[:most])
    return code[kept], by[kept]
