"""What may be shown before it is ordered for good: one entry a product, from every retriever, best first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shopkeeper.numerics.compiling import Array

RUNGS = ("session", "customer", "product", "content", "trending", "newest", "rule")
SESSION, CUSTOMER, PRODUCT, CONTENT, TRENDING, NEWEST, RULE = range(len(RUNGS))
RANKED = (SESSION, CUSTOMER, PRODUCT)  # rungs whose products are ordered among themselves by what was learned


@dataclass(frozen=True)
class Wanted:
    """What may be shown: the filters of a request, as codes and arrays.

    ``n`` products in the end; ``excluded`` int32 codes and ``allowed`` uint8 [capacity] as the kernels take them. ``own`` > 0:
    products of the past may be shown, and speak for themselves so many times; 0: they stand as retrievers name them; below: they
    are left out by retrievers that would otherwise name little else. ``mix`` is how much each retriever counts (by
    name; empty: as it was learned).
    """

    n: int
    allowed: Array
    excluded: Array
    price_low: float
    price_high: float
    any_price: bool
    reasons: bool
    own: float = 0.0
    mix: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Pool:
    """Candidates best first: code int32 [m], score float32 [m], rung uint8 [m] (places in RUNGS).

    ``by`` float32 [m, retrievers] is what each retriever named in ``names`` gave (0: did not name it).
    """

    code: Array
    score: Array
    rung: Array
    by: Array
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        """How many candidates."""
        return len(self.code)

    def take(self, places: Array) -> Pool:
        """The candidates at these places, in this order."""
        return Pool(self.code[places], self.score[places], self.rung[places], self.by[places], self.names)

    def with_more(self, code: Array, rung: int) -> Pool:
        """The same with more candidates behind, which no retriever named."""
        if len(code) == 0:
            return self
        more = len(code)
        return Pool(
            np.concatenate((self.code, code)),
            np.concatenate((self.score, np.zeros(more, np.float32))),
            np.concatenate((self.rung, np.full(more, rung, np.uint8))),
            np.concatenate((self.by, np.zeros((more, self.by.shape[1]), np.float32))),
            self.names,
        )


Product = dict[str, Any]


def united(found: list[tuple[Array, Array]], names: tuple[str, ...]) -> tuple[Array, Array]:
    """(code int32 [m] increasing, by float32 [m, retrievers]) of what retrievers named: (codes, scores) of each."""
    if len(found) == 1:
        code, score = found[0]
        return code, score[:, None]
    code = np.unique(np.concatenate([codes for codes, _ in found]))
    by = np.zeros((len(code), len(names)), np.float32)
    for column, (codes, scores) in enumerate(found):
        by[np.searchsorted(code, codes), column] = scores
    return code, by


def blended(by: Array, weights: Array) -> Array:
    """float32 [m]: the weighted mean of each retriever's scores as a share of its highest.

    ``by`` float32 [m, retrievers], ``weights`` float [retrievers].
    """
    highest = np.maximum(by.max(axis=0, initial=0.0), 1e-30)
    result: Array = (np.maximum(by, 0.0) / highest) @ np.asarray(weights, np.float32)
    return result
