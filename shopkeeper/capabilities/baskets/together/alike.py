"""What being alike says before any basket does: whether products of one kind, or of one kind and price, go together in this shop.

Where nobody tells what is looked at, substitutes are told by being alike: same category (or kind by the title), about the same
price. Whether such products really stand in for each other is not assumed: where people collect a series they go together. So
the lift of all such pairs is measured, and is what a single pair's lift is shrunk to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.baskets.together.facts import Facts
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.complements.chance import shrunk_lift
from shopkeeper.numerics.complements.pairs import Pairs
from shopkeeper.numerics.itemsets.baskets import Baskets

STRENGTH = 50.0  # expected pairs that knowing nothing (lift 1) is worth: a shop's whole kind against its whole trade


@dataclass(frozen=True)
class AlikeLifts:
    """The shop's own lifts of pairs of one kind and about one price, and of one kind at other prices."""

    same_kind: float
    same_kind_and_price: float


def alike_lifts(baskets: Baskets, facts: Facts) -> AlikeLifts:
    """How much more than by chance products that are alike share baskets in this shop, shrunk to 1."""
    n_kind, by_chance_kind = _within(baskets, facts.kind.astype(np.int64))
    n_alike, by_chance_alike = _within(baskets, facts.alike)
    of_kind = shrunk_lift(np.array(n_kind - n_alike), np.array(max(by_chance_kind - by_chance_alike, 0.0)), 1.0, STRENGTH)
    of_alike = shrunk_lift(np.array(n_alike), np.array(by_chance_alike), 1.0, STRENGTH)
    return AlikeLifts(float(of_kind), float(of_alike))


def prior_lift(facts: Facts, lifts: AlikeLifts, pairs: Pairs) -> Array:
    """float64 [pairs]: the lift that each is shrunk to."""
    kind, alike = facts.kind, facts.alike
    first, second = pairs.source, pairs.other
    same_kind = (kind[first] == kind[second]) & (kind[first] >= 0)
    same_alike = (alike[first] == alike[second]) & (alike[first] >= 0)
    return np.asarray(np.where(same_alike, lifts.same_kind_and_price, np.where(same_kind, lifts.same_kind, 1.0)))


def _within(baskets: Baskets, group: Array) -> tuple[float, float]:
    """(pairs of lines of one group in one basket, how many there would be by chance), over all groups."""
    line_group = group[baskets.item]
    known = line_group >= 0
    if not known.any():
        return 0.0, 0.0
    basket = np.repeat(np.arange(len(baskets), dtype=np.int64), baskets.sizes)
    _, times = np.unique(basket[known] * (int(group.max()) + 1) + line_group[known], return_counts=True)
    n = float((times * (times - 1.0)).sum())
    margin = np.bincount(baskets.item, weights=np.repeat(baskets.sizes - 1.0, baskets.sizes), minlength=baskets.n_items)
    total = max(float(margin.sum()), 1e-30)
    of_group = np.bincount(np.unique(group[group >= 0], return_inverse=True)[1], weights=margin[group >= 0])
    by_chance = float((of_group**2).sum() - (margin[group >= 0] ** 2).sum()) / total
    return n, max(by_chance, 0.0)
