"""How dear a customer usually buys: prices beside the category's median, and how well a candidate's price fits.

With z = log(price / median of its category), a customer's purchases scatter with ``within`` around a level that scatters with
``between`` over customers. The level is drawn towards 0 by its few purchases (the normal model with known variances), and a
candidate's factor is the density of its z beside that of the customer's own level, so that the best fit gets 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.steering.categories import CategoryTree
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log, counting_sort

ARRAYS = ("price_spread", "price_median")
MEDIAN_STRENGTH = 5.0  # the category above counts as this many products
FEWEST_CUSTOMERS = 20


@dataclass(frozen=True)
class PriceLevel:
    """What was learned, for the catalog's categories as they are now.

    ``median`` float64 [categories + 1] of log prices (the shop's last); ``within`` and ``between`` are standard deviations of z,
    both 0 where there was too little to learn from.
    """

    median: Array
    within: float
    between: float

    @staticmethod
    def learn(log: Log, price: Array, category: Array, tree: CategoryTree) -> dict[str, Array]:
        """The arrays to save. ``price`` float32 and ``category`` int32 by product of the log (NaN and -1: unknown)."""
        known = price > 0
        logs = np.where(known, np.log(np.where(known, price, 1.0).astype(np.float64)), np.nan)
        median = _medians(logs, category, tree)
        z = logs - median[category]
        customer = np.repeat(np.arange(log.n_rows), np.diff(log.starts))
        used = (log.kind == EVENT_KINDS.index("purchase")) & np.isfinite(z[log.product])
        spread = _spread(customer[used], z[log.product[used]], log.n_rows)
        return dict(zip(ARRAYS, (spread, median), strict=True))

    @classmethod
    def from_arrays(cls, arrays: dict[str, Array], row_of_category: Array) -> PriceLevel:
        """What was saved, with the row of each present category (see `CategoryTree.rows_in`)."""
        within, between = arrays["price_spread"].tolist()
        return cls(arrays["price_median"][row_of_category], within, between)

    def factor(self, own: Array, candidate: Array, price: Array, category: Array, strength: float) -> Array:
        """float32 [candidates] in (0, 1]: how well each price fits what the customer usually pays; 1 where that is unknown.

        ``own`` int32 are products that the customer bought; ``price`` float32 and ``category`` int32 by product code;
        ``strength`` 0 to 1 is the exponent.
        """
        z = self._beside(own, price, category)
        z = z[np.isfinite(z)]
        if len(z) == 0 or self.between <= 0.0 or strength <= 0.0:
            return np.ones(len(candidate), np.float32)
        pull = (self.within / self.between) ** 2
        level = z.sum() / (len(z) + pull)
        variance = self.within**2 * (1.0 + 1.0 / (len(z) + pull))
        away = np.nan_to_num(self._beside(candidate, price, category) - level)
        found: Array = np.exp(-0.5 * strength * np.minimum(away * away / variance, 50.0)).astype(np.float32)
        return found

    def _beside(self, codes: Array, price: Array, category: Array) -> Array:
        """float64: log of each price beside its category's median; NaN where it has none."""
        kind = category[codes]
        kind = np.where((kind >= 0) & (kind < len(self.median) - 1), kind, len(self.median) - 1)
        worth = price[codes].astype(np.float64)
        beside: Array = np.log(np.where(worth > 0, worth, np.nan)) - self.median[kind]
        return beside


def _medians(logs: Array, category: Array, tree: CategoryTree) -> Array:
    """float64 [categories + 1]: medians with all that lies below, drawn to the category above; the shop's last."""
    usable = np.isfinite(logs)
    order = np.argsort(logs[usable], kind="stable")
    logs, level = logs[usable][order], tree.level[category[usable][order]]
    found = np.full(len(tree) + 1, float(np.median(logs)) if len(logs) else 0.0)
    n_nodes = int(tree.level.max(initial=-1)) + 1
    for depth in range(tree.level.shape[1]):
        inside = level[:, depth] >= 0
        starts, order = counting_sort(level[inside, depth], n_nodes)
        value = logs[inside][order]
        for code in np.flatnonzero(tree.level[:, depth] >= 0).tolist():
            low, high = starts[tree.level[code, depth]], starts[tree.level[code, depth] + 1]
            if high > low:
                middle = 0.5 * (value[(low + high - 1) // 2] + value[(low + high) // 2])
                found[code] = ((high - low) * middle + MEDIAN_STRENGTH * found[code]) / (high - low + MEDIAN_STRENGTH)
    return found


def _spread(customer: Array, z: Array, n_customers: int) -> Array:
    """float64 [2]: standard deviations within customers and between them (one-way analysis of variance by moments)."""
    n = np.bincount(customer, minlength=n_customers)
    several = n >= 2
    if several.sum() < FEWEST_CUSTOMERS:
        return np.zeros(2)
    mean = np.bincount(customer, weights=z, minlength=n_customers) / np.maximum(n, 1)
    square = np.bincount(customer, weights=(z - mean[customer]) ** 2, minlength=n_customers)
    within = float(square[several].sum() / (n[several] - 1).sum())
    overall = float(np.average(mean[several], weights=n[several]))
    between = float(((mean[several] - overall) ** 2 - within / n[several]).mean())
    return np.sqrt(np.maximum([within, between], [1e-6, 0.0]))
