"""Several retrievers' lists brought together: each question's distinct candidates, and what each retriever gave them."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.top_k import key_of, largest

FUSED = 10.0  # a place r in a list counts 1 / (10 + r) where lists are fused (Cormack, Clarke & Buettcher, 2009, with 60)
FAINTEST = np.float32(1e-9)  # what a named product with no positive score counts as: named, and last


@dataclass(frozen=True)
class Gathered:
    """Question q's candidates are ``[starts[q], starts[q + 1])``, each once, in the order in which the lists name them.

    product int32 [candidates], score float32 [candidates, retrievers] (0: not named by that retriever).
    """

    starts: Array
    product: Array
    score: Array

    def __len__(self) -> int:
        """How many questions."""
        return len(self.starts) - 1

    def only(self, chosen: Array) -> Gathered:
        """The questions where ``chosen`` bool [questions] holds."""
        sizes = np.diff(self.starts)
        kept = np.repeat(chosen, sizes)
        starts = np.concatenate(([0], np.cumsum(sizes[chosen]))).astype(np.int64)
        return Gathered(starts, self.product[kept], self.score[kept])


@inlined
def _mark_excluded(question, out_starts, out_product, place_of):
    for place in range(out_starts[question], out_starts[question + 1]):
        what = out_product[place]
        if 0 <= what < len(place_of):
            place_of[what] = -2


@inlined
def _clear(question, listed, out_starts, out_product, place_of):
    for column in range(listed.shape[1]):
        if listed[question, column] >= 0:
            place_of[listed[question, column]] = -1
    for place in range(out_starts[question], out_starts[question + 1]):
        what = out_product[place]
        if 0 <= what < len(place_of):
            place_of[what] = -1


@kernel
def _count(low, high, listed, out_starts, out_product, n_products, sizes):
    place_of = np.full(n_products, -1, np.int64)
    for question in range(low, high):
        _mark_excluded(question, out_starts, out_product, place_of)
        size = 0
        for column in range(listed.shape[1]):
            what = listed[question, column]
            if what >= 0 and place_of[what] == -1:
                place_of[what] = size
                size += 1
        sizes[question] = size
        _clear(question, listed, out_starts, out_product, place_of)


@kernel
def _gather(low, high, listed, given, retriever, place_in_list, out_starts, out_product, starts, out, n_products):
    product, score, fused = out
    place_of = np.full(n_products, -1, np.int64)
    for question in range(low, high):
        _mark_excluded(question, out_starts, out_product, place_of)
        end = starts[question]
        for column in range(listed.shape[1]):
            what = listed[question, column]
            if what < 0 or place_of[what] == -2:
                continue
            if place_of[what] == -1:
                place_of[what] = end
                product[end] = what
                end += 1
            place, who = place_of[what], retriever[column]
            if score[place, who] == 0.0:
                fused[place] += np.float32(1.0 / (FUSED + place_in_list[column]))
            score[place, who] = max(score[place, who], given[question, column], FAINTEST)
        _clear(question, listed, out_starts, out_product, place_of)


@kernel
def _kept(low, high, starts, product, bits, longest, most, kept):
    keys = np.empty(longest, np.uint64)
    for question in range(low, high):
        first, size = starts[question], starts[question + 1] - starts[question]
        if size <= most:
            kept[first : first + size] = True
            continue
        for place in range(size):
            keys[place] = key_of(bits[first + place], product[first + place])
        largest(keys, size, most)
        weakest = keys[most - 1]
        for place in range(size):
            key = key_of(bits[first + place], product[first + place])
            kept[first + place] = key >= weakest


def gather(
    products: tuple[Array, ...], scores: tuple[Array, ...], n_products: int, most: int,
    excluded: tuple[Array, Array] | None = None,
) -> Gathered:  # fmt: skip
    """The distinct products of each question's lists, without those excluded; the ``most`` that stand highest in the lists.

    ``products`` int32 [questions, any length] (-1: no more) and ``scores`` float32 of the same shape, one pair a retriever, at
    least one, best first. ``excluded`` is (starts int64 [questions + 1], products int32): what may not be named.
    """
    n_questions = len(products[0])
    listed = np.concatenate(products, axis=1).astype(np.int32)
    given = np.concatenate(scores, axis=1).astype(np.float32)
    lengths = [each.shape[1] for each in products]
    retriever = np.repeat(np.arange(len(products)), lengths)
    place = np.concatenate([np.arange(length) for length in lengths])
    out_starts, out_product = excluded or (np.zeros(n_questions + 1, np.int64), np.empty(0, np.int32))
    spans = ranges(np.ones(n_questions, np.int64), min(4 * n_threads(), 1 + n_questions // 64))
    starts = np.zeros(n_questions + 1, np.int64)
    in_threads(lambda low, high: _count(low, high, listed, out_starts, out_product, n_products, starts[1:]), spans)
    np.cumsum(starts, out=starts)
    n = int(starts[-1])
    out = (np.empty(n, np.int32), np.zeros((n, len(products)), np.float32), np.zeros(n, np.float32))
    in_threads(
        lambda low, high: _gather(
            low, high, listed, given, retriever, place, out_starts, out_product, starts, out, n_products
        ),
        spans,
    )  # fmt: skip
    return _cut(Gathered(starts, out[0], out[1]), out[2], most, spans)


def _cut(gathered: Gathered, fused: Array, most: int, spans: list[tuple[int, int]]) -> Gathered:
    sizes = np.diff(gathered.starts)
    longest = int(sizes.max(initial=0))
    if longest <= most:
        return gathered
    kept = np.zeros(len(fused), np.bool_)
    bits = fused.view(np.uint32)
    in_threads(lambda low, high: _kept(low, high, gathered.starts, gathered.product, bits, longest, most, kept), spans)
    starts = np.concatenate(([0], np.cumsum(np.minimum(sizes, most)))).astype(np.int64)
    return Gathered(starts, gathered.product[kept], gathered.score[kept])
