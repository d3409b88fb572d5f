"""Visits that go on while answers are given, in bounded memory: one writes, many read, nobody waits.

A ring of visits, and a ring of postings that link each product to the visits that had it, newest first. A number that was
overwritten is recognized by its sequence: a reader then stops, and at worst misses the event that is just being written.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel

N_POSTINGS, N_BEGUN = 0, 1  # places in the state


@kernel
def _post(slot, what, live):
    """Link ``what`` to the visit in ``slot``, before everything it was linked to; then readers may see it."""
    sequence, _, _, _, _, head, count, posting, state = live
    number = state[N_POSTINGS]
    place = number % len(posting)
    posting[place, 0] = sequence[slot]
    posting[place, 1] = what
    posting[place, 2] = head[what]
    state[N_POSTINGS] = number + 1
    head[what] = number
    count[what] += 1


@kernel
def _begin(slot, number, live):
    sequence, size = live[0], live[1]
    sequence[slot] = -1
    size[slot] = 0
    sequence[slot] = number
    live[-1][N_BEGUN] = number + 1


@kernel
def _put(slot, what, loud, scale, live):
    """Put ``what`` to the front of the visit in ``slot``. A visit of one product says nothing and is not linked yet."""
    _, size, product, weight, factor, _, _, _, _ = live
    n = size[slot]
    found = n
    for place in range(n):
        if product[slot, place] == what:
            found = place
            loud = max(loud, weight[slot, place])
    is_new = found == n
    if found == product.shape[1]:
        found -= 1  # the oldest product leaves a full visit
    for place in range(found, 0, -1):
        product[slot, place] = product[slot, place - 1]
        weight[slot, place] = weight[slot, place - 1]
    product[slot, 0] = what
    weight[slot, 0] = loud
    factor[slot] = scale
    size[slot] = max(n, found + 1)
    if is_new and n == 1:
        _post(slot, product[slot, 1], live)
    if is_new and n > 0:
        _post(slot, what, live)


class LiveVisits:
    """The newest ``n_visits`` visits, at most ``longest`` products of each, and which of them had a product.

    ``arrays`` are what kernels read: sequence int64 [visits], size int32, product int32 [visits, longest], weight float32,
    factor float32 [visits], head int64 [products], count int32 [products], posting int64 [postings, 3], state int64 [2].
    """

    def __init__(self, n_visits: int, longest: int, n_products: int, postings_a_visit: int = 8) -> None:
        n_visits = max(1, n_visits)
        self._lock = threading.Lock()
        self._slot_of: dict[Any, int] = {}
        self._key_in: list[Any] = [None] * n_visits
        self.arrays = (
            np.full(n_visits, -1, np.int64), np.zeros(n_visits, np.int32),
            np.zeros((n_visits, longest), np.int32), np.zeros((n_visits, longest), np.float32), np.zeros(n_visits, np.float32),
            np.full(n_products, -1, np.int64), np.zeros(n_products, np.int32),
            np.full((n_visits * postings_a_visit, 3), -1, np.int64), np.zeros(2, np.int64),
        )  # fmt: skip

    @property
    def n_bytes(self) -> int:
        """How much memory the arrays take; it grows with the catalog only."""
        return sum(array.nbytes for array in self.arrays)

    def slot(self, visit_key: Any) -> int:
        """Where this visit is kept, -1 if it is not (or not any more)."""
        return self._slot_of.get(visit_key, -1)

    def add(self, visit_key: Any, product: int, weight: float, factor: Any) -> None:
        """Take an event of a visit: the next answer knows it. ``factor(size)`` tells how loud a visit of so many products is."""
        with self._lock:
            if product >= len(self.arrays[5]):
                self._grow(product + 1)
            slot = self._slot_of.get(visit_key)
            if slot is None:
                slot = self._begin(visit_key)
            size = int(self.arrays[1][slot])
            _put(slot, product, np.float32(weight), np.float32(factor(min(size + 1, self.arrays[2].shape[1]))), self.arrays)

    def _begin(self, visit_key: Any) -> int:
        number = int(self.arrays[-1][N_BEGUN])
        slot = number % len(self._key_in)
        if number >= len(self._key_in):
            self._slot_of.pop(self._key_in[slot], None)
        _begin(slot, number, self.arrays)
        self._key_in[slot] = visit_key
        self._slot_of[visit_key] = slot
        return slot

    def _grow(self, n_products: int) -> None:
        """Room for products that came after learning; readers keep the old arrays until the new ones are whole."""
        head: Array = np.full(max(n_products, 2 * len(self.arrays[5])), -1, np.int64)
        count: Array = np.zeros(len(head), np.int32)
        head[: len(self.arrays[5])] = self.arrays[5]
        count[: len(self.arrays[6])] = self.arrays[6]
        self.arrays = (*self.arrays[:5], head, count, *self.arrays[7:])
