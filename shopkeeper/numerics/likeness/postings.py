"""Where a text that just came stands among those known: its terms' postings added up, the rarest terms first."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel
from shopkeeper.numerics.likeness.mixing import closeness_in_kernels
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest


@kernel
def _nearest(postings, term, value, n_steps, price, own, price_weight, scratch, out_product, out_bits):
    starts, product, weight = postings
    total, touched, keys = scratch
    n_touched, left = 0, n_steps
    for place in range(len(term)):
        first, end = starts[term[place]], starts[term[place] + 1]
        if end - first > left:
            break
        left -= end - first
        for entry in range(first, end):
            what = product[entry]
            if total[what] == 0.0:
                touched[n_touched] = what
                n_touched += 1
            total[what] += value[place] * weight[entry]
    bits = total.view(np.uint32)
    size = 0
    for place in range(n_touched):
        what = touched[place]
        total[what] *= closeness_in_kernels(own, price[what], price_weight)
        if total[what] > 0.0:
            keys[size] = key_of(bits[what], what)
            size += 1
        total[what] = 0.0
    size = largest(keys, size, len(out_product))
    for place in range(size):
        out_product[place] = code_of(keys[place])
        out_bits[place] = bits_of(keys[place])
    return size


class Postings:
    """For each term the products that have it, and memory to add them up in. One caller at a time.

    ``starts`` int64 [terms + 1], ``product`` int32 and ``weight`` float32 > 0 [entries]; ``price`` float32 [products] (NaN:
    unknown).
    """

    def __init__(self, starts: Array, product: Array, weight: Array, price: Array) -> None:
        self._postings = (starts, product, weight)
        self._sizes = np.diff(starts)
        self._price = price
        n_products = len(price)
        self._scratch = (np.zeros(n_products, np.float32), np.empty(n_products, np.int32), np.empty(n_products, np.uint64))

    def nearest(
        self, term: Array, value: Array, *, price: float, price_weight: float, k: int, n_steps: int
    ) -> tuple[Array, Array]:
        """(products int32, likeness float32), best first, at most ``k``, looking at no more than ``n_steps`` postings.

        ``term`` int [terms of the text] with ``value`` float > 0: its unit vector; `mixing.mixed` says how the price counts.
        """
        order = np.lexsort((term, self._sizes[term]))
        product, likeness = np.empty(k, np.int32), np.empty(k, np.float32)
        size = _nearest(
            self._postings, np.asarray(term, np.int64)[order], np.asarray(value, np.float32)[order], n_steps, self._price,
            np.float32(price), float(price_weight), self._scratch, product, likeness.view(np.uint32),
        )  # fmt: skip
        return product[:size], likeness[:size]
