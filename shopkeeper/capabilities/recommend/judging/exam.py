"""An exam: what was known before a moment, who chose something after it, and what; the same for every method."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from shopkeeper.capabilities.recommend.judging.periods import FOREVER
from shopkeeper.capabilities.recommend.methods.method import Known, Lists, Products, Questions, questions_for
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.capabilities.recommend.settings import RecommendSettings, kind_weights
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import Array, quiet
from shopkeeper.numerics.ranking_metrics import hits, ndcg
from shopkeeper.numerics.sparse_rows import Log, Rows, cut, merge

K = 10  # products in a judged list: what a page shows
MINIMUM_CASES = 20


@dataclass(frozen=True)
class Cases:
    """Customers with history who then chose something: case c wants ``target[starts[c]:starts[c + 1]]``."""

    row: Array
    starts: Array
    target: Array

    @property
    def n_targets(self) -> Array:
        """How many products each case wants."""
        return np.diff(self.starts)


@dataclass
class Exam:
    """One cut of the time: what was known before, and what customers chose after it (new to them, and all)."""

    known: Known
    new: Cases
    every: Cases
    popularity: Fading = field(default_factory=Fading)  # what follows where a method names too few
    _fill: tuple[Questions, int, Fading, Array] | None = field(default=None, repr=False)

    def questions(self, cases: Cases, own: float = -1.0) -> Questions:
        """The pasts of the customers of these cases."""
        return questions_for(self.known, cases.row, own=own)

    def filled(self, lists: Lists, questions: Questions) -> Array:
        """int32 [questions, n]: the lists' products, and what is popular after them where they are too few."""
        product = lists.product
        short = np.flatnonzero((product < 0).any(axis=1))
        if len(short) == 0:
            return product
        n = product.shape[1]
        kept = self._fill
        if kept is None or kept[0] is not questions or kept[1:3] != (n, self.popularity):
            learned = POPULARITY.learn(self.known, self.popularity, quiet)
            kept = self._fill = (questions, n, self.popularity, learned.lists(questions, 2 * n).product)
        return _filled(product, kept[3], short)


def _filled(product: Array, popular: Array, short: Array) -> Array:
    n = product.shape[1]
    result = product.copy()
    for rows in np.array_split(short, max(1, len(short) * n * n // 20_000_000)):
        there, more = product[rows], popular[rows]
        more = np.where((there[:, :, None] == more[:, None, :]).any(axis=1), -1, more)
        both = np.concatenate((there, more), axis=1)
        order = np.argsort(both < 0, axis=1, kind="stable")[:, :n]
        result[rows] = np.take_along_axis(both, order, axis=1)
    return result


def exam(
    log: Log, is_known: Array, low_at: int, high_at: int, settings: RecommendSettings, seed: int, products: Products | None = None
) -> Exam:
    """The cut at ``low_at``; what was chosen is looked for in ``[low_at, high_at)``."""
    before = cut(log, np.iinfo(np.int64).min, low_at)
    after = _chosen_products(cut(log, low_at, high_at), settings)
    known = Known(before, low_at, settings, products, seed=seed)
    had = known.rows()
    eligible = is_known & (had.sizes > 0)
    return Exam(
        known,
        _cases(after, eligible, settings.judged_customers, seed, without=had),
        _cases(after, eligible, settings.judged_customers, seed, without=None),
    )


def _chosen_products(after: Log, settings: RecommendSettings) -> Rows:
    """What counts as chosen: purchases; in a shop without any, whatever says liking."""
    weights = kind_weights(settings, 1.0)
    purchase = EVENT_KINDS.index("purchase")
    if (after.kind == purchase).any():
        only = np.zeros(len(weights))
        only[purchase] = 1.0
        weights = only
    return merge(after, weights, 0, np.inf)


def _cases(after: Rows, eligible: Array, limit: int, seed: int, *, without: Rows | None) -> Cases:
    row_of = np.repeat(np.arange(after.n_rows, dtype=np.int64), after.sizes)
    kept = eligible[row_of]
    if without is not None:
        had_row = np.repeat(np.arange(without.n_rows, dtype=np.int64), without.sizes)
        had = had_row * after.n_products + without.product
        kept = kept & ~np.isin(row_of * after.n_products + after.product, had)
    row_of, product = row_of[kept], after.product[kept]
    rows = np.unique(row_of)
    if len(rows) > limit:
        rows = np.sort(np.random.default_rng(seed).choice(rows, limit, replace=False))
        inside = np.isin(row_of, rows)
        row_of, product = row_of[inside], product[inside]
    starts = np.searchsorted(row_of, np.append(rows, FOREVER)).astype(np.int64)
    return Cases(rows, starts, product)


def gains(listed: Array, cases: Cases) -> Array:
    """float64 [cases]: NDCG of each list."""
    return ndcg(hits(listed, cases.starts, cases.target), cases.n_targets)
