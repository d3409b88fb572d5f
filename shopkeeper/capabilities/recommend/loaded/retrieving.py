"""Who names candidates for one past: the item graph as it has grown, and whatever else was learned for this shop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import numpy as np

from shopkeeper.capabilities.recommend.loaded.factors import ServedFactors
from shopkeeper.capabilities.recommend.loaded.past import AS_IT_SPEAKS, Hearing, Past
from shopkeeper.capabilities.recommend.loaded.pool import Wanted
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.growing.answering import best_of_graph, first_allowed
from shopkeeper.numerics.growing.growing_graph import GrownRows
from shopkeeper.numerics.neighbors.visit_index import VisitIndex
from shopkeeper.numerics.steering.matching import among

VISITS = "visits_"  # what the arrays of an index of visits are called among those of a model: this and their own name


class Scratch(threading.local):
    """Each thread's own working memory, so that answers need no lock."""

    def __init__(self) -> None:
        self.total = np.zeros(0, np.float32)
        self.touched = np.zeros(0, np.int32)
        self.keys = np.zeros(0, np.uint64)
        self._mask = np.zeros(0, np.uint8)

    def mask(self, capacity: int) -> Array:
        """uint8 with room for ``capacity`` products: what one answer may show; its next answer writes over it."""
        if len(self._mask) < capacity:
            self._mask = np.zeros(capacity, np.uint8)
        return self._mask

    def sized(self, capacity: int) -> tuple[Array, Array, Array]:
        """(total float32, touched int32, keys uint64) with room for ``capacity`` products; total is zero."""
        if len(self.total) < capacity:
            self.total = np.zeros(capacity, np.float32)
            self.touched = np.zeros(capacity, np.int32)
            self.keys = np.zeros(capacity, np.uint64)
        return self.total, self.touched, self.keys


class Retriever(Protocol):
    """Names the best products for a past."""

    def best(self, past: Past, wanted: Wanted, price: Array, n: int) -> tuple[Array, Array]:
        """(code int32, score float32 > 0) of at most ``n`` products that pass the filters, best first."""


class GraphRetriever:
    """Through a product graph, which ``rows`` gives as it is now; ``hearing`` where it has its own way of hearing a past."""

    def __init__(
        self, rows: Callable[[], GrownRows], scratch: Scratch, *, speaks_for_own: bool = True, hearing: Hearing | None = None
    ) -> None:
        self._rows, self._scratch, self._speaks_for_own, self._hearing = rows, scratch, speaks_for_own, hearing

    def best(self, past: Past, wanted: Wanted, price: Array, n: int) -> tuple[Array, Array]:
        """The products for which the past's products speak most."""
        product, score = np.empty(n, np.int32), np.empty(n, np.float32)
        if len(past.source) == 0:
            return product[:0], score[:0]
        own = wanted.own if self._speaks_for_own else 0.0
        weight = past.weight if self._hearing is None else self._hearing.of(past).astype(np.float32)
        total, touched, keys = self._scratch.sized(len(wanted.allowed))
        size = best_of_graph(
            self._rows(), past.source, weight, past.claim, own, wanted.excluded, wanted.allowed, price,
            wanted.price_low, wanted.price_high, wanted.any_price, total, touched, keys, product, score,
        )  # fmt: skip
        return product[:size], score[:size]


def in_order(order: Array, shown: Array, wanted: Wanted, price: Array, scratch: Scratch, n: int) -> Array:
    """int32: the first ``n`` products of ``order`` that pass the filters and are not among ``shown`` int32."""
    if n <= 0 or len(order) == 0:
        return np.empty(0, np.int32)
    total, _, _ = scratch.sized(len(wanted.allowed))
    product = np.empty(n, np.int32)
    excluded = np.concatenate((wanted.excluded, shown)) if len(shown) else wanted.excluded
    size = first_allowed(
        order, excluded, wanted.allowed, price, wanted.price_low, wanted.price_high, wanted.any_price, total, product
    )
    return product[:size]


class LinearRetriever:
    """Through the signed weights of a linear autoencoder, with its own way of hearing a past (`methods.ease.speech`)."""

    def __init__(self, rows: GrownRows, factor: Array, hearing: Hearing, scratch: Scratch) -> None:
        self._rows, self._factor, self._hearing, self._scratch = rows, factor, hearing, scratch

    def best(self, past: Past, wanted: Wanted, price: Array, n: int) -> tuple[Array, Array]:
        """The products that the past predicts most."""
        product, score = np.empty(n, np.int32), np.empty(n, np.float32)
        known = past.source < len(self._factor)
        if not known.any():
            return product[:0], score[:0]
        factor = np.where(known, self._factor[np.minimum(past.source, len(self._factor) - 1)], 0.0)
        weight = self._hearing.of(past) * factor
        total, touched, keys = self._scratch.sized(len(wanted.allowed))
        size = best_of_graph(
            self._rows, past.source, weight.astype(np.float32), past.claim, wanted.own, wanted.excluded, wanted.allowed, price,
            wanted.price_low, wanted.price_high, wanted.any_price, total, touched, keys, product, score,
        )  # fmt: skip
        return product[:size], score[:size]


