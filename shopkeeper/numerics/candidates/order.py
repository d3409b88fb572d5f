"""Scored candidates of each question in order: the best of them, and how good the order is."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.top_k import code_of, key_of, largest

SIGN = np.uint32(0x80000000)


@inlined
def _ordered(bits):
    """The bits of any float32 such that they order like the floats."""
    return ~bits if bits & SIGN else bits | SIGN


@inlined
def _floats_bits(ordered):
    return ordered & ~SIGN if ordered & SIGN else ~ordered


@kernel
def _best(low, high, starts, product, bits, longest, out_product, out_bits):
    keys = np.empty(longest, np.uint64)
    for question in range(low, high):
        size = starts[question + 1] - starts[question]
        for place in range(size):
            at = starts[question] + place
            keys[place] = key_of(_ordered(bits[at]), product[at])
        size = largest(keys, size, out_product.shape[1])
        for place in range(size):
            out_product[question, place] = code_of(keys[place])
            out_bits[question, place] = _floats_bits(np.uint32(keys[place] >> np.uint64(32)))


def best_of_groups(starts: Array, product: Array, score: Array, n: int) -> tuple[Array, Array]:
    """(int32 [questions, n], float32 of the same shape): the candidates with the highest ``score``, best first, then -1 and 0.

    Question q's candidates are ``[starts[q], starts[q + 1])`` of ``product`` int32 and ``score`` float; equal scores: the
    smaller code first.
    """
    n_questions = len(starts) - 1
    out_product, out_score = np.full((n_questions, n), -1, np.int32), np.zeros((n_questions, n), np.float32)
    # Adding 0 makes -0.0 the same as 0.0: their bits differ, and equal scores must be ordered by code.
    bits = (np.asarray(score, np.float32) + np.float32(0.0)).view(np.uint32)
    sizes = np.diff(starts)
    longest = int(sizes.max(initial=0))
    in_threads(
        lambda low, high: _best(low, high, starts, product, bits, longest, out_product, out_score.view(np.uint32)),
        ranges(sizes, min(4 * n_threads(), 1 + len(product) // 10_000)),
    )
    return out_product, out_score


@kernel
def _gains(low, high, starts, product, score, label, k, out):
    best = np.empty(k)
    for question in range(low, high):
        first, end = starts[question], starts[question + 1]
        best[:] = 0.0
        got = 0.0
        for place in range(first, end):
            if label[place] <= 0.0:
                continue
            rank = 0
            for other in range(first, end):
                if score[other] > score[place] or (score[other] == score[place] and product[other] < product[place]):
                    rank += 1
            if rank < k:
                got += label[place] / np.log2(rank + 2.0)
            here, value = 0, float(label[place])
            while here < k:  # the best possible list: the largest labels first
                if value > best[here]:
                    best[here], value = value, best[here]
                here += 1
        ideal = 0.0
        for here in range(k):
            ideal += best[here] / np.log2(here + 2.0)
        out[question] = got / ideal if ideal > 0.0 else 0.0


def ndcg_of_groups(starts: Array, product: Array, score: Array, label: Array, k: int) -> Array:
    """float64 [questions]: NDCG at ``k`` of the candidates in order of ``score``, with gain ``label`` float (0: not chosen).

    Equal scores: the smaller product first. A question with nothing chosen has 0.
    """
    out = np.zeros(len(starts) - 1)
    score, label = np.asarray(score, np.float32), np.asarray(label, np.float32)
    in_threads(
        lambda low, high: _gains(low, high, starts, product, score, label, k, out),
        ranges(np.diff(starts), min(4 * n_threads(), 1 + len(product) // 10_000)),
    )
    return out
