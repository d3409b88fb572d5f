"""What customers buy again and when, learned for every product and category: a phone once, coffee every four weeks.

Two questions with the same model (`numerics.steering.repurchase`): is the same product bought again, and is anything of its
category bought again? Each product is drawn towards its category, each category towards the one above it, those to the shop. A
wait breaks off when the customer was last seen: what is learned is how it is with customers who came back, and whoever asks for a
recommendation has come back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.steering.categories import CategoryTree
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log, counting_sort
from shopkeeper.numerics.steering.repurchase import first_guess, fit, timeliness, waits, with_peaks

ARRAYS = ("again_product", "again_category", "again_kind")
SHOP_STRENGTH = 5.0  # the first guess counts as this many purchases
MOST_BOUGHT = 1000  # purchases of a customer that are looked at, the newest


@dataclass(frozen=True)
class Rhythm:
    """How a product is bought again: with what probability by customers who come back, and after how many days (median)."""

    share: float
    days: float


class BuyAgain:
    """What was learned, for the catalog's categories as they are now.

    Rows of p, mu, sigma and peak as `numerics.steering.repurchase.with_peaks` gives them: ``of_product`` float32 [products
    learned, 4], ``of_again`` and ``of_category`` float32 [categories + 1, 4].
    """

    def __init__(self, of_product: Array, of_again: Array, of_category: Array) -> None:
        self.of_product, self.of_again, self.of_category = of_product, of_again, of_category

    @staticmethod
    def learn(log: Log, category: Array, tree: CategoryTree, shrinkage: float) -> dict[str, Array]:
        """The arrays to save; rows of categories in the order of their codes, the shop's last.

        ``category`` int32 [products of the log] are codes of ``tree`` (-1: none). A parent counts as ``shrinkage`` purchases.
        """
        customer = np.repeat(np.arange(log.n_rows, dtype=np.int32), np.diff(log.starts))
        last_at = np.full(log.n_rows, np.iinfo(np.int64).min, np.int64)
        seen = np.flatnonzero(np.diff(log.starts))
        last_at[seen] = log.at[log.starts[seen + 1] - 1]
        bought = log.kind == EVENT_KINDS.index("purchase")
        customer, product, at = customer[bought], log.product[bought], log.at[bought]
        starts, days, ended = waits(product, customer, at, last_at, log.n_products)
        group = category[np.repeat(np.arange(log.n_products), np.diff(starts))]
        again = _by_category(group, days, ended, tree, shrinkage)
        of_product = fit(starts, days, ended, again[category], shrinkage)
        kind_starts, kind_days, kind_ended = waits(category[product], customer, at, last_at, len(tree))
        kind_group = np.repeat(np.arange(len(tree), dtype=np.int32), np.diff(kind_starts))
        kind = _by_category(kind_group, kind_days, kind_ended, tree, shrinkage)
        return dict(zip(ARRAYS, (with_peaks(of_product), with_peaks(again), with_peaks(kind)), strict=True))

    @classmethod
    def from_arrays(cls, arrays: dict[str, Array], row_of_category: Array) -> BuyAgain:
        """What was saved, with the row of each present category (see `CategoryTree.rows_in`)."""
        product, again, kind = (arrays[name] for name in ARRAYS)
        return cls(product, again[row_of_category], kind[row_of_category])

    def factor(self, bought: Array, days: Array, candidate: Array, category: Array) -> Array:
        """float32 [candidates]: near 0 for what is not bought again or not yet due, 1 and above when it is due.

        ``bought`` int32 with ``days`` float32 since, the newest first; ``candidate`` int32; ``category`` int32 by product code.
        """
        return timeliness(
            bought[:MOST_BOUGHT], days[:MOST_BOUGHT], candidate, category=category,
            of_product=self.of_product, of_again=self.of_again, of_category=self.of_category,
        )  # fmt: skip

    def rhythm(self, code: int, category: int) -> Rhythm:
        """How the product of this code and category code is bought again."""
        row = self.of_product[code] if code < len(self.of_product) else self.of_again[category]
        return Rhythm(float(row[0]), float(np.exp(row[1])))


def _by_category(group: Array, days: Array, ended: Array, tree: CategoryTree, shrinkage: float) -> Array:
    """float64 [categories + 1, 3]: fits of each category with all that lies below it; the shop's last."""
    whole = np.array([0, len(days)], np.int64)
    found = np.repeat(fit(whole, days, ended, first_guess(days, ended)[None, :], SHOP_STRENGTH), len(tree) + 1, axis=0)
    n_nodes = int(tree.level.max(initial=-1)) + 1
    level = tree.level[group]  # the row of -1 for products without a category
    for depth in range(tree.level.shape[1]):
        inside = level[:, depth] >= 0
        starts, order = counting_sort(level[inside, depth], n_nodes)
        own = tree.level[:, depth] >= 0
        parent = np.repeat(found[-1:], n_nodes, axis=0)
        parent[tree.level[own, depth]] = found[own]
        found[own] = fit(starts, days[inside][order], ended[inside][order], parent, shrinkage)[tree.level[own, depth]]
    return found
