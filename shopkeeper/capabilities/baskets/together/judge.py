"""How often a list holds what a later basket held: one product of it is hidden, the rest (or one of them) asks.

Two questions a basket: the *product page* asks with one other product of it, the *cart* with all others. Beside ours stand
what is popular (the naive answer) and the item graph's kernel with its usual weights on the same baskets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.baskets.together.listing import Background, Learned, popular_order
from shopkeeper.capabilities.baskets.together.material import Material
from shopkeeper.core.results import Score
from shopkeeper.numerics.bootstrap import paired_score
from shopkeeper.numerics.co_occurrence import Graph, product_graph
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.complements.variety import varied
from shopkeeper.numerics.itemsets.baskets import Baskets
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.ranking_metrics import hit_rate, hits, ndcg, reciprocal_rank
from shopkeeper.numerics.sparse_rows import Rows

K = 10  # products in a judged list: what a page shows
MORE = 4  # times as many candidates, among which variety chooses
CART = 50  # products of a cart that speak
MINIMUM_CASES = 20
HALF_LIVES_DAYS = (7.0, 30.0, 90.0, 1e6)


@dataclass(frozen=True)
class Questions:
    """What asks (rows of products) and the one product that each wants, int32 [questions]; pages first, then carts.

    ``n_pages`` of them are product pages.
    """

    asking: Rows
    wanted: Array
    n_pages: int

    def __len__(self) -> int:
        """How many questions."""
        return len(self.wanted)


def questions(baskets: Baskets, limit: int, seed: int) -> Questions:
    """Two questions for each of at most ``limit`` baskets with two products or more."""
    some = np.flatnonzero(baskets.sizes >= 2)
    random = np.random.default_rng(seed)
    if len(some) > limit:
        some = np.sort(random.choice(some, limit, replace=False))
    drawn = [random.permutation(baskets.item[baskets.starts[each] : baskets.starts[each + 1]]) for each in some.tolist()]
    pages = [items[1:2] for items in drawn]
    carts = [items[1 : 1 + CART] for items in drawn]
    wanted = np.array([items[0] for items in drawn], np.int32)
    return Questions(_rows([*pages, *carts], baskets.n_items), np.concatenate((wanted, wanted)), len(pages))


def _rows(asking: list[Array], n_products: int) -> Rows:
    starts = np.zeros(len(asking) + 1, np.int64)
    np.cumsum([len(items) for items in asking], out=starts[1:])
    product = np.concatenate(asking).astype(np.int32) if asking else np.empty(0, np.int32)
    return as_rows(Baskets(starts, product, n_products), np.ones(len(product), np.float32))


def as_rows(baskets: Baskets, weight: Array) -> Rows:
    """Baskets as rows of one moment each; ``weight`` float32 [lines]."""
    n = len(baskets.item)
    zeros, ones = np.zeros(n, np.int32), np.ones(n, np.int32)
    return Rows(baskets.starts, baskets.item, zeros, weight.astype(np.float32), ones, ones.astype(np.uint32), baskets.n_items)


def listed(
    graph: Graph, asked: Questions, popular: Array, share: Array | None = None, background: Background | None = None
) -> Array:
    """int32 [questions, K]: the best sums over what asks, then what is popular; nothing that asks.

    ``share`` float [products] is how loudly each speaks; ``background`` speaks where any of what asks does.
    """
    return _candidates(graph, asked, popular, share, background, np.diff(graph.starts), K)[0]


def _candidates(
    graph: Graph, asked: Questions, popular: Array, share: Array | None, background: Background | None, n_own: Array, n: int
) -> tuple[Array, Array]:
    rows, said = asked.asking, asked.asking.weight if share is None else share[asked.asking.product]
    if background is not None and len(background.product):
        rows, said, graph = _with_background(graph, rows, said, background, n_own)
    found = best_of_rows(rows, said, graph, chosen=np.arange(len(asked)), n=n, history=CART + 1, fallback=popular)
    return found[0], found[1]


def _with_background(graph: Graph, rows: Rows, said: Array, background: Background, n_own: Array) -> tuple[Rows, Array, Graph]:
    """The background as the list of one more product, which asks wherever a product with pairs (``n_own`` of them) does."""
    n = graph.n_products
    starts = np.append(graph.starts, graph.starts[-1] + len(background.product))
    wider = Graph(
        starts, np.concatenate((graph.neighbor, background.product)), np.concatenate((graph.weight, background.worth))
    )  # fmt: skip
    question = np.repeat(np.arange(rows.n_rows), rows.sizes)
    speaks = np.bincount(question, weights=n_own[rows.product], minlength=rows.n_rows) > 0
    extra = np.flatnonzero(speaks)
    order = np.argsort(np.concatenate((question, extra)), kind="stable")
    product = np.concatenate((rows.product, np.full(len(extra), n)))[order]
    weight = np.concatenate((said, np.ones(len(extra))))[order].astype(np.float32)
    row_starts = np.zeros(rows.n_rows + 1, np.int64)
    np.cumsum(rows.sizes + speaks, out=row_starts[1:])
    asking = as_rows(Baskets(row_starts, product.astype(np.int32), n + 1), weight)
    return asking, weight, wider


def varied_carts(learned: Learned, graph: Graph, asked: Questions, kind: Array, variety: float) -> Array:
    """int32 [questions, K]: as answers list them: beside carts with variety. ``kind`` int [products]."""
    product, score = _candidates(
        graph, asked, learned.popular, None, learned.background, np.diff(learned.products.starts), MORE * K
    )
    carts = np.arange(asked.n_pages, len(asked))
    listed, worth = product[carts], score[carts].astype(np.float64)
    of_pair = worth > 0.0
    # What is popular follows in its order, without variety: as answers have it.
    worth = np.where(of_pair, worth, 1e-30 / np.arange(1, MORE * K + 1)) * (listed >= 0)
    place = varied(worth, np.where(of_pair, np.append(kind, -1)[listed], -1), K, variety)
    result = product[:, :K].copy()
    result[carts] = np.where(place >= 0, np.take_along_axis(listed, np.maximum(place, 0), axis=1), -1)
    return result


def only_popular(asked: Questions, popular: Array) -> Array:
    """int32 [questions, K]: the naive answer."""
    n = asked.asking.n_products
    return listed(Graph(np.zeros(n + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32)), asked, popular)


def by_item_graph(at: Material, asked: Questions, popular: Array) -> Array:
    """int32 [questions, K]: the item graph on the same baskets, with the weights that its own search begins with.

    They are exponents of 1/2 for the basket, the source and the target, 10 baskets of shrinkage, 1/4 for what is bought of late
    (half-life 30 days), and a half-life of 365 days.
    """
    baskets, degree = at.baskets, at.baskets.counts
    of_late = at.popularity(30.0)
    target = np.maximum(degree + 10.0, 1.0) ** -0.5
    if of_late.max(initial=0.0) > 0.0:
        target = target * (of_late / of_late.mean() + 1e-3) ** 0.25
    graph = product_graph(
        as_rows(baskets, np.repeat(np.sqrt(at.faded(365.0)), baskets.sizes)),
        row_factor=np.maximum(baskets.sizes, 1.0) ** -0.5,
        target_factor=target,
        forward=np.ones(2),
        backward=np.ones(2),
        k=50,
    )
    return listed(graph, asked, popular, np.maximum(degree, 1.0) ** -0.5)


def gains(lists: Array, asked: Questions) -> Array:
    """float64 [questions]: NDCG of each list."""
    return ndcg(_hit(lists, asked), np.ones(len(asked)).astype(np.int64))


def _hit(lists: Array, asked: Questions) -> Array:
    return hits(lists, np.arange(len(asked) + 1), asked.wanted)


def popular_half_life(at: Material, asked: Questions) -> float:
    """How fast popularity fades, in days, such that what is popular meets these questions best."""
    reached = [float(gains(only_popular(asked, popular_order(at, days)), asked).mean()) for days in HALF_LIVES_DAYS]
    return HALF_LIVES_DAYS[int(np.argmax(reached))]


@dataclass(frozen=True)
class Judged:
    """The lists of one exam."""

    asked: Questions
    ours: Array
    popular: Array
    item_graph: Array
    in_service: Array | None


def scores(judged: Judged, seed: int) -> tuple[Score, ...]:
    """Both questions together decide, beside what is popular; each by itself, and beside the item graph."""
    asked = judged.asked
    if len(asked) < 2 * MINIMUM_CASES:
        return ()
    ours, naive, graph = (_hit(lists, asked) for lists in (judged.ours, judged.popular, judged.item_graph))
    old = None if judged.in_service is None else _hit(judged.in_service, asked)
    pages = np.arange(len(asked)) < asked.n_pages
    everything = np.ones(len(asked), np.bool_)
    one = np.ones(len(asked), np.int64)

    def score(label: str, where: Array, other: Array, name: str, measure: str, decides: bool = False) -> Score:
        value, baseline = _measured(measure, ours[where], one[where]), _measured(measure, other[where], one[where])
        service = None if old is None or not decides else _measured(measure, old[where], one[where])
        return paired_score(label, value, baseline, name, in_service=service, decides=decides, seed=seed)

    return (
        score(f"NDCG@{K} of a product hidden from a later basket", everything, naive, "popularity", "ndcg", True),
        score(f"NDCG@{K} beside the item graph", everything, graph, "item graph", "ndcg"),
        score(f"hit rate@{K} on product pages", pages, naive, "popularity", "hit rate"),
        score(f"hit rate@{K} on product pages, beside the item graph", pages, graph, "item graph", "hit rate"),
        score(f"hit rate@{K} in carts", ~pages, naive, "popularity", "hit rate"),
        score(f"hit rate@{K} in carts, beside the item graph", ~pages, graph, "item graph", "hit rate"),
        score(f"reciprocal rank@{K}", everything, naive, "popularity", "reciprocal rank"),
    )


def _measured(measure: str, hit: Array, n_targets: Array) -> Array:
    if measure == "ndcg":
        return ndcg(hit, n_targets)
    return hit_rate(hit) if measure == "hit rate" else reciprocal_rank(hit)
