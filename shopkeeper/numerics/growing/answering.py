"""The best products for a past from a grown graph, and what speaks for them: the kernels of single answers.

    score(t) = ratio(t) * sum over the past's products s of  share(s) * weight(s -> t)

All work in memory that the caller gives, so that an answer allocates nothing of the catalog's size. Negative weights (linear
autoencoders) count; a product is found only where its score is above 0. The graph may grow while it is read: a product that came
after ``allowed`` was made, or a slot after ``rows`` were taken, is not looked at.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import inlined, kernel
from shopkeeper.numerics.top_k import bits_of, code_of, key_of, largest

ALMOST_NOTHING = np.float32(-1e-30)  # a total that came back to exactly 0 stays marked as touched, and is still not listed

# Arrays that go through a call in an inner loop cost more than what is done with them, so that these loops are written out.


@inlined
def _add_up(rows, source, share, total, touched):
    """Add what each source gives to its neighbors, learned and later ones; how many products were touched."""
    starts, neighbor, weight, slot, size, later, later_weight, ratio = rows
    n_touched, n_slots, n_room = 0, len(size), len(total)
    for place in range(len(source)):
        what = source[place]
        if what < 0:
            continue
        loud = share[place]
        if what < len(starts) - 1:
            for edge in range(starts[what], starts[what + 1]):
                value = loud * weight[edge]
                if value != 0.0:
                    target = neighbor[edge]
                    before = total[target]
                    if before == 0.0:
                        touched[n_touched] = target
                        n_touched += 1
                    total[target] = before + value if before + value != 0.0 else ALMOST_NOTHING
        at = slot[what] if what < len(slot) else -1
        if 0 <= at < n_slots:
            for edge in range(size[at]):
                target, value = later[at, edge], loud * later_weight[at, edge]
                if value != 0.0 and target < n_room:
                    before = total[target]
                    if before == 0.0:
                        touched[n_touched] = target
                        n_touched += 1
                    total[target] = before + value if before + value != 0.0 else ALMOST_NOTHING
    n_known = len(ratio)
    if n_known > 0:
        for place in range(n_touched):
            target = touched[place]
            if target < n_known:
                total[target] *= ratio[target]
    return n_touched


@inlined
def add_own(source, claim, own, total, touched, n_touched) -> int:
    """Give each source ``own`` * (highest score) * (its claim / the largest claim) on top; how many products were touched."""
    highest = np.float32(1e-9)
    for place in range(n_touched):
        highest = max(highest, total[touched[place]])
    largest_claim = np.float32(1e-30)
    for place in range(len(source)):
        largest_claim = max(largest_claim, claim[place])
    scale = np.float32(own * highest / largest_claim)
    for place in range(len(source)):
        target = source[place]
        if 0 <= target < len(total) and claim[place] > 0.0:
            if total[target] == 0.0 and n_touched < len(touched):
                touched[n_touched] = target
                n_touched += 1
            total[target] = max(total[target], np.float32(0.0)) + scale * claim[place]
    return n_touched


@inlined
def passes(product, allowed, price, price_low, price_high, any_price) -> bool:
    """Whether the product is allowed and its price lies in the band; an unknown price (NaN) is in no band."""
    if allowed[product] == 0:
        return False
    return any_price or price_low <= price[product] <= price_high


@kernel
def best_of_graph(
    rows, source, share, claim, own, excluded, allowed, price, price_low, price_high, any_price,
    total, touched, keys, out_product, out_score,
) -> int:  # fmt: skip
    """How many of the best products were found; they are in ``out_product`` int32 and ``out_score`` float32, best first.

    ``rows`` is a `GrownRows`; ``source`` int32 are the past's products with their ``share`` float32; they themselves get ``own``
    * (highest score) * (their ``claim`` float32 / the largest claim) on top. Not found: products of ``excluded`` int32, those
    whose ``allowed`` uint8 is 0 or whose ``price`` float32 is outside the band (``any_price``: no band). Scratch of the catalog's
    size: ``total`` float32, which must be zero and is left so, ``touched`` int32 and ``keys`` uint64.
    """
    total = total[: len(allowed)]
    n_touched = _add_up(rows, source, share, total, touched)
    if own > 0.0:
        n_touched = add_own(source, claim, own, total, touched, n_touched)
    for place in range(len(excluded)):
        if 0 <= excluded[place] < len(total):
            total[excluded[place]] = 0.0
    bits = total.view(np.uint32)
    size = 0
    for place in range(n_touched):
        target = touched[place]
        if total[target] > 0.0 and passes(target, allowed, price, price_low, price_high, any_price):
            keys[size] = key_of(bits[target], target)
            size += 1
        bits[target] = 0  # the scratch is left as it was found
    size = largest(keys, size, len(out_product))
    score_bits = out_score.view(np.uint32)
    for place in range(size):
        out_product[place] = code_of(keys[place])
        score_bits[place] = bits_of(keys[place])
    return size


@inlined
def note_reason(reasons, parts, source, value) -> None:
    """Put (source, value) in its place among the largest parts."""
    rank = len(parts)
    while rank > 0 and value > parts[rank - 1]:
        rank -= 1
        if rank + 1 < len(parts):
            parts[rank + 1] = parts[rank]
            reasons[rank + 1] = reasons[rank]
    if rank < len(parts):
        parts[rank] = value
        reasons[rank] = source


@inlined
def _mark_found(found, ratio, total, scale):
    """Write each found product's place, from 1, into ``total``, and what its sums are multiplied with."""
    for row in range(len(found)):
        total[found[row]] = row + 1.0
        if found[row] < len(ratio):
            scale[row] = ratio[found[row]]


