"""Eclat (Zaki 2000): the search goes down from one item, and each set's baskets are the bits that two sets have in common.

Instead of one long bit vector an item, every first item has its own: only its own baskets, renumbered from 0, as far as two
frequent partners are in them. The deeper search then touches n/64 words a set, n the baskets of the rarest item in it.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, in_threads, inlined, kernel, n_threads, quiet, ranges
from shopkeeper.numerics.itemsets.baskets import Ranked
from shopkeeper.numerics.itemsets.found import COMPLETE, TOO_LARGE, TOO_MANY, are_related, grown
from shopkeeper.numerics.sparse_rows import counting_sort

ONE = np.uint64(1)
FIVES, THREES, NIBBLES, BYTES = (
    np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101),
)  # fmt: skip
TWO, FOUR, TOP = np.uint64(2), np.uint64(4), np.uint64(56)


@inlined
def _n_bits(word):
    """How many bits are set, in the form that the compiler knows as one instruction."""
    word = word - ((word >> ONE) & FIVES)
    word = (word & THREES) + ((word >> TWO) & THREES)
    return np.int64((((word + (word >> FOUR)) & NIBBLES) * BYTES) >> TOP)


@inlined
def _both(bits, left, right, target, n_words):
    """Write the words that two sets have in common; how many baskets that are."""
    total = 0
    for word in range(n_words):
        common = bits[left + word] & bits[right + word]
        bits[target + word] = common
        total += _n_bits(common)
    return total


@inlined
def _n_both(bits, left, right, n_words):
    total = 0
    for word in range(n_words):
        total += _n_bits(bits[left + word] & bits[right + word])
    return total


@inlined
def _put(flat, end, items, size, last, count):
    """Write one set behind those found so far; the buffer and its new end."""
    flat = grown(flat, end + size + 3)
    flat[end] = size + 1
    flat[end + 1] = count
    for place in range(size):
        flat[end + 2 + place] = items[place]
    flat[end + 2 + size] = last
    return flat, end + size + 3


@inlined
def _partners(first, entries, rows, min_count, family, total, touched):
    """The later items that are with ``first`` often enough, in ``touched``; how many. ``total`` holds their counts."""
    entry_starts, entry, entry_end = entries
    parent, code = family
    n_touched = 0
    for place in range(entry_starts[first], entry_starts[first + 1]):
        for other in range(entry[place] + 1, entry_end[place]):
            item = rows[other]
            if total[item] == 0:
                touched[n_touched] = item
                n_touched += 1
            total[item] += 1
    n_kept = 0
    for place in range(n_touched):
        item = touched[place]
        if total[item] >= min_count and not are_related(parent, code[first], code[item]):
            touched[n_kept] = item
            n_kept += 1
        else:
            total[item] = 0
    touched[:n_kept].sort()
    return n_kept


@inlined
def _fill(first, entries, rows, partner, n_partners, local, bits, n_words):
    """The bits of each partner over the baskets of ``first`` that have two of them."""
    entry_starts, entry, entry_end = entries
    bits[: n_partners * n_words] = 0
    for place in range(n_partners):
        local[partner[place]] = place
    row = 0
    for place in range(entry_starts[first], entry_starts[first + 1]):
        n_here = 0
        for other in range(entry[place] + 1, entry_end[place]):
            n_here += local[rows[other]] >= 0
        if n_here < 2:
            continue
        word, bit = row >> 6, ONE << np.uint64(row & 63)
        for other in range(entry[place] + 1, entry_end[place]):
            at = local[rows[other]]
            if at >= 0:
                bits[at * n_words + word] |= bit
        row += 1
    for place in range(n_partners):
        local[partner[place]] = -1
    return (row + 63) >> 6


@inlined
def _extend(group, here, items, depth, bits, top, n_words, min_count, family, goes_on, flat, end):
    """The frequent sets of the class's member ``here`` with each later one: written, and as the class below where it goes on."""
    member, where = group
    parent, code = family
    next_member, next_where = np.empty(len(member) - here, np.int32), np.empty(len(member) - here, np.int64)
    n_next = 0
    for other in range(here + 1, len(member)):
        if are_related(parent, code[member[here]], code[member[other]]):
            continue
        if goes_on:
            count = _both(bits, where[here], where[other], top, n_words)
        else:
            count = _n_both(bits, where[here], where[other], n_words)
        if count >= min_count:
            flat, end = _put(flat, end, items, depth + 1, member[other], count)
            next_member[n_next], next_where[n_next] = member[other], top
            n_next += 1
            if goes_on:
                top += n_words
    return flat, end, (next_member[:n_next], next_where[:n_next]), top


