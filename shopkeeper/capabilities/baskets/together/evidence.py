"""Which pairs are bought together more than chance explains, and more than being looked at together explains.

Three numbers stand for a pair, each estimated so that rare pairs do not win:

- *lift*: baskets with both, over what chance would give (`numerics.complements.chance`, within parts of the time);
- *co-view lift*: the same of visits that looked at both. Substitutes are often compared and seldom bought together, so what
  is bought together no more than it is looked at together is no complement;
- a p-value: Poisson, against chance and against chance times co-view lift, of which the larger counts; corrected for all
  pairs of products that could have been found (`false_discovery`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.baskets.together.material import Material
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.complements.chance import expected, false_discovery, margins, poisson_tail, shrunk_lift
from shopkeeper.numerics.complements.pairs import Pairs, pair_counts
from shopkeeper.numerics.itemsets.baskets import Baskets

STRATA = 12  # parts of the time with equally many lines, in each of which chance is worked out by itself
STRATUM_LINES = 2_000  # and with at least so many
VIEW_STRENGTH = 5.0  # expected co-views that knowing nothing (lift 1) is worth
SUBSTITUTE = 0.5  # bought together less than half as often as looked at together: rather instead of each other
COMPLEMENT, RELATED, UNSURE = 2, 1, 0
RELATIONS = ("unsure", "related", "complement")
LIKELY = 0.5  # p-values above this are no evidence at all


@dataclass(frozen=True)
class Evidence:
    """Pairs that are together more often than expected: arrays float64 [pairs] beside those of ``pairs``.

    ``weight`` and ``expected_weight``: baskets with both and by chance, weighted by size and age; ``expected``: by chance,
    each basket one. ``co_view`` is the co-view lift (1 where nothing was looked at). ``p`` and ``corrected``: how rarely chance
    gives as many. ``relation`` uint8: a place in RELATIONS.
    """

    pairs: Pairs
    weight: Array
    expected_weight: Array
    expected: Array
    co_view: Array
    p: Array
    corrected: Array
    relation: Array

    @property
    def lift(self) -> Array:
        """float64 [pairs]: baskets with both over what chance would give."""
        return np.asarray(self.pairs.n / np.maximum(self.expected, 1e-9))


def find_evidence(
    baskets: Baskets,
    faded: Array,
    visits: Baskets,
    *,
    size_exponent: float,
    error_share: float,
    at_least: int,
) -> Evidence:
    """The evidence on the pairs of items that are together more often than chance expects, but for substitutes.

    ``faded`` float [baskets] is how much each counts for its age; baskets are in order of time.
    """
    weight = _scaled(faded * np.maximum(baskets.sizes - 1.0, 1.0) ** -size_exponent, baskets.sizes)
    every = pair_counts(baskets, weight, visits, at_least=at_least)
    strata = int(np.clip(len(baskets.item) // STRATUM_LINES, 1, STRATA))
    by_chance = expected(every, margins(baskets, np.ones(len(baskets)), strata))
    p_chance = poisson_tail(every.n, by_chance)
    # A correction only raises a p-value, and those above the limit do not change how those below it are corrected.
    there = np.flatnonzero(p_chance <= max(LIKELY, error_share))
    pairs, by_chance, p_chance = every.some(there), by_chance[there].astype(np.float64), p_chance[there]
    co_view = _co_view(pairs, visits)
    p = np.maximum(p_chance, poisson_tail(pairs.n, by_chance * np.maximum(co_view, 1.0)))
    n_common = float((baskets.counts >= at_least).sum())
    n_tests = n_common * (n_common - 1.0)  # each pair is there from both sides, so both sides are counted
    corrected = false_discovery(p, n_tests)
    instead = (pairs.n + 1.0) / (by_chance * co_view + 1.0) < SUBSTITUTE
    related = false_discovery(p_chance, n_tests) <= error_share
    relation = np.where(corrected <= error_share, COMPLEMENT, np.where(related, RELATED, UNSURE)).astype(np.uint8)
    kept = np.flatnonzero(~instead)
    pairs = pairs.some(kept)
    weighted = np.asarray(expected(pairs, margins(baskets, weight, strata)), np.float64)
    found = by_chance[kept], co_view[kept], p[kept], corrected[kept], relation[kept]
    return Evidence(pairs, pairs.weight.astype(np.float64), weighted, *found)


def evidence_of(at: Material, *, size_exponent: float, half_life_days: float, error_share: float, at_least: int) -> Evidence:
    """`find_evidence` on the products of ``at``."""
    return find_evidence(
        at.baskets,
        at.faded(half_life_days),
        at.visits,
        size_exponent=size_exponent,
        error_share=error_share,
        at_least=at_least or at.fewest,
    )


def _scaled(weight: Array, sizes: Array) -> Array:
    """The weights such that their sum over pairs is the number of unweighted pairs they are worth (Kish 1965)."""
    n_pairs = sizes * (sizes - 1.0)
    total, squares = float((weight * n_pairs).sum()), float((weight**2 * n_pairs).sum())
    return np.asarray(weight * (total / squares if squares > 0.0 else 1.0))


def _co_view(pairs: Pairs, visits: Baskets) -> Array:
    if len(visits.item) == 0:
        return np.ones(len(pairs))
    by_chance = expected(pairs, margins(visits, np.ones(len(visits)), 1))
    return shrunk_lift(pairs.views, by_chance, 1.0, VIEW_STRENGTH)