class VisitRetriever:
    """Through past visits like this one, of others: ``owner`` int32 [visits] is whose each is, as in `LearnedRows`."""

    def __init__(self, index: VisitIndex, owner: Array, hearing: Hearing = AS_IT_SPEAKS) -> None:
        self.index, self._owner, self._hearing = index, owner, hearing

    def best(self, past: Past, wanted: Wanted, price: Array, n: int) -> tuple[Array, Array]:
        """The products that visits like the past went on to."""
        if len(past.source) == 0:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        code, score = self.index.answer(
            past.source, self._hearing.of(past).astype(np.float32), n + len(wanted.excluded), own=wanted.own, claim=past.claim,
            visit_key=past.visit or None, allowed=_in_band(wanted, price), customer=past.customer, owner=self._owner,
        )  # fmt: skip
        return _passing(code, score, wanted, price, n)


class FactorRetriever:
    """Through the vector that the past becomes."""

    def __init__(self, factors: ServedFactors, hearing: Hearing = AS_IT_SPEAKS) -> None:
        self.factors, self._hearing = factors, hearing

    def best(self, past: Past, wanted: Wanted, price: Array, n: int) -> tuple[Array, Array]:
        """The products whose vectors go best with the past's."""
        if len(past.source) == 0:
            return np.empty(0, np.int32), np.empty(0, np.float32)
        vector = self.factors.vector(past.source, self._hearing.of(past), past.step)
        excluded = wanted.excluded if wanted.own >= 0.0 else np.concatenate((wanted.excluded, past.source))
        code, score = self.factors.best(vector, _in_band(wanted, price), excluded, n)
        if wanted.own <= 0.0:
            return code, score
        kept = passing(past.source, wanted, price)
        code, score = self._lifted((code, score), vector, past, kept, wanted.own)
        return code[:n], score[:n]

    def _lifted(self, found: tuple[Array, Array], vector: Array, past: Past, kept: Array, own: float) -> tuple[Array, Array]:
        """What was found with the past's products given ``own`` * (highest score) * (claim / largest claim) on top."""
        code, score = found
        mine, claim = past.source[kept], past.claim[kept] / max(float(past.claim.max()), 1e-30)
        highest = max(float(score[0]) if len(score) else 0.0, 1e-9)
        lifted = np.maximum(self.factors.score(vector, mine), 0.0) + np.float32(own * highest) * claim
        others = ~among(code, mine)
        code, score = np.concatenate((mine, code[others])), np.concatenate((lifted, score[others])).astype(np.float32)
        order = np.lexsort((code, -score))
        return code[order], score[order]


class OrderRetriever:
    """The same order for everybody, scored by place as `methods.popularity` does."""

    def __init__(self, order: Array, scratch: Scratch) -> None:
        self._order, self._scratch = order, scratch

    def best(self, past: Past, wanted: Wanted, price: Array, n: int) -> tuple[Array, Array]:
        """The first ``n`` that pass the filters."""
        own = np.empty(0, np.int32) if wanted.own >= 0.0 else past.source
        code = in_order(self._order, own, wanted, price, self._scratch, n)
        return code, (1.0 / (1.0 + np.arange(len(code)))).astype(np.float32)


def _passing(code: Array, score: Array, wanted: Wanted, price: Array, n: int) -> tuple[Array, Array]:
    """The first ``n`` that have any score and pass the filters."""
    kept = (score > 0.0) & passing(code, wanted, price)
    return code[kept][:n], score[kept][:n]


def _in_band(wanted: Wanted, price: Array) -> Array:
    """uint8 [capacity]: which products may be named, with the price band in it."""
    if wanted.any_price:
        return wanted.allowed
    price = price[: len(wanted.allowed)]
    inside: Array = wanted.allowed & (wanted.price_low <= price) & (price <= wanted.price_high)
    return inside


def passing(code: Array, wanted: Wanted, price: Array) -> Array:
    """Bool: which of these products pass the filters: allowed, not excluded, and within the price band.

    A product that came after the filters were made does not.
    """
    n_known = len(wanted.allowed)
    kept: Array = (wanted.allowed[np.minimum(code, n_known - 1)] > 0) & (code < n_known)
    if len(wanted.excluded):
        kept &= ~among(code, wanted.excluded)
    if not wanted.any_price:
        kept &= (wanted.price_low <= price[code]) & (price[code] <= wanted.price_high)
    return kept
