"""From a customer's products and the product graph to the best others, with what speaks for each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.sparse_rows import Rows
from shopkeeper.numerics.top_k import offer, sort_heap


@inlined
def _passes(product: int, allowed: Array, price: Array, price_low: float, price_high: float, any_price: bool) -> bool:
    if allowed[product] == 0:
        return False
    return any_price or price_low <= price[product] <= price_high  # an unknown price (NaN) is in no band


@inlined
def _add_own(source: Array, share: Array, own: float, total: Array, touched: Array, n_touched: int) -> int:
    highest = np.float32(0.0)
    for place in range(n_touched):
        highest = max(highest, total[touched[place]])
    largest = np.float32(0.0)
    for place in range(len(source)):
        largest = max(largest, share[place])
    scale = np.float32(own * max(highest, np.float32(1e-9)) / max(largest, np.float32(1e-30)))
    for place in range(len(source)):
        what = source[place]
        if 0 <= what < len(total) and share[place] > 0.0:
            if total[what] == 0.0:
                touched[n_touched] = what
                n_touched += 1
            total[what] += scale * share[place]
    return n_touched


@kernel
def best(
    starts: Array,
    neighbor: Array,
    weight: Array,
    source: Array,
    source_weight: Array,
    excluded: Array,
    allowed: Array,
    price: Array,
    price_low: float,
    price_high: float,
    any_price: bool,
    own: float,
    total: Array,
    touched: Array,
    out_product: Array,
    out_score: Array,
) -> int:
    """How many of the best products were found; they are in ``out_product`` and ``out_score``, best first.

    A product's score is the sum over ``source`` products of source_weight * weight(source -> product); sources themselves get
    ``own`` * (highest score) * (their weight / the largest weight) on top. Not among them: products in ``excluded``, those whose
    ``allowed`` is 0 or whose price is outside the band (``any_price``: no band).
    ``total`` float32 [products] must be zero and is left so; ``touched`` int32 [products] is scratch.
    """
    n_touched = 0
    n_known = len(starts) - 1
    for place in range(len(source)):
        what = source[place]
        if what < 0 or what >= n_known:
            continue
        share = source_weight[place]
        for edge in range(starts[what], starts[what + 1]):
            target = neighbor[edge]
            value = share * weight[edge]
            if value > 0.0:
                if total[target] == 0.0:
                    touched[n_touched] = target
                    n_touched += 1
                total[target] += value
    if own > 0.0:
        n_touched = _add_own(source, source_weight, own, total, touched, n_touched)
    for place in range(len(excluded)):
        what = excluded[place]
        if 0 <= what < len(total):
            total[what] = 0.0
    size = 0
    for place in range(n_touched):
        target = touched[place]
        value = total[target]
        total[target] = 0.0
        if value <= 0.0 or (size == len(out_score) and value < out_score[0]):
            continue
        if _passes(target, allowed, price, price_low, price_high, any_price):
            size = offer(out_score, out_product, size, value, target)
    sort_heap(out_score, out_product, size)
    return size


@inlined
def _explain(
    starts: Array,
    neighbor: Array,
    weight: Array,
    source: Array,
    source_weight: Array,
    n_visit: int,
    found: Array,
    total: Array,
    out_reason: Array,
    out_share: Array,
    out_visit: Array,
) -> None:
    n_known = len(starts) - 1
    n_reasons = out_reason.shape[1]
    for row in range(len(found)):
        out_visit[row] = 0.0
        if found[row] >= 0:
            total[found[row]] = row + 1.0
        for rank in range(n_reasons):
            out_reason[row, rank] = -1
            out_share[row, rank] = 0.0
    for column in range(len(source)):
        what = source[column]
        if what < 0 or what >= n_known:
            continue
        for edge in range(starts[what], starts[what + 1]):
            mark = total[neighbor[edge]]
            if mark == 0.0:
                continue
            row = int(mark) - 1
            value = source_weight[column] * weight[edge]
            if column < n_visit:
                out_visit[row] += value
            rank = n_reasons
            while rank > 0 and value > out_share[row, rank - 1]:
                rank -= 1
                if rank + 1 < n_reasons:
                    out_share[row, rank + 1] = out_share[row, rank]
                    out_reason[row, rank + 1] = out_reason[row, rank]
            if rank < n_reasons:
                out_share[row, rank] = value
                out_reason[row, rank] = what
    for row in range(len(found)):
        if found[row] >= 0:
            total[found[row]] = 0.0


@kernel
def explain(
    starts: Array,
    neighbor: Array,
    weight: Array,
    source: Array,
    source_weight: Array,
    n_visit: int,
    found: Array,
    total: Array,
    out_reason: Array,
    out_share: Array,
    out_visit: Array,
) -> None:
    """What speaks for each ``found`` product: the sources that add most to its score, and how much they add.

    ``out_reason`` int32 [found, reasons] (-1: none left) with ``out_share`` float32 of the same shape, largest first, in units of
    the score; ``out_visit`` float32 [found] is what the first ``n_visit`` sources add together.
    ``total`` float32 [products] must be zero and is left so.
    """
    _explain(starts, neighbor, weight, source, source_weight, n_visit, found, total, out_reason, out_share, out_visit)


@kernel
def first_allowed(
    order: Array,
    excluded: Array,
    allowed: Array,
    price: Array,
    price_low: float,
    price_high: float,
    any_price: bool,
    total: Array,
    out_product: Array,
) -> int:
    """How many products of ``order`` pass the filters, at most ``len(out_product)``; they are in ``out_product``, in order.

    ``total`` float32 [products] must be zero and is left so.
    """
    for place in range(len(excluded)):
        if 0 <= excluded[place] < len(total):
            total[excluded[place]] = 1.0
    size = 0
    for place in range(len(order)):
        if size == len(out_product):
            break
        what = order[place]
        if total[what] == 0.0 and _passes(what, allowed, price, price_low, price_high, any_price):
            out_product[size] = what
            size += 1
    for place in range(len(excluded)):
        if 0 <= excluded[place] < len(total):
            total[excluded[place]] = 0.0
    return size


@kernel
def _best_of_rows(
    low: int,
    high: int,
    chosen: Array,
    row_starts: Array,
    row_product: Array,
    row_share: Array,
    history: int,
    starts: Array,
    neighbor: Array,
    weight: Array,
    own: float,
    fallback: Array,
    out_product: Array,
    out_score: Array,
    out_reason: Array,
    out_share: Array,
) -> None:
    n_reasons = out_reason.shape[2]
    visit = np.empty(out_product.shape[1], np.float32)
    n_products = len(starts) - 1
    total = np.zeros(n_products, np.float32)
    touched = np.empty(n_products, np.int32)
    for case in range(low, high):
        first = row_starts[chosen[case]]
        end = row_starts[chosen[case] + 1]
        n_touched = 0
        for place in range(first, min(end, first + history)):
            what = row_product[place]
            share = row_share[place]
            for edge in range(starts[what], starts[what + 1]):
                target = neighbor[edge]
                value = share * weight[edge]
                if value > 0.0:
                    if total[target] == 0.0:
                        touched[n_touched] = target
                        n_touched += 1
                    total[target] += value
        if own < 0.0:
            for place in range(first, end):
                total[row_product[place]] = 0.0
        elif own > 0.0:
            n_touched = _add_own(row_product[first:end], row_share[first:end], own, total, touched, n_touched)
        values = out_score[case]
        codes = out_product[case]
        size = 0
        for place in range(n_touched):
            target = touched[place]
            value = total[target]
            if value > 0.0:
                size = offer(values, codes, size, value, target)
        sort_heap(values, codes, size)
        for place in range(n_touched):
            total[touched[place]] = 0.0
        if n_reasons > 0:
            last = min(end, first + history)
            _explain(
                starts, neighbor, weight, row_product[first:last], row_share[first:last], 0, codes[:size], total,
                out_reason[case, :size], out_share[case, :size], visit[:size],
            )  # fmt: skip
        if size < len(codes):
            _fill(codes, values, size, fallback, row_product[first:end] if own < 0.0 else row_product[:0], total)


@inlined
def _fill(codes: Array, values: Array, size: int, fallback: Array, own: Array, total: Array) -> None:
    """The rest of ``codes`` from ``fallback``, without ``own`` and what is there; -1 where that ends."""
    for place in range(size):
        total[codes[place]] = 1.0
    for place in range(len(own)):
        total[own[place]] = 1.0
    n_found = size
    for place in range(len(fallback)):
        if n_found == len(codes):
            break
        if total[fallback[place]] == 0.0:
            codes[n_found] = fallback[place]
            values[n_found] = 0.0
            n_found += 1
    for place in range(n_found, len(codes)):
        codes[place] = -1
        values[place] = 0.0
    for place in range(size):
        total[codes[place]] = 0.0
    for place in range(len(own)):
        total[own[place]] = 0.0


def best_of_rows(
    rows: Rows,
    row_share: Array,
    graph: Graph,
    *,
    chosen: Array,
    n: int,
    history: int,
    fallback: Array,
    own: float = -1.0,
    n_reasons: int = 0,
    tell: Callable[[float], None] = lambda share: None,
) -> tuple[Array, Array, Array, Array]:
    """(products int32 [len(chosen), n], scores float32, reasons int32 [len(chosen), n, n_reasons], what each adds float32).

    The best products of each chosen row, best first; see `explain` for the reasons.

    ``row_share`` float32 [entries of rows] is the weight of each of the customer's products; the ``history`` newest count.
    ``own`` < 0 leaves out what the customer has; 0 keeps it at the score it gets from the others; above, each own product gets
    ``own`` * (highest score) * (its share / the largest share) on top. Where fewer than ``n`` are found, products of ``fallback``
    follow with score 0, then -1.
    """
    out_product = np.empty((len(chosen), n), np.int32)
    out_score = np.empty((len(chosen), n), np.float32)
    out_reason = np.full((len(chosen), n, n_reasons), -1, np.int32)
    out_share = np.zeros((len(chosen), n, n_reasons), np.float32)
    shares = np.asarray(row_share, np.float32)
    follow = np.asarray(fallback, np.int32)

    def call(low: int, high: int) -> None:
        _best_of_rows(
            low, high, chosen, rows.starts, rows.product, shares, history, graph.starts, graph.neighbor, graph.weight,
            own, follow, out_product, out_score, out_reason, out_share,
        )  # fmt: skip

    in_threads(call, ranges(rows.sizes[chosen], 8 * n_threads()), tell)
    return out_product, out_score, out_reason, out_share
