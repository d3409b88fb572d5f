"""Sets of two to four products of which every two go together beyond chance, and the baskets that hold all or some of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.baskets.together.evidence import COMPLEMENT, Evidence
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.sparse_rows import counting_sort

LARGEST = 4
MOST_EACH = 500  # sets of one size that are grown further: those in most baskets


@dataclass(frozen=True)
class Clique:
    """Products (codes, increasing), how many baskets hold all of them, and the weakest of their pairs."""

    products: tuple[int, ...]
    n: int
    lift: float
    corrected: float


class Postings:
    """The baskets of each product. ``mark`` bool [baskets] is for whoever compares two of them: clean before and after."""

    def __init__(self, baskets: Baskets) -> None:
        self.mark = np.zeros(len(baskets), np.bool_)
        self._starts, order = counting_sort(baskets.item, baskets.n_items)
        self._basket = np.repeat(np.arange(len(baskets)), baskets.sizes)[order]

    def of(self, product: int) -> Array:
        """The increasing places of the baskets that hold the product."""
        return self._basket[self._starts[product] : self._starts[product + 1]]

    def n_with_any(self, of_each: list[Array]) -> int:
        """How many baskets are in at least one of these arrays of places."""
        n = 0
        for baskets in of_each:
            n += len(baskets) - int(np.count_nonzero(self.mark[baskets]))
            self.mark[baskets] = True
        for baskets in of_each:
            self.mark[baskets] = False
        return n

    def with_all(self, products: tuple[int, ...]) -> Array:
        """The places of the baskets that hold all of these."""
        rarest, *others = sorted((self.of(product) for product in products), key=len)
        for other in others:
            rarest = np.intersect1d(rarest, other, assume_unique=True)
        return rarest


def cliques(evidence: Evidence, postings: Postings, allowed: Array, at_least: int, largest: int = LARGEST) -> list[Clique]:
    """Every set of 2 to ``largest`` allowed products whose pairs are all complements, in ``at_least`` baskets or more.

    ``allowed`` bool [products]. A larger set is grown from a smaller one by a product with a higher code, so each is met once.
    """
    pairs = _pairs(evidence, allowed, at_least)
    after: dict[int, dict[int, Clique]] = {}
    for each in pairs:
        after.setdefault(each.products[0], {})[each.products[1]] = each
    found, level = list(pairs), pairs
    for _ in range(3, largest + 1):
        level = sorted(level, key=lambda each: (-each.n, each.products))[:MOST_EACH]
        level = [grown for each in level for grown in _grown(each, after, postings, at_least)]
        found += level
    return found


def _pairs(evidence: Evidence, allowed: Array, at_least: int) -> list[Clique]:
    pairs, source = evidence.pairs, evidence.pairs.source
    first, second = np.minimum(source, pairs.other), np.maximum(source, pairs.other)
    kept = (evidence.relation == COMPLEMENT) & allowed[source] & allowed[pairs.other] & (pairs.n >= at_least)
    places = np.flatnonzero(kept)
    # A pair is kept from both sides, or from one where the other has too many partners.
    _, once = np.unique(first[places].astype(np.int64) * len(allowed) + second[places], return_index=True)
    places = places[once]
    rows = zip(first[places].tolist(), second[places].tolist(), pairs.n[places].tolist(), evidence.lift[places].tolist(),
               evidence.corrected[places].tolist(), strict=True)  # fmt: skip
    return [Clique((one, other), n, lift, corrected) for one, other, n, lift, corrected in rows]


def _grown(small: Clique, after: dict[int, dict[int, Clique]], postings: Postings, at_least: int) -> list[Clique]:
    following = [after.get(product, {}) for product in small.products]
    joint = set(following[0]).intersection(*following[1:]) if following else set()
    if not joint:
        return []
    baskets = postings.with_all(small.products)
    postings.mark[baskets] = True
    found = []
    for product in sorted(joint):
        n = int(np.count_nonzero(postings.mark[postings.of(product)]))
        if n >= at_least:
            edges = [each[product] for each in following]
            lift = min(small.lift, *(edge.lift for edge in edges))
            corrected = max(small.corrected, *(edge.corrected for edge in edges))
            found.append(Clique((*small.products, product), n, lift, corrected))
    postings.mark[baskets] = False
    return found
