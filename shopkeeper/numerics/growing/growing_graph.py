"""A learned product graph that takes new events: what a full learn would add to the sums is added to them, pair by pair.

The graph (see `co_occurrence`) is a sum over customers. When a customer's row changes, the old contributions of its pairs are
taken away and the new ones added. Neighbors that the learned graph keeps are changed where they lie (pages are copied when they
are first written, so that processes go on sharing the rest); neighbors that it does not keep go to a small table beside it. A
pair that learning had cut off (beyond the k strongest) begins there from nothing: that, and rows longer than `ALL_PAIRS`, where
only the pairs of the changed product are brought up to date, is all that a full learn knows better.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, inlined, kernel

WIDTH = 32  # later neighbors of one product that are kept; the weakest gives way
ALL_PAIRS = 64  # rows up to this long are brought up to date in all their pairs
FIRST_SLOTS = 1024


class GrownRows(NamedTuple):
    """What kernels read: the learned rows (``starts``, ``neighbor``, ``weight``) and the later neighbors.

    ``slot`` int32 [capacity] is a product's place in the later neighbors, -1 for none; of that place the first ``size`` of
    ``later`` int32 [slots, WIDTH] count, with ``later_weight`` float32. ``ratio`` float32 [capacity] multiplies a target's total.
    """

    starts: Array
    neighbor: Array
    weight: Array
    slot: Array
    size: Array
    later: Array
    later_weight: Array
    ratio: Array


def still(graph: Graph) -> GrownRows:
    """The graph as kernels read it, with nothing that came later."""
    return GrownRows(
        graph.starts, graph.neighbor, graph.weight, np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, WIDTH), np.int32),
        np.empty((0, WIDTH), np.float32), np.empty(0, np.float32),
    )  # fmt: skip


@dataclass(frozen=True)
class ChangedRow:
    """A customer's products before and after one event: arrays of one length.

    ``step`` int64 counts distinct moments back from the newest, ``weight`` float32 is the strongest event's; before the event
    a product that was not there has weight 0. ``place`` is where the event's product stands. ``factor_before`` and
    ``factor_after`` are the row's factor, |c|^-a.
    """

    product: Array
    step_before: Array
    weight_before: Array
    step_after: Array
    weight_after: Array
    place: int
    factor_before: float
    factor_after: float


class GrowingGraph:
    """A learned graph and what came after it. One thread writes (`change`, `grow`), any number read `rows` without a lock.

    ``target_factor`` float [products] is what learning multiplied each target's sums with; a product that came later has 1.
    """

    def __init__(self, graph: Graph, target_factor: Array, table: Array, capacity: int) -> None:
        self._target_factor = np.ones(capacity, np.float32)
        self._target_factor[: len(target_factor)] = target_factor
        self._table = np.asarray(table, np.float32)
        self._n_slots = 0
        self.rows = GrownRows(
            graph.starts, graph.neighbor, graph.weight,
            np.full(capacity, -1, np.int32), np.zeros(FIRST_SLOTS, np.int32), np.zeros((FIRST_SLOTS, WIDTH), np.int32),
            np.zeros((FIRST_SLOTS, WIDTH), np.float32), np.ones(capacity, np.float32),
        )  # fmt: skip

    @property
    def n_bytes(self) -> int:
        """How much memory what came later takes."""
        return int(sum(array.nbytes for array in self.rows[3:]))

    def grow(self, capacity: int) -> None:
        """Make room for products up to ``capacity``; readers go on with the old arrays until they look again."""
        before = self.rows
        if capacity <= len(before.slot):
            return
        more = capacity - len(before.slot)
        self._target_factor = np.concatenate((self._target_factor, np.ones(more, np.float32)))
        self.rows = before._replace(
            slot=np.concatenate((before.slot, np.full(more, -1, np.int32))),
            ratio=np.concatenate((before.ratio, np.ones(more, np.float32))),
        )

    def change(self, row: ChangedRow) -> None:
        """Take away what the customer's pairs added before the event and add what they add after it."""
        self._reserve(len(row.product))
        self._n_slots = _change(
            row.product, row.step_before, row.weight_before, row.step_after, row.weight_after, row.place,
            np.float32(row.factor_before), np.float32(row.factor_after), self._table, self._target_factor,
            self.rows, self._n_slots,
        )  # fmt: skip

    def _reserve(self, n: int) -> None:
        rows = self.rows
        have = len(rows.size)
        if self._n_slots + n <= have:
            return
        more = max(n, have)
        self.rows = rows._replace(
            size=np.concatenate((rows.size, np.zeros(more, np.int32))),
            later=np.concatenate((rows.later, np.zeros((more, WIDTH), np.int32))),
            later_weight=np.concatenate((rows.later_weight, np.zeros((more, WIDTH), np.float32))),
        )

    def weigh(self, target_factor: Array) -> None:
        """Let targets count with this factor (float [at most capacity]) from now on."""
        ratio = self.rows.ratio
        n = len(target_factor)
        ratio[:n] = np.asarray(target_factor, np.float32) / np.maximum(self._target_factor[:n], 1e-30)


@inlined
def _put_later(source, target, value, rows, n_slots):
    """Add to a later neighbor, or make it one, or let it take the weakest one's place; how many slots are used."""
    slot, size, later, later_weight = rows[3], rows[4], rows[5], rows[6]
    at = slot[source]
    if at < 0:
        if value <= 0.0:
            return n_slots
        at = n_slots
        later[at, 0], later_weight[at, 0] = target, value
        size[at] = 1
        slot[source] = at
        return n_slots + 1
    weakest = 0
    for place in range(size[at]):
        if later[at, place] == target:
            later_weight[at, place] = max(np.float32(0.0), later_weight[at, place] + value)
            return n_slots
        if later_weight[at, place] < later_weight[at, weakest]:
            weakest = place
    if value > 0.0:
        if size[at] < later.shape[1]:
            weakest = size[at]
            later[at, weakest], later_weight[at, weakest] = target, value
            size[at] += 1
        elif value > later_weight[at, weakest]:
            later[at, weakest], later_weight[at, weakest] = target, value
    return n_slots


@inlined
def _put(source, target, value, rows, n_slots):
    starts, neighbor, weight = rows[0], rows[1], rows[2]
    if source < len(starts) - 1:
        for edge in range(starts[source], starts[source + 1]):
            if neighbor[edge] == target:
                weight[edge] = max(np.float32(0.0), weight[edge] + value)
                return n_slots
    return _put_later(source, target, value, rows, n_slots)


@inlined
def _worth(step_s, step_t, weight_s, weight_t, factor, table):
    window = len(table) // 2
    return factor * weight_s * weight_t * table[min(max(step_s - step_t + window, 0), 2 * window)]


@kernel
def _change(
    product, step_before, weight_before, step_after, weight_after, what, factor_before, factor_after, table, target_factor,
    rows, n_slots,
):  # fmt: skip
    n = len(product)
    everything = n <= ALL_PAIRS and factor_before != factor_after
    for s in range(n):
        for t in range(n):
            if s == t or not (everything or s == what or t == what):
                continue
            before = _worth(step_before[s], step_before[t], weight_before[s], weight_before[t], factor_before, table)
            after = _worth(step_after[s], step_after[t], weight_after[s], weight_after[t], factor_after, table)
            if before != after:
                value = np.float32((after - before) * target_factor[product[t]])
                n_slots = _put(product[s], product[t], value, rows, n_slots)
    return n_slots
