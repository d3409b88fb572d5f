"""Customers most alike, found through an index from each product to some of its customers: what their products say.

Learning takes one pass over the events and answers look only at customers who share a product, at most so many of each
product, so that a million customers with ten million events are no more work an answer than a thousand. See `customer_answers`.
Ratings are predicted from the most alike who rated the product (Resnick et al., 1994; Herlocker et al., 1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, in_threads, n_threads, quiet, ranges
from shopkeeper.numerics.neighbors.biases import CUSTOMER_SHRINKAGE, PRODUCT_SHRINKAGE
from shopkeeper.numerics.neighbors.co_rated import Likeness, Measure, rule_of
from shopkeeper.numerics.neighbors.customer_answers import answer_rows
from shopkeeper.numerics.neighbors.rating_prediction import predict_by_columns
from shopkeeper.numerics.neighbors.slots import EMPTY, empty_sums, table_size
from shopkeeper.numerics.neighbors.visits import Visits
from shopkeeper.numerics.sparse_rows import counting_sort

NOTHING = np.empty(0, np.uint8)
FILLED = Likeness(only_common=False)
TRUSTED = Likeness(Measure.BASELINE, shrinkage=100.0)


@dataclass(frozen=True)
class CustomerRule:
    """How customers are compared and what they say; see `customer_answers`.

    ``neighbors`` customers speak, of at most ``candidates`` of each of the past's ``history`` newest products: the customers
    who came last (``newest_first``), or evenly taken from all. ``amplification`` is the likeness's exponent (Breese et al.,
    1998), ``rarity_exponent`` that of log(1 + customers / customers with the product), ``neighbor_decay`` falls with the place
    in the neighbor's row, ``target_exponent`` divides by a product's customers.
    """

    like: Likeness = FILLED
    neighbors: int = 200
    candidates: int = 1000
    newest_first: bool = True
    history: int = 50
    amplification: float = 1.0
    rarity_exponent: float = 0.0
    neighbor_decay: float = 0.0
    target_exponent: float = 0.0


@dataclass(frozen=True)
class CustomerIndex:
    """Customers in order of their last event: row c of ``rows`` belongs to the customer ``rows.row[c]`` of the log.

    ``index`` is (starts int64 [products + 1], row int32, compared value float32); ``total`` and ``square`` float64 [rows] are
    the sums of a row's compared values and of their squares, ``rarity`` and ``weigh`` float32 [products].
    """

    rows: Visits
    index: tuple[Array, Array, Array]
    total: Array
    square: Array
    rarity: Array
    weigh: Array
    place: Array
    rule: CustomerRule

    @property
    def n_bytes(self) -> int:
        """How much memory it takes."""
        arrays = (
            self.rows.starts, self.rows.product, self.rows.weight, self.rows.end_at, self.rows.row, *self.index,
            self.total, self.square, self.rarity, self.weigh, self.place,
        )  # fmt: skip
        return sum(array.nbytes for array in arrays)


def learn_customers(rows: Visits, compared: Array, rule: CustomerRule, n_customers: int) -> CustomerIndex:
    """The index of these customers (`visits.in_order`); ``compared`` float [entries] is what likeness is measured on.

    ``n_customers`` is how many rows the log has: ``rows`` may hold some of them.
    """
    starts, order = counting_sort(rows.product, rows.n_products)
    count = np.diff(starts)
    index_starts, kept = _chosen(starts, order, rule.candidates, rule.newest_first)
    row = np.repeat(np.arange(rows.n_visits, dtype=np.int32), np.diff(rows.starts))
    rarity = np.log1p(rows.n_visits / np.maximum(count, 1)) ** rule.rarity_exponent
    compared = np.asarray(compared, np.float64)
    entry_rarity = rarity[rows.product]
    place = np.full(n_customers, -1, np.int64)
    place[rows.row] = np.arange(rows.n_visits)
    return CustomerIndex(
        rows,
        (index_starts, row[kept], compared[kept].astype(np.float32)),
        np.bincount(row, weights=entry_rarity * compared, minlength=rows.n_visits),
        np.bincount(row, weights=entry_rarity * compared**2, minlength=rows.n_visits),
        rarity.astype(np.float32),
        (np.maximum(count, 1.0) ** -rule.target_exponent).astype(np.float32),
        place,
        rule,
    )


def _chosen(starts: Array, order: Array, limit: int, newest_first: bool) -> tuple[Array, Array]:
    """(starts, places of entries): at most ``limit`` of each product, from the end or evenly spaced."""
    count = np.diff(starts)
    kept = np.minimum(count, limit)
    index_starts = np.zeros(len(count) + 1, np.int64)
    np.cumsum(kept, out=index_starts[1:])
    number = np.arange(index_starts[-1]) - np.repeat(index_starts[:-1], kept)
    back = number if newest_first else number * np.repeat(count, kept) // np.maximum(np.repeat(kept, kept), 1)
    return index_starts, order[np.repeat(starts[1:] - 1, kept) - back]


def answer_customers(
    index: CustomerIndex, starts: Array, product: Array, compared: Array, claim: Array, customer: Array, n: int, *,
    own: float = -1.0, tell: Tell = quiet,
) -> tuple[Array, Array]:  # fmt: skip
    """(products int32 [pasts, n], -1 where there are no more, scores float32): what the customers most alike have.

    Past p is ``[starts[p], starts[p + 1])`` of ``product`` int32 (newest first, each once), ``compared`` float (as in learning)
    and ``claim`` float32 (what it asks for itself where ``own`` > 0; 0: keeps what others say; < 0: left out). ``customer``
    int64 [pasts] is the log's row that a past belongs to and is not its own neighbor; -1: none.
    """
    rule = index.rule
    n_pasts = len(starts) - 1
    found, score = np.empty((n_pasts, n), np.int32), np.empty((n_pasts, n), np.float32)
    customer = np.asarray(customer, np.int64)
    known = (customer >= 0) & (customer < len(index.place))
    me = np.full(n_pasts, -1, np.int64)
    me[known] = index.place[customer[known]]
    past = (starts, product, np.asarray(compared, np.float64), np.asarray(claim, np.float32), me)
    theirs = (index.rows.starts, index.rows.product, index.rows.weight)
    totals = (index.total, index.square, float(max(1.0, index.rarity.sum())))
    near = np.exp(-rule.neighbor_decay * np.arange(64)).astype(np.float32)
    how = ((*rule_of(rule.like), rule.neighbors), rule.history, rule.amplification, near, index.rarity, index.weigh)
    longest = int(np.diff(index.rows.starts).max(initial=1))
    n_met = min(index.rows.n_visits, rule.history * rule.candidates) + 1
    n_summed = min(index.rows.n_products, rule.neighbors * longest) + int(np.diff(starts).max(initial=0))

    def some(low: int, high: int) -> None:
        size = table_size(n_met)
        seen = (
            np.full(size, EMPTY), np.zeros((size, 7)), np.zeros(size, np.float32), np.empty(n_met, np.int32),
            np.empty(n_met, np.uint64),
        )  # fmt: skip
        answer_rows(low, high, past, own, index.index, theirs, totals, how, seen, empty_sums(n_summed), NOTHING, found, score)

    in_threads(some, ranges(np.diff(starts), 8 * n_threads()), tell)
    return found, score


def predict_ratings(
    customer: Array, product: Array, rating: Array, asked_customer: Array, asked_product: Array, *,
    n_customers: int, n_products: int, like: Likeness = TRUSTED, k: int = 60, damping: float = 0.5,
    customer_shrinkage: float = CUSTOMER_SHRINKAGE, product_shrinkage: float = PRODUCT_SHRINKAGE,
) -> Array:  # fmt: skip
    """float64 [asked]: the rating expected of each (customer, product), from the ``k`` most alike customers who rated it.

    Arguments and fallbacks as in `product_neighbors.predict_ratings`; the adjusted cosine takes off each product's mean here.
    """
    return predict_by_columns(
        product, customer, rating, asked_product, asked_customer, n_rows=n_products, n_columns=n_customers, like=like, k=k,
        damping=damping, row_shrinkage=product_shrinkage, column_shrinkage=customer_shrinkage,
    )  # fmt: skip
