"""FP-Growth (Han, Pei & Yin 2000): baskets become a tree of shared beginnings, and each item's part of it is a smaller tree.

A tree is kept as nodes (item, count, parent) chained by item. A conditional tree is a copy of the nodes above an item's nodes,
behind its parent in the same arrays; nodes that fall together when rare items are left out are not merged, which costs room and
no result.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, inlined, kernel, quiet
from shopkeeper.numerics.itemsets.baskets import Ranked
from shopkeeper.numerics.itemsets.found import COMPLETE, TOO_LARGE, TOO_MANY, are_related, grown

NODE_BYTES = 20
NONE = -1


@kernel
def _first_items(starts, item, bits, key):
    """The first items of each basket, the most frequent first, side by side in one number; 0 where there is none any more."""
    for row in range(len(key)):
        value, left = np.uint64(0), 64 - bits
        at = starts[row + 1] - 1
        while left >= 0 and at >= starts[row]:
            value |= np.uint64(item[at] + 1) << np.uint64(left)
            at -= 1
            left -= bits
        key[row] = value


@kernel
def _sort_equal(starts, item, key, order):
    """Sort what has the same first items (Shell's sort), so that all shared beginnings are adjacent."""
    low, n_rows = 0, len(order)
    while low < n_rows:
        high = low + 1
        while high < n_rows and key[order[high]] == key[order[low]]:
            high += 1
        gap = 1
        while gap < (high - low) // 3:
            gap = 3 * gap + 1
        while gap >= 1 and high - low > 1:
            for place in range(low + gap, high):
                row = order[place]
                hole = place
                while hole >= low + gap and _before(starts, item, row, order[hole - gap]):
                    order[hole] = order[hole - gap]
                    hole -= gap
                order[hole] = row
            gap //= 3
        low = high


def _in_lexical_order(starts: Array, item: Array, n_items: int) -> Array:
    """int64 [baskets]: the order that puts baskets with the same most frequent items side by side."""
    key = np.empty(len(starts) - 1, np.uint64)
    _first_items(starts, item, 16 if n_items < 2**16 - 1 else 32, key)
    order: Array = np.argsort(key, kind="stable")
    _sort_equal(starts, item, key, order)
    return order


@inlined
def _before(starts, item, left, right):
    """Whether one basket comes before another; the most frequent items stand last in a basket, and are compared first."""
    at, other = starts[left + 1] - 1, starts[right + 1] - 1
    while at >= starts[left] and other >= starts[right]:
        if item[at] != item[other]:
            return item[at] > item[other]
        at -= 1
        other -= 1
    return (at < starts[left]) and (other >= starts[right])


@kernel
def _build(starts, item, order, node_item, node_count, node_parent, node_next, head):
    """The tree of all baskets in lexical order: each goes on from where it leaves the one before. How many nodes."""
    n_nodes = 0
    longest = 0
    for row in range(len(starts) - 1):
        longest = max(longest, starts[row + 1] - starts[row])
    path = np.empty(longest + 1, np.int32)  # nodes of the basket before, from the root down
    depth_before = 0
    for place in range(len(order)):
        low, high = starts[order[place]], starts[order[place] + 1]
        shared = 0
        while shared < depth_before and shared < high - low and node_item[path[shared]] == item[high - 1 - shared]:
            node_count[path[shared]] += 1
            shared += 1
        for depth in range(shared, high - low):
            node = n_nodes
            n_nodes += 1
            node_item[node] = item[high - 1 - depth]
            node_count[node] = 1
            node_parent[node] = path[depth - 1] if depth > 0 else NONE
            node_next[node] = head[node_item[node]]
            head[node_item[node]] = node
            path[depth] = node
        depth_before = high - low
    return n_nodes


@inlined
def _counts_above(nodes, first, with_item, family, total, touched):
    """How often each item is above the nodes that begin at ``first``; which items those are, increasing, in ``touched``."""
    node_item, node_count, node_parent, node_next = nodes
    parent, code = family
    n_touched = 0
    node = first
    while node != NONE:
        above = node_parent[node]
        while above != NONE:
            item = node_item[above]
            if total[item] == 0:
                touched[n_touched] = item
                n_touched += 1
            total[item] += node_count[node]
            above = node_parent[above]
        node = node_next[node]
    n_kept = 0
    for place in range(n_touched):
        item = touched[place]
        if are_related(parent, code[with_item], code[item]):
            total[item] = 0
        else:
            touched[n_kept] = item
            n_kept += 1
    touched[:n_kept].sort()
    return n_kept


@inlined
def _project(nodes, first, min_count, total, copy, top, head):
    """Copy what is above the nodes from ``first`` on and frequent there, behind ``top``; the new end.

    ``copy`` int32 [nodes] is -1 everywhere, before and after; ``head`` gets the new chains.
    """
    node_item, node_count, node_parent, node_next = nodes
    end = top
    node = first
    while node != NONE:
        below = NONE  # the copy that waits for its parent
        above = node_parent[node]
        while above != NONE:
            item = node_item[above]
            if total[item] >= min_count:
                mine = copy[above]
                is_new = mine == NONE
                if is_new:
                    mine = end
                    end += 1
                    copy[above] = mine
                    node_item[mine], node_count[mine], node_parent[mine] = item, 0, NONE
                    node_next[mine] = head[item]
                    head[item] = mine
                node_count[mine] += node_count[node]
                if below != NONE:
                    node_parent[below] = mine
                below = NONE if not is_new else mine
            above = node_parent[above]
        node = node_next[node]
    node = first
    while node != NONE:
        above = node_parent[node]
        while above != NONE:
            copy[above] = NONE
            above = node_parent[above]
        node = node_next[node]
    return end


@inlined
def _emit(chosen, depth, touched, n_touched, min_count, total, flat, end):
    """Write the chosen items with each frequent one above them; those stay in ``touched``, how many."""
    n_kept = 0
    for place in range(n_touched):
        other = touched[place]
        if total[other] < min_count:
            total[other] = 0
            continue
        touched[n_kept] = other
        n_kept += 1
        flat = grown(flat, end + depth + 4)
        flat[end], flat[end + 1] = depth + 2, total[other]
        for number in range(depth + 1):
            flat[end + 2 + number] = chosen[number]
        flat[end + 3 + depth] = other
        end += depth + 4
    return flat, end, n_kept


@inlined
def _room_for(nodes, copy, needed):
    """The nodes and marks with room for ``needed``; all marks are -1 between two projections."""
    if needed <= len(copy):
        return nodes, copy
    wider = (grown(nodes[0], needed), grown(nodes[1], needed), grown(nodes[2], needed), grown(nodes[3], needed))
    return wider, np.full(len(wider[0]), np.int32(NONE))


@kernel
def _grow(nodes, copy, head, min_count, max_items, family, limits):
    """Every set of two and more items, how many, how it ended; explicit stack, the trees of one branch behind each other."""
    n_items = len(head)
    flat, end, found = np.empty(1024, np.int32), 0, 0
    total, touched = np.zeros(n_items, np.int64), np.empty(n_items, np.int32)
    trees = [(head, np.arange(n_items).astype(np.int32))]  # of each depth: its chains and its items, the rarest first
    at, tops = np.zeros(max_items + 2, np.int64), np.zeros(max_items + 2, np.int64)
    tops[0] = len(copy)
    chosen, depth = np.empty(max_items + 1, np.int32), 0
    while depth >= 0:
        if at[depth] >= len(trees[depth][1]):
            trees.pop()
            depth -= 1
            continue
        item = trees[depth][1][at[depth]]
        first = trees[depth][0][item]
        at[depth] += 1
        chosen[depth] = item
        n_touched = _counts_above(nodes, first, item, family, total, touched)
        flat, end, n_kept = _emit(chosen, depth, touched, n_touched, min_count, total, flat, end)
        found += n_kept
        if found > limits[0]:
            return flat[:end], found, TOO_MANY
        if n_kept > 1 and depth + 2 < max_items:
            top = tops[depth]
            needed = 2 * top - (tops[depth - 1] if depth > 0 else 0)  # a copy has no more nodes than its tree
            if needed > limits[1]:
                return flat[:end], found, TOO_LARGE
            nodes, copy = _room_for(nodes, copy, needed)
            below = np.full(n_items, np.int32(NONE))
            tops[depth + 1] = _project(nodes, first, min_count, total, copy, top, below)
            trees.append((below, touched[:n_kept].copy()))
            depth += 1
            at[depth] = 0
        for place in range(n_kept):
            total[touched[place]] = 0
    return flat[:end], found, COMPLETE


def fp_growth(
    ranked: Ranked, min_count: int, max_items: int, parent: Array, *, max_sets: int, max_bytes: int, tell: Tell = quiet
) -> tuple[list[Array], int]:
    """(parts for `found.in_order`, how the search ended): every set of two to ``max_items`` items in ``min_count`` baskets.

    ``parent`` int32 by item's code. At most ``max_sets`` sets and ``max_bytes`` of tree.
    """
    rows = ranked.baskets
    n_lines, n_items = len(rows.item), rows.n_items
    if n_lines * NODE_BYTES > max_bytes:
        return [], TOO_LARGE
    order = _in_lexical_order(rows.starts, rows.item, n_items)
    tell(0.1)
    node_item, node_count, node_parent, node_next = (np.empty(n_lines, np.int32) for _ in range(4))
    head = np.full(n_items, NONE, np.int32)
    n_nodes = _build(rows.starts, rows.item, order, node_item, node_count, node_parent, node_next, head)
    nodes = (node_item[:n_nodes], node_count[:n_nodes], node_parent[:n_nodes], node_next[:n_nodes])
    limits = (max_sets, max_bytes // NODE_BYTES)
    copy = np.full(n_nodes, NONE, np.int32)
    part, _, ended = _grow(nodes, copy, head, min_count, max_items, (parent, ranked.code), limits)
    tell(1.0)
    return [part], ended
