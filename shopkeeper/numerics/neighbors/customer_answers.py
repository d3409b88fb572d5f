"""From a customer's products to those of the customers most alike, met through an index from products to customers.

    score(t) = popularity(t)^-b * sum over the k most alike customers c with t of  likeness(c)^q * near(c, t) * w(c, t)

``near`` falls from the neighbor's newest product back. The likeness is that of `co_rated`, each product with its rarity.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import inlined, kernel
from shopkeeper.numerics.neighbors.co_rated import likeness
from shopkeeper.numerics.neighbors.slots import EMPTY, add_to, claim_own, slot_of, take_best
from shopkeeper.numerics.top_k import code_of, key_of, largest

LAST = np.int32(2**31 - 1)


@inlined
def _meet(source, value, index, me, rarity, seen):
    """Add up what each customer has in common with the past; how many customers were met."""
    starts, who, what = index
    keys, sums, _, touched, _ = seen
    n_met = 0
    for place in range(len(source)):
        product, x = source[place], value[place]
        if product < 0 or product >= len(starts) - 1 or x == 0.0:
            continue
        g = rarity[product]
        for there in range(starts[product], starts[product + 1]):
            if who[there] == me:
                continue
            slot = slot_of(keys, who[there])
            if keys[slot] == EMPTY:
                keys[slot] = who[there]
                sums[slot, :] = 0.0
                touched[n_met] = slot
                n_met += 1
            y = what[there]
            sums[slot, 0] += 1.0
            sums[slot, 1] += g * x * y
            sums[slot, 2] += g * x
            sums[slot, 3] += g * y
            sums[slot, 4] += g * x * x
            sums[slot, 5] += g * y * y
            sums[slot, 6] += g
    return n_met


@inlined
def _nearest(n_met, source, value, totals, rarity, rule, seen):
    """Sort the keys of the k most alike customers to the front; how many there are."""
    keys, sums, alike, touched, order = seen
    total, square, n_over = totals
    is_pearson, only_common, cut, shrinkage, k = rule
    sum_x, square_x = 0.0, 0.0
    for place in range(len(source)):
        if 0 <= source[place] < len(rarity):
            sum_x += rarity[source[place]] * value[place]
            square_x += rarity[source[place]] * value[place] ** 2
    bits = alike.view(np.uint32)
    size = 0
    for place in range(n_met):
        slot = touched[place]
        n, both = sums[slot, 0], sums[slot, 1]
        if only_common:
            like = likeness(
                n, both, sums[slot, 2], sums[slot, 3], sums[slot, 4], sums[slot, 5], sums[slot, 6], is_pearson, cut, shrinkage
            )
        else:
            who = keys[slot]
            like = likeness(n, both, sum_x, total[who], square_x, square[who], n_over, is_pearson, cut, shrinkage)
        alike[slot] = like
        if alike[slot] > 0.0:
            order[size] = key_of(bits[slot], LAST - keys[slot])  # of equally alike ones who came last comes first
            size += 1
    return largest(order, size, k)


@inlined
def _speak(n_near, theirs, power, near, weigh, seen, sums):
    """Let the most alike customers speak; how many products were touched."""
    starts, product, weight = theirs
    keys, _, alike, _, order = seen
    sum_keys, total, touched, _ = sums
    n_products = 0
    for rank in range(n_near):
        who = LAST - code_of(order[rank])
        value = alike[slot_of(keys, who)] ** power
        first = starts[who]
        for place in range(first, starts[who + 1]):
            what = product[place]
            said = value * weight[place] * near[min(place - first, len(near) - 1)] * weigh[what]
            n_products = add_to(what, said, sum_keys, total, touched, n_products)
    return n_products


@kernel
def answer_rows(low, high, past, own, index, theirs, totals, how, seen, sums, allowed, out_product, out_score) -> None:
    """Rows ``low`` to ``high`` of ``past`` (starts, product, value, claim, customer): each one's answer, -1 where it ends."""
    starts, product, value, claim, customer = past
    rule, history, power, near, rarity, weigh = how
    for row in range(low, high):
        first, end = starts[row], starts[row + 1]
        last = min(end, first + history)
        n_met = _meet(product[first:last], value[first:last], index, customer[row], rarity, seen)
        n_near = _nearest(n_met, product[first:last], value[first:last], totals, rarity, rule, seen)
        n_products = _speak(n_near, theirs, power, near, weigh, seen, sums)
        for place in range(n_met):
            seen[0][seen[3][place]] = EMPTY
        n_products = claim_own(product[first:end], claim[first:end], own, sums, n_products)
        size = take_best(n_products, allowed, sums, out_product[row], out_score[row])
        out_product[row, size:] = -1
        out_score[row, size:] = 0.0