@inlined
def _deeper(items, group, bits, top, n_words, min_count, max_items, family, limits, flat, end):
    """All larger sets that begin with ``items[0]``: a class of sets that differ in their last item, and classes below it."""
    max_sets, max_words = limits
    depth, n_found = 1, 0
    groups = [group]  # of each depth: the last items of its sets, and where the bits of each are
    at, tops = np.zeros(max_items + 1, np.int64), np.zeros(max_items + 2, np.int64)
    tops[1] = top
    while depth >= 1:
        here, group = at[depth], groups[depth - 1]
        if here >= len(group[0]) - 1:
            depth -= 1
            groups.pop()
            at[depth] += 1
            continue
        items[depth] = group[0][here]
        goes_on = depth + 2 < max_items
        needed = tops[depth] + (len(group[0]) - here) * n_words if goes_on else 0
        if needed > max_words:
            return bits, flat, end, n_found, TOO_LARGE
        bits = grown(bits, needed)
        flat, end, below, top = _extend(
            group, here, items, depth, bits, tops[depth], n_words, min_count, family, goes_on, flat, end
        )
        n_found += len(below[0])
        if n_found > max_sets:
            return bits, flat, end, n_found, TOO_MANY
        if goes_on and len(below[0]) > 1:
            depth += 1
            tops[depth], at[depth] = top, 0
            groups.append(below)
        else:
            at[depth] += 1
    return bits, flat, end, n_found, COMPLETE


@kernel
def _search(low, high, entries, rows, min_count, max_items, family, limits, n_sets):
    """The sets of two and more items whose rarest one is in ``[low, high)``, how many, and how the search ended.

    ``n_sets`` int64 [1] is shared by the threads, so that all stop soon after the limit is passed; it may miss a few.
    """
    n_items = len(family[1])
    total, local = np.zeros(n_items, np.int32), np.full(n_items, np.int32(-1))
    partner, items = np.empty(n_items, np.int32), np.empty(max_items + 1, np.int32)
    flat, end, found = np.empty(1024, np.int32), 0, 0
    bits = np.empty(1024, np.uint64)
    for first in range(low, high):
        n_partners = _partners(first, entries, rows, min_count, family, total, partner)
        items[0] = first
        for place in range(n_partners):
            flat, end = _put(flat, end, items, 1, partner[place], total[partner[place]])
            total[partner[place]] = 0
        n_found, ended = n_partners, COMPLETE
        if n_partners > 1 and max_items > 2:
            stride = (entries[0][first + 1] - entries[0][first] + 63) >> 6
            if n_partners * stride > limits[1]:
                return flat[:end], found, TOO_LARGE
            bits = grown(bits, n_partners * stride)
            n_words = _fill(first, entries, rows, partner, n_partners, local, bits, stride)
            group = partner[:n_partners].copy(), np.arange(n_partners) * stride
            left, top = (limits[0] - n_sets[0], limits[1]), n_partners * stride
            bits, flat, end, more, ended = _deeper(
                items, group, bits, top, n_words, min_count, max_items, family, left, flat, end
            )
            n_found += more
        found += n_found
        n_sets[0] += n_found
        if ended != COMPLETE:
            return flat[:end], found, ended
        if n_sets[0] > limits[0]:
            return flat[:end], found, TOO_MANY
    return flat[:end], found, COMPLETE


def eclat(
    ranked: Ranked, min_count: int, max_items: int, parent: Array, *, max_sets: int, max_bytes: int, tell: Tell = quiet
) -> tuple[list[Array], int]:
    """(parts for `found.in_order`, how the search ended): every set of two to ``max_items`` items in ``min_count`` baskets.

    ``parent`` int32 by item's code. At most ``max_sets`` sets and ``max_bytes`` of bits a thread. Any number of threads finds
    the same.
    """
    rows = ranked.baskets
    entry_starts, entry = counting_sort(rows.item, rows.n_items)
    entry_end = np.repeat(rows.starts[1:], rows.sizes)[entry]
    entries = (entry_starts, entry, entry_end)
    n_sets = np.zeros(1, np.int64)
    parts: dict[int, tuple[Array, int, int]] = {}
    limits = (max_sets, max_bytes // 8)

    def call(low: int, high: int) -> None:
        parts[low] = _search(low, high, entries, rows.item, min_count, max_items, (parent, ranked.code), limits, n_sets)

    work = np.bincount(
        rows.item, weights=np.repeat(rows.starts[1:], rows.sizes) - np.arange(len(rows.item)), minlength=rows.n_items
    )
    in_threads(call, ranges(work, 16 * n_threads()), tell)
    ended = max((state for _, _, state in parts.values()), default=COMPLETE)
    if ended == COMPLETE and sum(found for _, found, _ in parts.values()) > max_sets:
        ended = TOO_MANY
    return [parts[low][0] for low in sorted(parts)], ended
