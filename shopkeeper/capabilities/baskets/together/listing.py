"""Lists of what goes with each product, best first: its own pairs, then what goes with its category, then with its brand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.baskets.together.alike import prior_lift
from shopkeeper.capabilities.baskets.together.evidence import RELATED, UNSURE, Evidence, evidence_of, find_evidence
from shopkeeper.capabilities.baskets.together.material import Material
from shopkeeper.capabilities.baskets.together.parameters import Parameters
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.complements.chance import shrunk_lift
from shopkeeper.numerics.complements.strongest import strongest
from shopkeeper.numerics.itemsets.baskets import Baskets, baskets_of

N_BACKGROUND = 200  # popular products that are candidates beside every question
KEPT = 50  # products listed for a product, category or brand
EACH_GROUP = 5  # products of one other category or brand that a category or brand lists
FLOOR = 1e-3  # popularity of what nobody bought of late, in mean popularities
GROUP_STRENGTH = 20.0  # expected baskets that knowing nothing (lift 1) is worth for two categories


@dataclass(frozen=True)
class Lists:
    """For source s (a product, category or brand) ``[starts[s], starts[s + 1])`` of the other arrays, best first.

    ``other`` int32 products, ``score`` float32; of the pair (or of the two groups): ``n`` int32 baskets with both, ``lift`` and
    ``co_view`` float32, ``corrected`` float64, ``relation`` uint8 (a place in RELATIONS).
    """

    starts: Array
    other: Array
    score: Array
    n: Array
    lift: Array
    co_view: Array
    corrected: Array
    relation: Array

    @property
    def source(self) -> Array:
        """int32: the source of each entry."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))

    @property
    def rank(self) -> Array:
        """int64 from 1: the place of each entry in its source's list."""
        first: Array = np.repeat(self.starts[:-1], np.diff(self.starts))
        return np.asarray(np.arange(len(self.other)) - first + 1)

    @property
    def graph(self) -> Graph:
        """The same as a graph whose weights are the scores."""
        return Graph(self.starts, self.other, self.score)


def attraction(at: Material, parameters: Parameters) -> Array:
    """float64 [products]: popularity in mean popularities, to the exponent; never 0."""
    popular = at.popularity(parameters.popularity_half_life_days)
    mean = max(float(popular.mean()) if len(popular) else 0.0, 1e-30)
    return np.asarray((popular / mean + FLOOR) ** parameters.popularity_exponent)


def popular_order(at: Material, half_life_days: float) -> Array:
    """int32: the products that are in baskets, by how much of late."""
    popular = at.popularity(half_life_days)
    order = np.lexsort((np.arange(len(popular)), -popular))
    return np.asarray(order[popular[order] > 0].astype(np.int32))


@dataclass(frozen=True)
class Background:
    """What popular ``product`` int32 are worth by themselves, ``worth`` float32, beside whatever is asked."""

    product: Array
    worth: Array


def background_of(at: Material, parameters: Parameters) -> Background:
    """The most popular products and their worth; nobody where ``popular_weight`` is 0."""
    worth = parameters.popular_weight * attraction(at, parameters)
    bought = at.popularity(parameters.popularity_half_life_days) > 0.0
    order = np.lexsort((np.arange(len(worth)), -worth))
    some = order[(worth[order] > 0.0) & bought[order]][:N_BACKGROUND]
    return Background(some.astype(np.int32), worth[some].astype(np.float32))


def product_lists(at: Material, evidence: Evidence, parameters: Parameters, keep: int = KEPT) -> Lists:
    """What goes with each product: pairs that beat chance and co-views, chance only, or perhaps neither."""
    pairs = evidence.pairs
    prior = prior_lift(at.facts, at.alike, pairs)
    is_related = evidence.relation == RELATED
    # What is known to be bought together no more than it is looked at together stands on chance alone, and counts less for it.
    by_chance = evidence.expected_weight * np.where(is_related, 1.0, np.maximum(evidence.co_view, 1.0))
    lift = shrunk_lift(evidence.weight, by_chance, prior, parameters.shrinkage)
    score = np.maximum(lift - 1.0, 0.0) * attraction(at, parameters)[pairs.other]
    score *= np.array([parameters.unsure_weight, parameters.related_weight, 1.0])[evidence.relation]
    counts = at.baskets.counts
    loudness = (np.maximum(counts, 1) / max(float(counts.mean()), 1e-9)) ** parameters.source_exponent
    score *= loudness[pairs.source]
    return _best(len(pairs.starts) - 1, pairs.source, pairs.other, score, evidence, np.arange(len(pairs)), keep)


