"""What a full learn would change, changed at once: the graph's sums, how popular each product is, and what is trending."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from shopkeeper.capabilities.recommend.loaded.live import History, Taken
from shopkeeper.capabilities.recommend.methods.item_graph import (
    Parameters,
    distances,
    row_factor,
    source_factor,
    target_factor,
)
from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.growing.growing_graph import ChangedRow, GrowingGraph
from shopkeeper.numerics.recency import MICROSECONDS_A_DAY

YOUNGEST = 30.0  # half-lives
TOP = 2000  # trending products that are kept in order while serving; behind them comes the order of learning
SETTLE_SHARE = 0.01  # factors of all products are computed anew after so many more events, as a share of those known


class Growing:
    """The graph, degrees and trend of one model, kept up to date by one thread; readers look at `graph.rows` and `top`.

    ``degree`` int [products] and ``trend`` float [products] as they were learned, ``now`` in microseconds.
    """

    def __init__(
        self, graph: Graph, degree: Array, trend: Array, parameters: Parameters, now: int, capacity: int, history_limit: int
    ) -> None:
        n = len(degree)
        self._parameters = parameters
        self._now = now
        self._limit = history_limit
        self._degree, self._trend = np.zeros(capacity), np.zeros(capacity)
        self._degree[:n], self._trend[:n] = degree, trend
        forward, backward = distances(parameters)
        table = np.concatenate((backward[:0:-1], forward))
        self.graph = GrowingGraph(graph, target_factor(degree, parameters, np.asarray(trend, np.float64)), table, capacity)
        self._n_products = n
        self.speech = source_factor(self._degree, parameters)
        self.top = np.argsort(-self._trend[:n], kind="stable")[:TOP].astype(np.int32)
        self._n_events = max(1, int(self._degree.sum()))
        self._n_unsettled = 0

    def fade(self, at: int) -> float:
        """How much an event at this moment (microseconds) counts beside those of learning's moment: more, as those age."""
        return _younger((at - self._now) / MICROSECONDS_A_DAY / self._parameters.half_life_days)

    def grow(self, capacity: int) -> None:
        """Make room for products that come."""
        more = capacity - len(self._degree)
        if more > 0:
            self._degree = np.concatenate((self._degree, np.zeros(more)))
            self._trend = np.concatenate((self._trend, np.zeros(more)))
            self.speech = np.concatenate((self.speech, source_factor(np.zeros(more), self._parameters)))
            self.graph.grow(capacity)

    def take(self, taken: Taken, learned: tuple[Array, Array, Array]) -> None:
        """Take one event. ``learned`` are the actor's products, steps and weights as they were learned, newest first."""
        row, is_new = changed_row(taken, learned, self._limit, self._parameters)
        self.graph.change(row)
        code = taken.code
        self._n_products = max(self._n_products, code + 1)
        age_days = (taken.at - self._now) / MICROSECONDS_A_DAY
        self._trend[code] += taken.kind_weight * _younger(age_days / self._parameters.popularity_half_life_days)
        if is_new:
            self._degree[code] += 1
            self.speech[code] = source_factor(self._degree[code : code + 1], self._parameters)[0]
        self._n_unsettled += 1

    def settle(self, codes: Array) -> None:
        """Let the new popularity of these products count, after a handful of `take`: as targets and in what is trending."""
        candidates = np.union1d(self.top, codes)
        order = np.lexsort((candidates, -self._trend[candidates]))
        self.top = candidates[order][:TOP].astype(np.int32)
        if self._n_unsettled > SETTLE_SHARE * self._n_events:
            self._n_events += self._n_unsettled
            self._n_unsettled = 0
            n = self._n_products  # room for products to come must not thin out the mean
            self.graph.weigh(target_factor(self._degree[:n], self._parameters, self._trend[:n]))

    def order(self) -> Array:
        """int32: the trending products that are kept in order, strongest first."""
        top = self.top
        result: Array = top[self._trend[top] > 0]
        return result


def _younger(half_lives: float) -> float:
    """How many times more something so many half-lives younger counts.

    Beyond `YOUNGEST` no more: all that is older is forgotten by then, and a shop whose data end years before its next event
    must not count in numbers that no machine has.
    """
    return float(2.0 ** min(half_lives, YOUNGEST))


def changed_row(taken: Taken, learned: tuple[Array, Array, Array], limit: int, parameters: Parameters) -> tuple[ChangedRow, bool]:
    """(the actor's row before and after the event, whether the product is new to the actor)."""
    product, step, weight = learned
    after, before = taken.after, taken.before
    touched = list(after.touches)[::-1][:limit]
    old = dict(zip(product.tolist(), range(len(product)), strict=True)) if len(product) else {}
    kept = np.array([place for place, code in enumerate(product.tolist()) if code not in after.touches], np.int64)
    kept = kept[: limit - len(touched)]
    live_before = [_touch(code, before, old, step, weight) for code in touched]
    live_after = [_touch(code, after, old, step, weight) for code in touched]
    steps = step[kept].astype(np.int64)
    row = ChangedRow(
        np.concatenate((np.array(touched, np.int32), product[kept])),
        np.concatenate((np.array([at for at, _ in live_before], np.int64), steps + len(before.moments))),
        np.concatenate((np.array([value for _, value in live_before], np.float32), weight[kept])),
        np.concatenate((np.array([at for at, _ in live_after], np.int64), steps + len(after.moments))),
        np.concatenate((np.array([value for _, value in live_after], np.float32), weight[kept])),
        touched.index(taken.code),
        *_factors(len(touched) + len(kept), taken.code not in before.touches and taken.code not in old, parameters),
    )
    return row, taken.code not in before.touches and taken.code not in old


def _factors(n_after: int, is_new: bool, parameters: Parameters) -> tuple[float, float]:
    sizes = np.array([n_after - is_new, n_after], np.float64)
    before, after = row_factor(sizes, parameters)
    return float(before), float(after)


def _touch(code: int, history: History, old: Mapping[int, int], step: Array, weight: Array) -> tuple[int, float]:
    """(step, weight) of a product at that moment of the history; weight 0 where it was not there."""
    place, touch = old.get(code), history.touches.get(code)
    if touch is not None:
        known = float(weight[place]) if place is not None else 0.0
        return history.step(touch.at), max(touch.weight, known)
    if place is not None:
        return int(step[place]) + len(history.moments), float(weight[place])
    return 0, 0.0
