"""Special functions for kernels: digamma, ratios of gamma functions and the incomplete beta function."""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import math

from shopkeeper.numerics.compiling import inlined

ASYMPTOTIC_FROM = 8.0
MANY = 1e5  # from here on a ratio of gamma functions is taken from Stirling's series, which loses no digits


@inlined
def digamma(x):
    """The derivative of the logarithm of the gamma function at ``x`` > 0, to about 1e-14."""
    shift = 0.0
    while x < ASYMPTOTIC_FROM:
        shift -= 1.0 / x
        x += 1.0
    inverse = 1.0 / (x * x)
    series = 1.0 / 132.0 - inverse * (691.0 / 32760.0 - inverse / 12.0)
    series = 1.0 / 252.0 - inverse * (1.0 / 240.0 - inverse * series)
    series = inverse * (1.0 / 12.0 - inverse * (1.0 / 120.0 - inverse * series))
    return shift + math.log(x) - 0.5 / x - series


@inlined
def log_rising(start, steps):
    """``log(gamma(start + steps) / gamma(start))`` for ``start`` > 0, ``steps`` >= 0: no digits are lost for a large start."""
    if start < MANY:
        return math.lgamma(start + steps) - math.lgamma(start)
    end = start + steps
    return (start - 0.5) * math.log1p(steps / start) + steps * (math.log(end) - 1.0) + (1.0 / end - 1.0 / start) / 12.0


@inlined
def log_sum(one, other):
    """``log(exp(one) + exp(other))`` without overflow."""
    larger, smaller = max(one, other), min(one, other)
    return larger + math.log1p(math.exp(smaller - larger))


@inlined
def _fraction(a, b, x):
    """Lentz's continued fraction of the incomplete beta function (Numerical Recipes, section 6.4)."""
    tiny = 1e-300
    c, d = 1.0, 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 20_000):
        for part in range(2):
            if part == 0:
                step = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
            else:
                step = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
            d = 1.0 + step * d
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = 1.0 + step / c
            c = c if abs(c) > tiny else tiny
            value *= d * c
        if abs(d * c - 1.0) < 1e-13:
            break
    return value


@inlined
def beta_below(x, a, b):
    """The share of a beta distribution with ``a``, ``b`` > 0 below ``x``: the regularized incomplete beta function."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1.0) / (a + b + 2.0):
        return min(1.0, math.exp(front) * _fraction(a, b, x) / a)
    return max(0.0, 1.0 - math.exp(front) * _fraction(b, a, 1.0 - x) / b)
