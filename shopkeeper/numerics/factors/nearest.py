"""The products whose vectors go best with a customer's, out of all; and the vectors that point the same way."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import itertools
from functools import partial

import numpy as np

from shopkeeper.numerics.compiling import (
    Array,
    Tell,
    chunks,
    in_threads,
    inlined,
    kernel,
    n_threads,
    quiet,
    ranges,
    summing_kernel,
)
from shopkeeper.numerics.factors.solvers import dot
from shopkeeper.numerics.sparse_rows import Rows
from shopkeeper.numerics.top_k import code_of, key_of, largest

BLOCK = 1 << 24  # scores in memory at a time
SIGN = np.uint32(0x80000000)
NEVER = np.float32(-np.inf)


@inlined
def ordered_bits(bits):
    """Bits (uint32) that order like the float32 with these ``bits``, negative ones too."""
    return ~bits if bits & SIGN else bits | SIGN


@inlined
def float_bits(ordered):
    """The bits (uint32) of the float32 that `ordered_bits` were made from."""
    return ordered & ~SIGN if ordered & SIGN else ~ordered


@inlined
def _offer(keys, size, floor, score_bits, code, n):
    """Keep a key if it is among the largest so far; (how many are kept, the key that others must exceed)."""
    key = key_of(ordered_bits(score_bits), code)
    if key <= floor:
        return size, floor
    keys[size] = key
    size += 1
    if size == len(keys):
        size = largest(keys, size, n)
        floor = keys[n - 1]
    return size, floor


@inlined
def _settle(keys, size, out_code, out_bits):
    """Write the largest keys out, largest first; how many."""
    size = largest(keys, size, len(out_code))
    for place in range(size):
        out_code[place] = code_of(keys[place])
        out_bits[place] = float_bits(np.uint32(keys[place] >> np.uint64(32)))
    return size


@inlined
def _soft(value, is_soft):
    if not is_soft:
        return value
    return value if value > 20.0 else np.log1p(np.exp(value))


@inlined
def _hard(value, is_soft):
    if not is_soft or value > 20.0:
        return value
    return np.log(np.expm1(value))


@inlined
def _lift(scores, products, claims, own, is_soft):
    """Leave out what the customer has (``own`` < 0), or give it ``own`` times the highest score by its claim."""
    if own < 0.0:
        for place in range(len(products)):
            scores[products[place]] = NEVER
    elif own > 0.0:
        highest = np.float32(1e-9)
        for value in scores:
            highest = max(highest, _soft(value, is_soft))
        largest_claim = np.float32(1e-30)
        for value in claims:
            largest_claim = max(largest_claim, value)
        for place in range(len(products)):
            what = products[place]
            lifted = max(np.float32(0.0), _soft(scores[what], is_soft)) + own * highest * claims[place] / largest_claim
            scores[what] = np.float32(_hard(lifted, is_soft))


@kernel
def _select(low, high, first, scores, past):
    starts, product, claim, known, own, is_soft, out_code, out_score = past
    n = out_code.shape[1]
    keys = np.empty(4 * n + 16, np.uint64)
    for row in range(low, high):
        line = scores[row]
        bits = line.view(np.uint32)
        begin, end = starts[first + row], starts[first + row + 1]
        if begin == end:
            continue  # nothing speaks
        _lift(line, product[begin:end], claim[begin:end], own, is_soft)
        least = NEVER if is_soft else np.float32(0.0)
        size, floor = 0, np.uint64(0)
        for code in range(len(line)):
            if line[code] > least and known[code]:
                size, floor = _offer(keys, size, floor, bits[code], code, n)
        size = _settle(keys, size, out_code[first + row], out_score[first + row].view(np.uint32))
        for place in range(size):
            out_score[first + row, place] = _soft(out_score[first + row, place], is_soft)


def best_of_all(
    vectors: Array, products: Array, rows: Rows, *, n: int, known: Array, own: float = -1.0, claim: Array | None = None,
    bias: Array | None = None, is_soft: bool = False, tell: Tell = quiet,
) -> tuple[Array, Array]:  # fmt: skip
    """(products int32 [rows, n], scores float32 of the same shape), best first, -1 and 0 where there are no more.

    ``vectors`` float32 [rows, factors] of the customers whose past is ``rows``; ``products`` float32 [products, factors] and
    ``bias`` float32 [products] (default: none); only products where ``known`` bool [products] holds are named,
    and none for an empty row.
    A score is the product of the vectors plus the bias: only positive ones are named; with ``is_soft`` all, and a score s is told
    as log(1 + exp(s)). ``own`` < 0 leaves out what the customer has; above 0 it gets ``own`` * (highest score) * (its ``claim``
    float32 [entries of rows] / the largest claim) on top.
    """
    out_code, out_score = np.full((len(vectors), n), -1, np.int32), np.zeros((len(vectors), n), np.float32)
    claims = np.ones(len(rows.product), np.float32) if claim is None else np.asarray(claim, np.float32)
    past = (rows.starts, rows.product, claims, known, np.float32(own), is_soft, out_code, out_score)
    size = max(1, BLOCK // max(1, len(products)))
    for first, end in chunks(len(vectors) if n > 0 and len(products) else 0, size):
        scores = vectors[first:end] @ products.T
        if bias is not None:
            scores += bias
        call = partial(_select, first=first, scores=scores, past=past)
        in_threads(call, ranges(np.ones(end - first, np.int64), 2 * n_threads()))
        tell(end / len(vectors))
    return out_code, out_score


@summing_kernel
def best_of_one(vector, products, allowed, excluded, out_code, out_score) -> int:
    """How many products were found for one customer; they are in ``out_code`` int32 and ``out_score`` float32, best first.

    ``vector`` float32 [factors], ``products`` float32 [products, factors]; not found: products whose ``allowed`` uint8 is 0,
    those of ``excluded`` int32, and those whose score is not positive. Allocates nothing of the catalog's size.
    """
    n, k = len(out_code), len(vector)
    n_excluded = len(excluded)
    keys = np.empty(2 * (n + n_excluded) + 16, np.uint64)
    size, floor = 0, np.uint64(0)
    score = np.empty(1, np.float32)
    bits = score.view(np.uint32)
    for code in range(len(products)):
        if allowed[code] == 0:
            continue
        score[0] = dot(products[code], vector, k)
        if score[0] > np.float32(0.0):
            size, floor = _offer(keys, size, floor, bits[0], code, n + n_excluded)
    size = largest(keys, size, n + n_excluded)
    kept = 0
    for place in range(size):
        code = code_of(keys[place])
        is_out = False
        for other in range(n_excluded):
            is_out = is_out or excluded[other] == code
        if not is_out and kept < n:
            keys[kept] = keys[place]
            kept += 1
    return _settle(keys, kept, out_code, out_score.view(np.uint32))


@summing_kernel
def score_some(vector, products, codes, out_score) -> None:
    """``out_score`` float32: how well each product of ``codes`` int32 goes with the customer; 0 for a code out of range."""
    for place in range(len(codes)):
        code = codes[place]
        out_score[place] = dot(products[code], vector, len(vector)) if 0 <= code < len(products) else np.float32(0.0)


@summing_kernel
def _cosines(low, high, center, vectors, out):
    k = len(center)
    for row in range(low, high):
        length = np.sqrt(dot(vectors[row], vectors[row], k))
        out[row] = dot(vectors[row], center, k) / length if length > np.float32(1e-20) else NEVER


@kernel
def _best_rows(low, high, scores, excluded, keys, sizes):
    """The best rows of one range into ``keys``: n keys from n * (number of the range)."""
    n = keys.shape[1]
    own = np.empty(4 * n + 16, np.uint64)
    bits = scores.view(np.uint32)
    for number in range(low, high):
        first, end = len(scores) * number // len(sizes), len(scores) * (number + 1) // len(sizes)
        size, floor = 0, np.uint64(0)
        for row in range(first, end):
            if scores[row] > NEVER and not excluded[row]:
                size, floor = _offer(own, size, floor, bits[row], row, n)
        sizes[number] = largest(own, size, n)
        keys[number, : sizes[number]] = own[: sizes[number]]


@kernel
def _merge_best(keys, sizes, out_code, out_score):
    both = np.empty(keys.size, np.uint64)
    size = 0
    for number in range(len(sizes)):
        both[size : size + sizes[number]] = keys[number, : sizes[number]]
        size += sizes[number]
    return _settle(both, size, out_code, out_score.view(np.uint32))


def similar_rows(vectors: Array, chosen: Array, n: int) -> tuple[Array, Array]:
    """(rows int32, cosines float32), the ``n`` that point most in the direction of the ``chosen``, best first, without them.

    ``vectors`` float32 [rows, factors]; the direction of several is the mean of their unit vectors. Rows that are zero are no
    one's like. Empty where the chosen ones have no direction.
    """
    own = np.asarray(vectors[chosen], np.float32)
    lengths = np.sqrt((own * own).sum(axis=1, keepdims=True))
    center = (own / np.maximum(lengths, np.float32(1e-20))).sum(axis=0)
    length = float(np.sqrt((center * center).sum()))
    n = min(n, len(vectors))
    if n <= 0 or length < 1e-9:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    center = (center / np.float32(length)).astype(np.float32)
    scores, excluded = np.empty(len(vectors), np.float32), np.zeros(len(vectors), np.bool_)
    excluded[chosen] = True
    n_parts = max(1, min(16, len(vectors) // 4096))
    edges = np.linspace(0, len(vectors), n_parts + 1).astype(np.int64)
    spans = [(int(low), int(high)) for low, high in itertools.pairwise(edges)]
    in_threads(lambda low, high: _cosines(low, high, center, vectors, scores), spans)
    keys, sizes = np.empty((n_parts, n), np.uint64), np.zeros(n_parts, np.int64)
    in_threads(
        lambda low, high: _best_rows(low, high, scores, excluded, keys, sizes), [(part, part + 1) for part in range(n_parts)]
    )
    code, score = np.empty(n, np.int32), np.empty(n, np.float32)
    size = _merge_best(keys, sizes, code, score)
    return code[:size], score[:size]
