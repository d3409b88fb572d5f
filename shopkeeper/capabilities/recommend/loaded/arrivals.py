"""New products the minute they arrive: what they read like, both ways, until the next learning knows them.

A product row is cut into terms and looked up in what was learned of the others (`LearnedContent.arrays`); those it is like then
lead to it as well. New products find each other through the terms that came with them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from shopkeeper.capabilities.recommend.texts import TEXT_COLUMNS, kind_of, terms_of
from shopkeeper.numerics.coding import PackedTexts
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.likeness.mixing import closeness
from shopkeeper.numerics.likeness.postings import Postings
from shopkeeper.numerics.tf_idf import damped

ARRAYS = (
    "term_bytes", "term_offsets", "term_rarity", "term_kind_weight", "posting_starts", "posting_product", "posting_weight",
    "content_price", "content_price_weight",
)  # fmt: skip
N_STEPS = 50_000  # postings that one arrival may look at: a fraction of a millisecond
NEW_WITH_TERM = 50  # new products remembered by a term, the newest: a whole collection may arrive at once
COLUMNS = (*TEXT_COLUMNS, "price", "sale_price")
NO_CODES, NO_WEIGHTS = np.empty(0, np.int32), np.empty(0, np.float32)

CODES_KEPT = 100_000  # terms whose codes are at hand: looking one up among those learned takes microseconds, sixty of them add up

Near = tuple[Array, Array]  # codes int32, likeness float32, best first
Pairs = tuple[tuple[int, float], ...]  # (code, likeness), best first


class Arrivals:
    """Products that came after learning, and what they are like. One thread at a time writes, any number read without a lock.

    ``n_kept`` new products are remembered, the newest; ``k`` neighbors of each, and as many new ones beside each product.
    """

    def __init__(self, arrays: Mapping[str, Array], *, k: int = 20, n_kept: int = 20_000) -> None:
        self._vocabulary = PackedTexts(arrays["term_bytes"], arrays["term_offsets"])
        self._rarity, self._kind_weight = arrays["term_rarity"], arrays["term_kind_weight"]
        self._price = arrays["content_price"]
        self._price_weight = float(arrays["content_price_weight"][0])
        self._postings = Postings(
            arrays["posting_starts"], arrays["posting_product"], arrays["posting_weight"], arrays["content_price"]
        )
        self._unseen = float(np.log(1.0 + len(self._price)) + 1.0)  # the rarity of a term that no learned product has
        self._k, self._n_kept = k, n_kept
        self._lock = threading.Lock()
        self._rows: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._vectors: dict[int, dict[str, float]] = {}
        self._prices: dict[int, float] = {}
        self._with_term: dict[str, dict[int, None]] = {}
        self._near: dict[int, Near] = {}
        self._beside: dict[int, Pairs] = {}
        self._codes: dict[str, int] = {}

    def __len__(self) -> int:
        """How many new products are remembered."""
        return len(self._near)

    # -- reading

    def neighbors(self, code: int) -> Near:
        """(codes int32, likeness float32 0-1), best first, of what a new product is like; empty for one that is not new."""
        return self._near.get(code, (NO_CODES, NO_WEIGHTS))

    def beside(self, codes: Array, share: Array | None = None) -> Near:
        """(codes int32, weights float32), best first, of the new products that stand beside ``codes`` int [sources].

        A weight is the sum over the sources of their ``share`` float (default 1) times the likeness.
        """
        found: dict[int, float] = {}
        beside = self._beside
        for place, code in enumerate(codes.tolist()):
            near = beside.get(code)
            if near is not None:
                times = 1.0 if share is None else float(share[place])
                for new, likeness in near:
                    found[new] = found.get(new, 0.0) + times * likeness
        return _ordered(found)

    # -- writing

    def add(self, code: int, row: Mapping[str, Any]) -> None:
        """Take a new product, or what changed of one; a column that ``row`` does not have stays as it was.

        A row that says nothing about the product leaves it without neighbors.
        """
        with self._lock:
            known = self._rows.pop(code, {})
            self._rows[code] = known | {name: row[name] for name in COLUMNS if name in row}
            self._forget(code)
            self._take(code, self._rows[code])
            while len(self._rows) > self._n_kept:
                oldest, _ = self._rows.popitem(last=False)
                self._forget(oldest, is_gone=False)

    def _take(self, code: int, row: Mapping[str, Any]) -> None:
        vector, term, value = self._vector(terms_of(row))
        prices = [float(row[name]) for name in ("price", "sale_price") if row.get(name) is not None]
        price = min(prices, default=float("nan"))
        product, likeness = self._postings.nearest(
            term, value, price=price, price_weight=self._price_weight, k=self._k + 1, n_steps=N_STEPS
        )
        near = dict(zip(product.tolist(), likeness.tolist(), strict=True))
        near.update(self._like_new(vector, price))
        near.pop(code, None)
        codes, weights = _ordered(near)
        self._vectors[code], self._prices[code] = vector, price
        self._near[code] = (codes[: self._k], weights[: self._k])
        for other, weight in zip(codes[: self._k].tolist(), weights[: self._k].tolist(), strict=True):
            self._stand(code, other, weight)
        for text in vector:
            with_term = self._with_term.setdefault(text, {})
            with_term[code] = None
            if len(with_term) > NEW_WITH_TERM:
                del with_term[next(iter(with_term))]

    def _vector(self, terms: Mapping[str, float]) -> tuple[dict[str, float], Array, Array]:
        """(unit vector by term, the learned terms' codes, their values): TF-IDF as `term_rows` has it."""
        texts = list(terms)
        codes = np.array([self._code_of(text) for text in texts], np.int64)
        kinds = np.array([kind_of(text) for text in texts], np.int64)
        counted = np.array([terms[text] for text in texts]) * self._kind_weight[kinds]
        rare = np.full(len(texts), self._unseen)
        rare[codes >= 0] = self._rarity[codes[codes >= 0]]
        values = damped(counted) * rare
        values /= max(float(np.sqrt((values**2).sum())), 1e-30)
        vector = {text: value for text, value in zip(texts, values.tolist(), strict=True) if value > 0.0}
        learned = (codes >= 0) & (values > 0.0)
        return vector, codes[learned], values[learned]

    def _code_of(self, text: str) -> int:
        code = self._codes.get(text)
        if code is None:
            if len(self._codes) >= CODES_KEPT:
                self._codes.clear()
            code = self._codes[text] = self._vocabulary.find(text)
        return code

    def _like_new(self, vector: Mapping[str, float], price: float) -> dict[int, float]:
        """What other new products are like, by the terms in common."""
        found: dict[int, float] = {}
        for text, value in vector.items():
            for other in self._with_term.get(text, ()):
                found[other] = found.get(other, 0.0) + value * self._vectors[other][text]
        return {other: likeness * closeness(price, self._prices[other], self._price_weight) for other, likeness in found.items()}

    def _stand(self, code: int, other: int, weight: float) -> None:
        """Let ``other`` lead to the new product, among the strongest that it leads to."""
        near = [*self._beside.get(other, ()), (code, weight)]
        near.sort(key=_best_first)
        self._beside[other] = tuple(near[: self._k])

    def _forget(self, code: int, *, is_gone: bool = True) -> None:
        """Take out what is known of a new product; readers see lists with or without it, never half of one.

        One that is not gone, but only too long ago, may still be named by those that are like it.
        """
        for other in (*self._near.pop(code, (NO_CODES, NO_WEIGHTS))[0].tolist(), code):
            self._leave(code, other)
        for other, _ in self._beside.pop(code, ()) if is_gone else ():
            codes, weights = self._near.get(other, (NO_CODES, NO_WEIGHTS))
            self._near[other] = (codes[codes != code], weights[codes != code])
        self._beside.pop(code, None)
        for text in self._vectors.pop(code, {}):
            with_term = self._with_term.get(text, {})
            with_term.pop(code, None)
            if not with_term:
                self._with_term.pop(text, None)
        self._prices.pop(code, None)

    def _leave(self, code: int, other: int) -> None:
        left = tuple(pair for pair in self._beside.get(other, ()) if pair[0] != code)
        if left:
            self._beside[other] = left
        else:
            self._beside.pop(other, None)


def _best_first(pair: tuple[int, float]) -> tuple[float, int]:
    return -pair[1], pair[0]


def _ordered(near: Mapping[int, float]) -> Near:
    """By likeness, ties to the smaller code."""
    codes = np.fromiter(near, np.int32, len(near))
    weights = np.fromiter(near.values(), np.float32, len(near))
    order = np.lexsort((codes, -weights))
    return codes[order], weights[order]
