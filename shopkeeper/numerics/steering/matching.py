"""Which of many rules match which products, and what their factors come to: a few nanoseconds a rule and product."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel

SMALLEST, LARGEST = 1e-6, 1e6
MANY = 50_000
"""Comparisons from which sorting is quicker than comparing each with each."""


@dataclass(frozen=True)
class Factors:
    """Factors by product and by category and brand.

    ``product`` int32 (sorted, distinct) have ``product_factor`` float32. Wide factor r, ``wide_factor`` float32, holds for the
    categories whose rank lies in ``[low[r], high[r])`` (low -1: any) and for ``brand[r]`` (-1: any). ``rank`` int32 by category
    code: a category's place in the order in which everything below a path lies together.
    """

    product: Array
    product_factor: Array
    low: Array
    high: Array
    brand: Array
    wide_factor: Array
    rank: Array


@kernel
def _multiply(code, category, brand, product, product_factor, low, high, wide_brand, wide_factor, rank, out):
    for place in range(len(code)):
        what = code[place]
        value = np.float64(1.0)
        found = np.searchsorted(product, what)
        if found < len(product) and product[found] == what:
            value *= product_factor[found]
        of_category = category[what]
        mine = rank[of_category] if 0 <= of_category < len(rank) else -1
        of_brand = brand[what]
        for rule in range(len(low)):
            if (low[rule] < 0 or low[rule] <= mine < high[rule]) and (wide_brand[rule] < 0 or wide_brand[rule] == of_brand):
                value *= wide_factor[rule]
        out[place] = min(max(value, SMALLEST), LARGEST)


def multiplied(code: Array, category: Array, brand: Array, factors: Factors) -> Array:
    """float32 [codes]: all factors that match each product, multiplied, from a millionth to a million.

    ``code`` int32 are products; ``category`` and ``brand`` int32 [products] are those of every product by code (-1: unknown).
    """
    out = np.empty(len(code), np.float32)
    _multiply(
        code, category, brand, factors.product, factors.product_factor, factors.low, factors.high, factors.brand,
        factors.wide_factor, factors.rank, out,
    )  # fmt: skip
    return out


@kernel
def _mark(code, others, out):
    for place in range(len(code)):
        for other in others:
            if other == code[place]:
                out[place] = True
                break


def among(code: Array, others: Array) -> Array:
    """Bool [codes]: which of these are among the others; both int32, in any order.

    A list's hundred candidates against a customer's hundred purchases take a few microseconds; `numpy.isin` takes sixty.
    """
    if len(code) * len(others) > MANY:
        return np.asarray(np.isin(code, others))
    out = np.zeros(len(code), np.bool_)
    _mark(code, others, out)
    return out
