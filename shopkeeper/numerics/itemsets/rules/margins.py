"""What chance alone would put into a basket of a size: every item as frequent, every basket as large as they are, nothing else.

The maximum-entropy model of a table of 0 and 1 with given row and column sums (Saracco et al. 2015, "BiCM"; with small chances
it is Chung & Lu's): chance(item i in basket b) = x_i y_b / (1 + x_i y_b). Big baskets have everything, so plain independence
finds that everything goes together; this model expects it.

Strata are a period times a class of sizes. ``x`` is fitted in every period anew, so that two items of one season are no
surprise either.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, inlined, kernel
from shopkeeper.numerics.itemsets.baskets import Baskets

EXACT_SIZES, WIDTH = 10, 1.15
"""Baskets of up to ten items are a class of their own size each; larger ones share a class with those up to 15 % larger."""
N_ROUNDS, CLOSE = 300, 1e-7
N_GRID = 768


@dataclass(frozen=True)
class Margins:
    """A fitted model of ``n_periods`` periods and C classes of sizes; stratum = period * C + class.

    ``stratum`` int32 [baskets], ``size`` float64 [C] the mean size in each class. ``weight`` float64 [periods, items] is x.
    ``log_y`` float64 [periods, grid] with ``log_size`` float64 [periods, grid] tells the y at which an expected size is met.
    """

    stratum: Array
    size: Array
    weight: Array
    log_y: Array
    log_size: Array

    @property
    def n_periods(self) -> int:
        """How many periods."""
        return len(self.weight)

    @property
    def n_strata(self) -> int:
        """Periods times classes of sizes."""
        return self.n_periods * len(self.size)


def size_classes(sizes: Array) -> tuple[Array, Array]:
    """(class int32 [baskets], mean size float64 [classes]) of ``sizes`` int64 [baskets], smallest first."""
    largest = int(sizes.max(initial=0))
    edges = [*range(EXACT_SIZES + 1)]
    while edges[-1] < largest:
        edges.append(max(edges[-1] + 1, int(edges[-1] * WIDTH)))
    group = np.searchsorted(np.array(edges), sizes)
    seen, code = np.unique(group, return_inverse=True)
    total = np.bincount(code, weights=sizes, minlength=len(seen))
    count = np.bincount(code, minlength=len(seen))
    return code.astype(np.int32), total / np.maximum(count, 1)


@kernel
def _fit(degree, n_alike, size, n_baskets, x, y):
    """Turns of Newton's steps, on log x of each degree and log y of each size, until all sums are met. How many rounds."""
    for turn in range(N_ROUNDS):
        worst = 0.0
        for row in range(len(degree)):
            worst = max(worst, _meet(degree[row], x, row, y, n_baskets))
        for column in range(len(size)):
            worst = max(worst, _meet(size[column], y, column, x, n_alike))
        if worst < CLOSE:
            return turn + 1
    return N_ROUNDS


@inlined
def _meet(wanted, mine, at, other, n_other):
    """One step of ``mine[at]`` towards an expected sum of ``wanted``; how far it was off, as a share."""
    total, slope, value = 0.0, 0.0, mine[at]
    for place in range(len(other)):
        product = value * other[place]
        chance = product / (1.0 + product)
        total += n_other[place] * chance
        slope += n_other[place] * chance / (1.0 + product)
    if slope <= 0.0:
        return 0.0
    step = min(max((wanted - total) / slope, -2.0), 2.0)
    mine[at] = min(max(value * math.exp(step), 1e-12), 1e12)
    return abs(wanted - total) / max(wanted, 1e-9)


@kernel
def _expected_sizes(x, n_alike, log_y, out):
    for place in range(len(log_y)):
        y, total = math.exp(log_y[place]), 0.0
        for row in range(len(x)):
            product = x[row] * y
            total += n_alike[row] * product / (1.0 + product)
        out[place] = math.log(total)


