"""What complements are learned from: baskets and visits up to a moment, and what the catalog says of their products."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from shopkeeper.capabilities.baskets.together.alike import AlikeLifts, alike_lifts
from shopkeeper.capabilities.baskets.together.facts import Facts
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.complements.pairs import capped
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY

SPARSE = 50.0  # mean neighbors of a product in baskets
VIEWS_READ = 50  # products of one visit: robots look at everything


@dataclass(frozen=True)
class Material:
    """Baskets in order of time with their moments (int64 microseconds), visits, and facts, all by the same product codes."""

    baskets: Baskets
    at: Array
    visits: Baskets
    facts: Facts
    now: int

    @property
    def n_products(self) -> int:
        """How many products there are."""
        return self.baskets.n_items

    @cached_property
    def fewest(self) -> int:
        """The fewest baskets that two products must share to be looked at, where nobody says.

        Where products have few neighbors in baskets one basket is all there is to know of most pairs; where they have many, pairs
        of one basket are most of the work, and say nothing.
        """
        bought = self.baskets.counts > 0
        neighbors = float((self.baskets.sizes * (self.baskets.sizes - 1.0)).sum()) / max(1, int(bought.sum()))
        return 1 if neighbors < SPARSE else 2

    @cached_property
    def alike(self) -> AlikeLifts:
        """How much products that are alike go together in this shop."""
        return alike_lifts(self.baskets, self.facts)

    def popularity(self, half_life_days: float) -> Array:
        """float64 [products]: baskets with each product, each halved as it ages."""
        weight = np.repeat(self.faded(half_life_days), self.baskets.sizes)
        return np.bincount(self.baskets.item, weights=weight, minlength=self.n_products)

    def faded(self, half_life_days: float) -> Array:
        """float64 [baskets]: 2^-(age / half-life)."""
        age = np.maximum((self.now - self.at) / MICROSECONDS_A_DAY, 0.0)
        return np.asarray(np.exp2(-age / half_life_days))


def material(baskets: Baskets, at: Array, visits: Baskets, facts: Facts, *, limit: int, seed: int) -> Material:
    """The material with large baskets and visits cut to a random part; ``at`` is that of each basket, in order of time."""
    now = int(at[-1]) if len(at) else 0
    return Material(capped(baskets, limit, seed), at, capped(visits, VIEWS_READ, seed), facts, now)


def sampled(baskets: Baskets, at: Array, n_lines: int, seed: int) -> tuple[Baskets, Array]:
    """A random part of the baskets with about ``n_lines`` lines, in order of time."""
    if len(baskets.item) <= n_lines:
        return baskets, at
    kept = np.random.default_rng(seed).random(len(baskets)) < n_lines / len(baskets.item)
    return baskets.some(kept), at[kept]
