"""What a customer will spend: the sum of an unknown number of orders, each of unknown worth.

With n orders to come, their sum over (gamma + what was paid so far) is a ratio of two gamma variables, of shapes p n and q + p
x: by the Gamma-Gamma model beta prime distributed, F distributed up to a factor. Its distribution is taken by Paulson's
cube-root transformation (Paulson 1942, An Approximate Normalization of the Analysis of Variance Distribution): within a percent
for the shapes that occur, and quick enough for millions. Numbers of orders that are unlikely by themselves are taken together.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import math

import numpy as np

from shopkeeper.numerics.compiling import inlined

GROUPS = 20
NEAR = 2e-4  # probability within which a bound is met
N_STEPS = 60


@inlined
def _groups(number, more, size, share, mean):
    """At most GROUPS + 1 numbers of orders (``mean``) with their probabilities (``share``), without none; how many there are."""
    least, count, gathered, weighted = more[0] / GROUPS, 0, 0.0, 0.0
    for place in range(1, size):
        part = more[place - 1] - more[place]
        gathered += part
        weighted += part * 0.5 * (number[place - 1] + 1.0 + number[place])
        if gathered >= least or place == size - 1:
            if gathered > 0.0:
                share[count], mean[count] = gathered, weighted / gathered
                count += 1
            gathered, weighted = 0.0, 0.0
    return count


@inlined
def _below(root, share, scale, spread, count, spread_all):
    """The probability that something is spent, but less than ``root`` cubed."""
    total = 0.0
    for place in range(count):
        ratio = root * scale[place]
        z = ((1.0 - spread_all) * ratio - (1.0 - spread[place])) / math.sqrt(spread_all * ratio * ratio + spread[place])
        total += share[place] / (1.0 + math.exp(-z * (1.5976 + 0.07056 * z * z)))  # the normal distribution within 0.0002
    return total


@inlined
def _bound(target, none, share, scale, spread, count, spread_all):
    """What is spent at most with probability ``target``: regula falsi (Illinois) on the cube root."""
    if none >= target or count == 0:
        return 0.0
    low, at_low, gathered, place = 0.0, none - target, none + share[0], 0
    while gathered < target and place < count - 1:
        place += 1
        gathered += share[place]
    high = 1.2 / scale[place]
    at_high = none + _below(high, share, scale, spread, count, spread_all) - target
    while at_high < 0.0 and high < 1e60:
        low, at_low = high, at_high
        high *= 1.6
        at_high = none + _below(high, share, scale, spread, count, spread_all) - target
    for _ in range(N_STEPS):
        middle = high - at_high * (high - low) / (at_high - at_low)
        if not low < middle < high:
            middle = 0.5 * (low + high)
        value = none + _below(middle, share, scale, spread, count, spread_all) - target
        if abs(value) < NEAR or high - low < 1e-6 * high:
            return middle**3
        if value > 0.0:
            high, at_high, at_low = middle, value, 0.5 * at_low
        else:
            low, at_low, at_high = middle, value, 0.5 * at_high
    return middle**3


@inlined
def worth_at(number, more, size, p, shape, tail):
    """(low, high): bounds on what is spent, as multiples of gamma + what was paid so far, missed with probability 2 ``tail``.

    Low is missed with probability ``tail``; it is 0 where nothing is spent with that probability, and then high bears all.

    ``number``, ``more`` and ``size`` as `chances` gives them; ``shape`` is q + p times the orders whose worth is known.
    """
    share, scale, spread = np.empty(GROUPS + 2), np.empty(GROUPS + 2), np.empty(GROUPS + 2)
    count = _groups(number, more, size, share, scale)
    for place in range(count):
        spread[place] = 1.0 / (9.0 * p * scale[place])
        scale[place] = (shape / (p * scale[place])) ** (1.0 / 3.0)
    spread_all = min(1.0 / (9.0 * shape), 0.5)
    none = 1.0 - more[0]
    if none >= tail:
        return 0.0, _bound(1.0 - 2.0 * tail, none, share, scale, spread, count, spread_all)
    low = _bound(tail, none, share, scale, spread, count, spread_all)
    return low, _bound(1.0 - tail, none, share, scale, spread, count, spread_all)