def _fitted(counts: Array, group: Array, size: Array) -> tuple[Array, Array, Array]:
    """(weight [items], log y [grid], log of the expected size [grid]) of the baskets of one period."""
    weight, log_y, log_size = np.zeros(len(counts)), np.linspace(-30.0, 30.0, N_GRID), np.full(N_GRID, -np.inf)
    there = np.flatnonzero(counts)
    n_of_class = np.bincount(group, minlength=len(size)).astype(np.float64)
    used = (n_of_class > 0) & (size > 0)
    n_all = n_of_class[used].sum()
    if len(there) == 0:
        return weight, log_y, log_size
    degree, of_item, n_alike = np.unique(counts[there], return_inverse=True, return_counts=True)
    wanted = np.minimum(degree, n_all - 0.5).astype(np.float64)
    sizes = np.minimum(size[used], len(there) - 0.5 if len(there) > 1 else 0.5)
    scale = math.sqrt(max(float(wanted @ n_alike), 1e-9))
    x, y = wanted / scale, sizes / scale
    _fit(wanted, n_alike.astype(np.float64), sizes, n_of_class[used], x, y)
    weight[there] = x[of_item]
    log_y = np.linspace(math.log(y.min()) - 12.0, math.log(y.max()) + 3.0, N_GRID)
    _expected_sizes(x, n_alike.astype(np.float64), log_y, log_size)
    return weight, log_y, log_size


def fit_margins(direct: Baskets, period: Array, n_periods: int) -> Margins:
    """The model of ``direct`` baskets, whose items do not contain one another; ``period`` int [baskets] below ``n_periods``."""
    group, size = size_classes(direct.sizes)
    basket = np.repeat(np.arange(len(direct)), direct.sizes)
    fitted = []
    for number in range(n_periods):
        of_period = period == number
        counts = np.bincount(direct.item[of_period[basket]], minlength=direct.n_items)
        fitted.append(_fitted(counts, group[of_period], size))
    weight, log_y, log_size = (np.stack(each) for each in zip(*fitted, strict=True))
    stratum = (np.asarray(period, np.int32) * np.int32(len(size)) + group).astype(np.int32)
    return Margins(stratum, size, weight, log_y, log_size)


@inlined
def log_y_of(wanted, without, n_without, log_y, log_size):
    """Log y at which all items but ``without`` (weights) add up to an expected ``wanted``; -inf where nothing is wanted.

    Newton's steps on the table of expected sizes; between its entries it is a straight line in logarithms.
    """
    if wanted <= 0.0:
        return -np.inf
    step = log_y[1] - log_y[0]
    at = _inverse(math.log(wanted), log_y, log_size)
    for _ in range(8):
        place = min(max(int((at - log_y[0]) / step), 0), len(log_y) - 2)
        rise = (log_size[place + 1] - log_size[place]) / step
        total = math.exp(log_size[place] + rise * (at - log_y[place]))
        slope = total * rise
        y = math.exp(at)
        for number in range(n_without):
            product = without[number] * y
            total -= product / (1.0 + product)
            slope -= product / (1.0 + product) ** 2
        if total <= 0.0 or slope <= 1e-12 * wanted:
            break
        move = min(max((math.log(wanted) - math.log(total)) * total / slope, -1.0), 1.0)
        at = min(max(at + move, log_y[0]), log_y[-1])
        if abs(move) < 1e-8:
            break
    return at


@inlined
def _inverse(value, log_y, log_size):
    """The log y at which the table's expected size has that logarithm."""
    low, high = 0, len(log_size) - 1
    if value <= log_size[0]:
        return log_y[0]
    if value >= log_size[high]:
        return log_y[high]
    while high - low > 1:
        middle = (low + high) // 2
        if log_size[middle] <= value:
            low = middle
        else:
            high = middle
    rise = log_size[high] - log_size[low]
    return log_y[low] + (log_y[high] - log_y[low]) * ((value - log_size[low]) / rise if rise > 0.0 else 0.0)