@kernel
def explain_graph(rows, source, share, n_visit, found, total, out_reason, out_part, out_visit) -> None:
    """What speaks for each ``found`` product int32 [found]: the sources that add most to its score, and how much they add.

    ``out_reason`` int32 [found, reasons] (-1: none left) with ``out_part`` float32 of the same shape, largest first, in units
    of the score; ``out_visit`` float32 [found] is what the first ``n_visit`` sources add together. ``total`` as in
    `best_of_graph`.
    """
    starts, neighbor, weight, slot, size, later, later_weight, ratio = rows
    out_reason[:, :] = -1
    out_part[:, :] = 0.0
    out_visit[:] = 0.0
    scale = np.ones(len(found), np.float32)
    _mark_found(found, ratio, total, scale)
    for column in range(len(source)):
        what = source[column]
        if what < 0:
            continue
        loud, heard = share[column], np.float32(1.0 if column < n_visit else 0.0)
        if what < len(starts) - 1:
            for edge in range(starts[what], starts[what + 1]):
                mark = total[neighbor[edge]]
                if mark > 0.0:
                    row = int(mark) - 1
                    value = loud * weight[edge] * scale[row]
                    if value > 0.0:
                        out_visit[row] += heard * value
                        note_reason(out_reason[row], out_part[row], what, value)
        at = slot[what] if what < len(slot) else -1
        if 0 <= at < len(size):
            for edge in range(size[at]):
                mark = total[later[at, edge]] if later[at, edge] < len(total) else np.float32(0.0)
                if mark > 0.0:
                    row = int(mark) - 1
                    value = loud * later_weight[at, edge] * scale[row]
                    if value > 0.0:
                        out_visit[row] += heard * value
                        note_reason(out_reason[row], out_part[row], what, value)
    for row in range(len(found)):
        total[found[row]] = 0.0


@kernel
def first_allowed(order, excluded, allowed, price, price_low, price_high, any_price, total, out_product) -> int:
    """How many products of ``order`` int32 pass the filters of `best_of_graph`; at most as many as ``out_product`` has room."""
    total = total[: len(allowed)]
    for place in range(len(excluded)):
        if 0 <= excluded[place] < len(total):
            total[excluded[place]] = 1.0
    size = 0
    for place in range(len(order)):
        if size == len(out_product):
            break
        what = order[place]
        if what < len(total) and total[what] == 0.0 and passes(what, allowed, price, price_low, price_high, any_price):
            out_product[size] = what
            size += 1
    for place in range(len(excluded)):
        if 0 <= excluded[place] < len(total):
            total[excluded[place]] = 0.0
    return size
