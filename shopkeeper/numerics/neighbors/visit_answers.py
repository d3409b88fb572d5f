"""From a running visit to the products that similar past visits went on to: VMIS-kNN with the weights of VSTAN.

    likeness(v)  =  factor(v) * sum over shared products p of  position(p) * w(p) * idf(p)^a
    score(t)     =  idf(t)^b * sum over the k most alike visits v with t of  likeness(v) * newest(v) * near(v, t) * w(v, t)

``factor(v)`` = 2^(-age / half-life) * |v|^-c; ``position`` falls from the running visit's newest product back, ``newest(v)``
with the place of its newest shared product, ``near`` with the distance of t from that product inside v, and t that came before
it counts less. Only the newest visits of each product are looked at. Kersbergen, Sprangers & Schelter, "Serenade" (2022);
Garg et al., "Sequence and time aware neighborhood" (2019); Ludewig et al., "Empirical analysis" (2021).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import inlined, kernel
from shopkeeper.numerics.neighbors.slots import EMPTY, add_to, claim_own, room_for, slot_of, take_best
from shopkeeper.numerics.top_k import code_of, key_of, largest

LAST = np.int32(2**31 - 1)
# Places in the rule (float64): how loud what is.
IDF, TARGET_IDF, BACKWARD, N_VISITS = 0, 1, 2, 3


@inlined
def _idf(what, base, live, rule):
    """log(1 + visits / (visits with the product)); a product that no visit had gets the largest."""
    count = 0
    if what < len(base[6]):
        count += base[6][what]
    if what < len(live[6]):
        count += live[6][what]
    return np.log(1.0 + (rule[N_VISITS] + live[8][1]) / max(1, count))


@inlined
def _note(visit, place, value, keys, score, newest, touched, n_touched):
    slot = slot_of(keys, visit)
    if keys[slot] == EMPTY:
        keys[slot] = visit
        score[slot] = value
        newest[slot] = place
        touched[n_touched] = slot
        return n_touched + 1
    score[slot] += value
    return n_touched


@inlined
def _note_live(what, place, value, limit, skip, base, live, visits, n_touched):
    """Note the live visits that had ``what``, newest first; (how many visits were touched, how many had it)."""
    sequence, head, posting, state = live[0], live[5], live[7], live[8]
    keys, score, newest, touched, _ = visits
    n_seen = 0
    number = head[what] if what < len(head) else np.int64(-1)
    n_base = len(base[0]) - 1
    while n_seen < limit and number >= 0 and number >= state[0] - len(posting):
        row = number % len(posting)
        visit, before = posting[row, 0], posting[row, 2]
        if posting[row, 1] != what or visit < 0 or before >= number:
            break  # overwritten while we read
        slot = visit % len(sequence)
        if sequence[slot] == visit and slot != skip:
            n_touched = _note(np.int32(n_base + slot), place, np.float32(value), keys, score, newest, touched, n_touched)
            n_seen += 1
        number = before
    return n_touched, n_seen


@inlined
def _n_candidates(source, limit, history, base, live):
    """At most how many visits can be met."""
    index_starts, head = base[4], live[5]
    n = 0
    for place in range(min(len(source), history)):
        what = source[place]
        if 0 <= what < len(head) and head[what] >= 0:
            n += limit
        elif 0 <= what < len(index_starts) - 1:
            n += min(limit, index_starts[what + 1] - index_starts[what])
    return n


@inlined
def _match(source, share, limit, skip, me, owner, base, live, rule, position, visits):
    """Note every candidate visit with what the shared products say; how many were touched."""
    index_starts, index_visit = base[4], base[5]
    keys, score, newest, touched, _ = visits
    n_touched = 0
    for place in range(min(len(source), len(position))):
        what = source[place]
        value = share[place] * position[place]
        if what < 0 or value <= 0.0:
            continue
        if rule[IDF] > 0.0:
            value *= _idf(what, base, live, rule) ** rule[IDF]
        n_touched, n_seen = _note_live(what, place, value, limit, skip, base, live, visits, n_touched)
        if what >= len(index_starts) - 1:
            continue
        first = index_starts[what]
        for there in range(first, min(index_starts[what + 1], first + limit - n_seen)):
            visit = index_visit[there]
            if len(owner) > 0 and owner[visit] == me:
                continue
            n_touched = _note(visit, place, np.float32(value), keys, score, newest, touched, n_touched)
    return n_touched


@inlined
def _nearest(n_touched, k, sample, base, live, visits):
    """Sort the keys of the ``k`` most alike visits to the front, and empty the table; how many there are."""
    keys, score, _, touched, order = visits
    n_base = len(base[0]) - 1
    oldest = np.int64(0)
    if 0 < sample < n_touched:
        for place in range(n_touched):
            order[place] = np.uint64(keys[touched[place]])
        largest(order, n_touched, sample)
        oldest = np.int64(order[sample - 1])
    size = 0
    bits = score.view(np.uint32)
    for place in range(n_touched):
        slot = touched[place]
        visit = keys[slot]
        score[slot] *= base[3][visit] if visit < n_base else live[4][visit - n_base]
        if score[slot] > 0.0 and visit >= oldest:
            order[size] = key_of(bits[slot], LAST - visit)  # of equally alike visits the newest comes first
            size += 1
    return largest(order, size, k)


@inlined
def _speak(product, weight, low, high, shared, value, backward, near, keys, total, touched, n_touched):
    """Add what one visit, ``[low, high)``, says to its products' sums; how many products were touched."""
    middle = high - 1
    for place in range(low, high):
        if product[place] == shared:
            middle = place
            break
    for place in range(low, high):
        away = middle - place  # rows are newest first: above 0 is what came after the shared product
        said = value * weight[place] * near[min(abs(away), len(near) - 1)]
        if away < 0:
            said *= backward
        n_touched = add_to(product[place], said, keys, total, touched, n_touched)
    return n_touched