def group_lists(at: Material, group: Array, n_groups: int, parameters: Parameters, error_share: float) -> Lists:
    """What goes with each category (or brand): popular products of others that are bought with it more than chance would have it.

    ``group`` int32 [products], -1: none.
    """
    evidence = _between_groups(at, group, n_groups, error_share)
    pairs = evidence.pairs
    worth = attraction(at, parameters)
    lift = shrunk_lift(pairs.n, evidence.expected * np.maximum(evidence.co_view, 1.0), 1.0, GROUP_STRENGTH)
    lift = np.where(evidence.relation != UNSURE, lift, 1.0)
    first, products = _popular_of(group, worth, at.popularity(1e6) > 0, n_groups)
    sizes = np.minimum(np.diff(first), EACH_GROUP)[pairs.other]
    pair = np.repeat(np.arange(len(pairs)), sizes)
    place = np.arange(len(pair)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    other = products[first[pairs.other][pair] + place]
    score = np.maximum(lift - 1.0, 0.0)[pair] * worth[other]
    return _best(n_groups, pairs.source[pair], other, score, evidence, pair, KEPT)


def _between_groups(at: Material, group: Array, n_groups: int, error_share: float) -> Evidence:
    baskets, visits = _grouped(at.baskets, group, n_groups), _grouped(at.visits, group, n_groups)
    return find_evidence(
        baskets, np.ones(len(baskets)), visits, size_exponent=0.0, error_share=error_share, at_least=2
    )  # fmt: skip


def _grouped(baskets: Baskets, group: Array, n_groups: int) -> Baskets:
    """The same baskets by the groups that are in them."""
    basket = np.repeat(np.arange(len(baskets), dtype=np.int64), baskets.sizes)
    of_line = group[baskets.item]
    known = of_line >= 0
    return baskets_of(basket[known], of_line[known], len(baskets), n_groups)


def _popular_of(group: Array, worth: Array, is_bought: Array, n_groups: int) -> tuple[Array, Array]:
    """(starts, products): the bought products of each group, the most popular first."""
    some = np.flatnonzero((group >= 0) & is_bought)
    order = some[np.lexsort((some, -worth[some], group[some]))]
    return np.searchsorted(group[order], np.arange(n_groups + 1)), order


def _best(n_sources: int, source: Array, other: Array, score: Array, evidence: Evidence, pair: Array, keep: int) -> Lists:
    """The ``keep`` best entries of each source, without those that say nothing.

    ``source`` is in increasing order; ``pair``: where each entry's evidence lies.
    """
    rows = np.zeros(n_sources + 1, np.int64)
    np.cumsum(np.bincount(source, minlength=n_sources), out=rows[1:])
    starts, kept = strongest(rows, score, keep)
    pair = pair[kept]
    return Lists(
        starts, other[kept].astype(np.int32), score[kept].astype(np.float32), evidence.pairs.n[pair],
        evidence.lift[pair].astype(np.float32), evidence.co_view[pair].astype(np.float32), evidence.corrected[pair],
        evidence.relation[pair],
    )  # fmt: skip


@dataclass(frozen=True)
class Learned:
    """All lists of one moment. ``popular`` int32: products by how much they are bought of late."""

    products: Lists
    categories: Lists
    brands: Lists
    popular: Array
    background: Background


def learn_lists(
    at: Material,
    parameters: Parameters,
    *,
    error_share: float,
    at_least: int,
    half_life_days: float,
    evidence: Evidence | None = None,
) -> Learned:
    """Everything that an answer is made from. ``half_life_days`` is that of what is merely popular."""
    if evidence is None:
        evidence = evidence_of(
            at, size_exponent=parameters.size_exponent, half_life_days=parameters.half_life_days, error_share=error_share,
            at_least=at_least,
        )  # fmt: skip
    facts = at.facts
    return Learned(
        product_lists(at, evidence, parameters),
        group_lists(at, facts.category, len(facts.categories), parameters, error_share),
        group_lists(at, facts.brand, len(facts.brands), parameters, error_share),
        popular_order(at, half_life_days),
        background_of(at, parameters),
    )


def with_groups(learned: Learned, category: Array, brand: Array, n: int) -> Graph:
    """The lists of products as one graph; those with fewer than ``n`` go on with what goes with their category, then their brand.

    Weights only order: whatever follows is below the smallest weight of a pair. ``category`` and ``brand`` int32 [products].
    """
    own = learned.products
    sizes = np.diff(own.starts)
    parts = [(own.source, own.other, own.score.astype(np.float64))]
    floor = float(own.score.min()) if len(own.score) else 1.0
    for lists, group in ((learned.categories, category), (learned.brands, brand)):
        floor *= 1e-4
        short = np.flatnonzero((sizes < n) & (group >= 0))
        length = np.minimum(np.diff(lists.starts), n)[group[short]]
        entry = (
            np.repeat(lists.starts[group[short]], length)
            + np.arange(int(length.sum()))
            - np.repeat(np.cumsum(length) - length, length)
        )
        most = max(float(lists.score.max()) if len(lists.score) else 0.0, 1e-30)
        parts.append((np.repeat(short, length), lists.other[entry], lists.score[entry] * (floor / most)))
    source, other, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(source, kind="stable")
    starts = np.searchsorted(source[order], np.arange(len(sizes) + 1)).astype(np.int64)
    return Graph(starts, other[order].astype(np.int32), weight[order].astype(np.float32))
