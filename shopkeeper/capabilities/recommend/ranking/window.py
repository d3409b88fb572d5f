"""A last window that labels come from: what was known before it, who came back in it, and what their choices were worth."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.recommend.methods.method import Known, Products
from shopkeeper.capabilities.recommend.settings import RecommendSettings, kind_weights
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY
from shopkeeper.numerics.sparse_rows import Log

WINDOW_SHARE = 0.1  # of the interactions, the newest: what was chosen in them is what a ranker learns to put first
PURCHASE = EVENT_KINDS.index("purchase")
CLICKS = tuple(EVENT_KINDS.index(name) for name in ("view_item", "select_item"))


@dataclass(frozen=True)
class Window:
    """What was known ``before``, and the customers (rows of its log, increasing) that came back after it.

    Customer c of ``row`` int64 chose ``product[starts[c]:starts[c + 1]]`` int64, each worth ``gain`` float32 > 0.
    """

    before: Known
    row: Array
    starts: Array
    product: Array
    gain: Array

    def only(self, chosen: Array) -> Window:
        """The customers where ``chosen`` bool [customers] holds."""
        sizes = np.diff(self.starts)
        kept = np.repeat(chosen, sizes)
        starts = np.concatenate(([0], np.cumsum(sizes[chosen]))).astype(np.int64)
        return Window(self.before, self.row[chosen], starts, self.product[kept], self.gain[kept])


def is_time(log: Log) -> bool:
    """Whether the log's moments are times: ranks or one single moment span less than a day."""
    return len(log.at) > 0 and int(log.at.max()) - int(log.at.min()) >= MICROSECONDS_A_DAY


def window_of(known: Known, share: float = WINDOW_SHARE) -> Window:
    """The last ``share`` of the interactions; where moments tell only an order, the last moment of each customer."""
    log = known.log
    if is_time(log):
        moment = int(np.quantile(log.at, 1.0 - share, method="nearest"))
        after = log.at >= moment
    else:
        moment, after = known.now, _last_of_each(log)
    before = Known(
        part(log, ~after), moment, known.settings, known.products,
        None if known.ratings is None else known.ratings[~after], known.seed,
    )  # fmt: skip
    return _choices(before, part(log, after))


def part(log: Log, kept: Array) -> Log:
    """The events where ``kept`` bool [events] holds; every customer keeps a row, which may be empty."""
    row = np.repeat(np.arange(log.n_rows), np.diff(log.starts))
    starts = np.concatenate(([0], np.cumsum(np.bincount(row[kept], minlength=log.n_rows)))).astype(np.int64)
    return dataclasses.replace(log, starts=starts, product=log.product[kept], kind=log.kind[kept], at=log.at[kept])


def _last_of_each(log: Log) -> Array:
    """Bool [events]: those at their customer's last moment, where there was an earlier one."""
    sizes = np.diff(log.starts)
    filled = sizes > 0
    last, first = np.zeros(log.n_rows, np.int64), np.zeros(log.n_rows, np.int64)
    last[filled], first[filled] = log.at[log.starts[1:][filled] - 1], log.at[log.starts[:-1][filled]]
    newest: Array = (log.at == np.repeat(last, sizes)) & np.repeat(last > first, sizes)
    return newest


def _choices(before: Known, after: Log) -> Window:
    gain = gains(after, before.products, before.settings)
    row = np.repeat(np.arange(after.n_rows, dtype=np.int64), np.diff(after.starts))
    kept = (gain > 0.0) & (before.rows().sizes[row] > 0)
    key, place = np.unique(row[kept] * after.n_products + after.product[kept], return_inverse=True)
    worth = np.zeros(len(key), np.float32)
    np.maximum.at(worth, place, gain[kept])  # looked at ten times and bought once is worth what the purchase is
    rows, starts = np.unique(key // max(1, after.n_products), return_index=True)
    return Window(before, rows, np.append(starts, len(key)).astype(np.int64), key % max(1, after.n_products), worth)


def gains(log: Log, products: Products | None, settings: RecommendSettings) -> Array:
    """float32 [events]: what each is worth by the objectives' weights.

    A purchase brings what it is worth as such, its price and its margin, both in units of the mean price; where they are not
    known, the mean. A look brings what a click is worth. Where nothing was bought, whatever says liking counts as a purchase.
    """
    bought = log.kind == PURCHASE
    if not bought.any():
        bought = kind_weights(settings, 1.0)[log.kind] > 0.0
    worth = np.full(log.n_products, settings.objective_purchase, np.float64)
    if products is not None:
        mean = float(np.nanmean(products.price)) if (products.price > 0.0).any() else 1.0
        worth += settings.objective_revenue * _or_mean(products.price / mean)
        worth += settings.objective_margin * np.maximum(_or_mean((products.price - products.cost) / mean), 0.0)
    result: Array = np.where(bought, worth[log.product], 0.0)
    clicked = np.isin(log.kind, CLICKS)
    return np.maximum(result, np.where(clicked, settings.objective_click, 0.0)).astype(np.float32)


def _or_mean(values: Array) -> Array:
    """The values, with their mean where they are not known; 1 where none is."""
    known = ~np.isnan(values)
    result: Array = np.where(known, values, values[known].mean() if known.any() else 1.0)
    return result