@inlined
def _fetch(n_near, base, live, visits, spans):
    """Note where the nearest visits stand; how many products they have.

    They are touched before they are read: reads that wait for nothing but memory run side by side.
    """
    starts, product, weight = base[0], base[1], base[2]
    n_base = len(starts) - 1
    order = visits[4]
    n_products = 0
    for rank in range(n_near):
        visit = LAST - code_of(order[rank])
        if visit < n_base:
            spans[rank, 0], spans[rank, 1] = starts[visit], starts[visit + 1]
        else:
            spans[rank, 0], spans[rank, 1] = 0, live[1][visit - n_base]
        n_products += spans[rank, 1] - spans[rank, 0]
    touched = np.float32(0.0)
    for rank in range(n_near):
        if LAST - code_of(order[rank]) < n_base:
            touched += np.float32(product[spans[rank, 0]]) + weight[spans[rank, 0]]
    spans[len(spans) - 1, 0] = np.int64(touched > 0.0)  # without a use, the compiler would leave the reads out
    return n_products


@inlined
def _gather(n_near, source, base, live, rule, newest_table, near, visits, spans, sums):
    """Let the nearest visits speak; how many products were touched."""
    product, weight = base[1], base[2]
    longest, live_product, live_weight = live[2].shape[1], live[2].reshape(-1), live[3].reshape(-1)
    keys, score, newest, _, order = visits
    sum_keys, total, touched, _ = sums
    n_base, backward, n_products = len(base[0]) - 1, np.float32(rule[BACKWARD]), 0
    for rank in range(n_near):
        visit = LAST - code_of(order[rank])
        slot = slot_of(keys, visit)
        low, high = spans[rank, 0], spans[rank, 1]
        place = newest[slot]
        value, shared = score[slot] * newest_table[place], source[place]
        if visit < n_base:
            n_products = _speak(product, weight, low, high, shared, value, backward, near, sum_keys, total, touched, n_products)
        else:
            low = longest * (visit - n_base)
            n_products = _speak(
                live_product, live_weight, low, low + high, shared, value, backward, near, sum_keys, total, touched, n_products
            )
    return n_products


@inlined
def _weigh_targets(n_touched, base, live, rule, sums):
    """Multiply the sums with the rarity of their products."""
    keys, score, touched, _ = sums
    if rule[TARGET_IDF] > 0.0:
        for place in range(n_touched):
            slot = touched[place]
            score[slot] *= _idf(keys[slot], base, live, rule) ** rule[TARGET_IDF]


@inlined
def _answer(
    source, share, past, claim, own, skip, me, owner, base, live, how, allowed, visits, spans, sums, out_product, out_score
):
    rule, position, newest_table, near, limit, sample, k = how
    room = room_for(_n_candidates(source, limit, len(position), base, live), len(visits[0]))
    visits = (visits[0][:room], visits[1][:room], visits[2], visits[3], visits[4])
    n_touched = _match(source, share, limit, skip, me, owner, base, live, rule, position, visits)
    n_near = _nearest(n_touched, k, sample, base, live, visits)
    room = room_for(_fetch(n_near, base, live, visits, spans) + len(past), len(sums[0]))
    sums = (sums[0][:room], sums[1][:room], sums[2], sums[3])
    n_products = _gather(n_near, source, base, live, rule, newest_table, near, visits, spans, sums)
    for place in range(n_touched):
        visits[0][visits[3][place]] = EMPTY
    _weigh_targets(n_products, base, live, rule, sums)
    n_products = claim_own(past, claim, own, sums, n_products)
    return take_best(n_products, allowed, sums, out_product, out_score)


@kernel
def answer_one(
    source, share, past, claim, own, skip, me, owner, base, live, how, allowed, visits, spans, sums, out_product, out_score
) -> int:
    """How many products were found; they are in ``out_product`` int32 and ``out_score`` float32, best first."""
    return _answer(
        source, share, past, claim, own, skip, me, owner, base, live, how, allowed, visits, spans, sums, out_product, out_score
    )


@kernel
def answer_rows(
    low, high, rows, customer, own, owner, base, live, how, allowed, visits, spans, sums, out_product, out_score
) -> None:
    """Rows ``low`` to ``high``: each past's answer, -1 where it ends; a visit of the same ``customer`` does not speak."""
    starts, product, share, claim = rows
    for row in range(low, high):
        first, end = starts[row], starts[row + 1]
        size = _answer(
            product[first:end], share[first:end], product[first:end], claim[first:end], own, -1, customer[row],
            owner if customer[row] >= 0 else owner[:0], base, live, how, allowed, visits, spans, sums,
            out_product[row], out_score[row],
        )  # fmt: skip
        out_product[row, size:] = -1
        out_score[row, size:] = 0.0
