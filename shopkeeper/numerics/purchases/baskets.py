"""What each customer bought: how many products, how dear, how often again, and the favorite groups of products."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, kernel, n_threads, ranges
from shopkeeper.numerics.purchases.places import parts
from shopkeeper.numerics.purchases.sorting import favorites, n_distinct, order_pairs
from shopkeeper.numerics.sparse_rows import counting_sort

N_FAVORITES = 5


@dataclass(frozen=True)
class Bought:
    """Lines of purchases, one row each, in any order.

    ``customer`` int32 codes; ``product`` int32 the place in the arrays of `Kinds`; ``order`` int64 any numbers that tell orders
    apart; ``worth`` int64; ``is_reduced`` bool.
    """

    customer: Array
    product: Array
    order: Array
    worth: Array
    is_reduced: Array


@dataclass(frozen=True)
class Kinds:
    """Of each product: the codes of its groups, int32 [groupings, products] (-1: in none), and ``level`` int64 (-1: unknown)."""

    groups: Array
    level: Array


@dataclass(frozen=True)
class Baskets:
    """What was bought by each customer, int64 [customers]; of each grouping [groupings, customers].

    Different products, purchases (products an order), lines, reduced lines, sum of the known levels a line, lines whose level is
    known; of each grouping how many groups, their worth, and the five of most worth with theirs [groupings, customers, 5] (of
    equal ones the lowest code first; -1 where there are fewer).
    """

    n_products: Array
    n_bought: Array
    n_lines: Array
    n_reduced: Array
    level: Array
    n_level: Array
    n_groups: Array
    worth: Array
    top: Array
    top_worth: Array


@kernel
def _pack(low, high, product, order, worth, is_reduced, packed):
    for row in range(low, high):
        packed[row, 0] = product[row] * 2 + is_reduced[row]
        packed[row, 1] = order[row]
        packed[row, 2] = worth[row]


@kernel
def _summarize(low, high, starts, rows, packed, kinds, out):
    groups, level = kinds
    sums, n_groups, group_worth, top, top_worth = out
    longest = np.max(starts[low + 1 : high + 1] - starts[low:high])
    keys, lines, orders = np.empty(longest, np.int64), np.empty(longest, np.int64), np.empty(longest, np.int64)
    codes, weights = np.empty((len(groups), longest), np.int64), np.empty((len(groups), longest), np.int64)
    n_codes = np.empty(len(groups), np.int64)
    for customer in range(low, high):
        n = starts[customer + 1] - starts[customer]
        for line in range(n):
            lines[line] = rows[starts[customer] + line]
            keys[line] = packed[lines[line], 0]
            sums[3, customer] += keys[line] & 1
            keys[line] >>= 1
        order_pairs(keys, lines, n)
        n_codes[:] = 0
        first = 0
        while first < n:
            product, after, total = keys[first], first, 0
            while after < n and keys[after] == product:
                orders[after - first] = packed[lines[after], 1]
                total += packed[lines[after], 2]
                after += 1
            sums[0, customer] += 1
            sums[1, customer] += n_distinct(orders, after - first)
            if level[product] >= 0:
                sums[4, customer] += level[product] * (after - first)
                sums[5, customer] += after - first
            for grouping in range(len(groups)):
                if groups[grouping, product] >= 0:
                    codes[grouping, n_codes[grouping]] = groups[grouping, product]
                    weights[grouping, n_codes[grouping]] = total
                    n_codes[grouping] += 1
            first = after
        sums[2, customer] = n
        for grouping in range(len(groups)):
            n_groups[grouping, customer], group_worth[grouping, customer] = favorites(
                codes[grouping], weights[grouping], n_codes[grouping], top[grouping, customer], top_worth[grouping, customer]
            )


def baskets(bought: Bought, kinds: Kinds, n_customers: int) -> Baskets:
    """What the lines say of each of ``n_customers`` customers."""
    starts, rows = counting_sort(bought.customer, n_customers)
    n_groupings = len(kinds.groups)
    sums = np.zeros((6, n_customers), np.int64)
    n_groups, worth = np.zeros((2, n_groupings, n_customers), np.int64)
    top = np.full((n_groupings, n_customers, N_FAVORITES), -1, np.int32)
    top_worth = np.zeros((n_groupings, n_customers, N_FAVORITES), np.int64)
    # What a line says lies together: customers' lines are all over the place, and fetching one is most of the work.
    packed = np.empty((len(bought.order), 3), np.int64)
    given = (bought.product, bought.order, bought.worth, bought.is_reduced, packed)
    in_threads(lambda low, high: _pack(low, high, *given), parts(len(packed)))
    out = (sums, n_groups, worth, top, top_worth)
    in_threads(
        lambda low, high: _summarize(low, high, starts, rows, packed, (kinds.groups, kinds.level), out),
        ranges(np.diff(starts), n_threads()),
    )
    n_products, n_bought, n_lines, n_reduced, level, n_level = sums
    return Baskets(n_products, n_bought, n_lines, n_reduced, level, n_level, n_groups, worth, top, top_worth)
