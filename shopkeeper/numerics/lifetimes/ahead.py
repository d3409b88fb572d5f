"""What each customer will order and spend within the time ahead: expectation and interval.

The interval is a predictive one: it is about the number of orders that will be seen, so it holds the doubt about the customer
(is she still there, how fast does she order, what does she pay) and chance itself, and leaves out only the doubt about the
model's parameters, which is small beside them. It begins where half of the doubt is below, and is as short as its share allows:
from 0 for who may well not come. Numbers of orders are whole, so that an interval holds at least its share.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, chunks, in_threads, inlined, kernel
from shopkeeper.numerics.lifetimes import bg_nbd, pareto_nbd
from shopkeeper.numerics.lifetimes.chances import BG_NBD, N_STAYS, PARETO_NBD, WIDTH, chances
from shopkeeper.numerics.lifetimes.counts import Counts
from shopkeeper.numerics.lifetimes.maximum_likelihood import Fit
from shopkeeper.numerics.lifetimes.worth import worth_at

SPAN = 2048  # histories worked on together by one thread


@dataclass(frozen=True)
class Ahead:
    """What is ahead for each history, float64 [histories].

    ``p_alive``: has not left for good; ``p_buys``: orders at least once; ``orders`` are expected; ``low`` and ``high`` bound
    their number. ``worth_low`` and ``worth_high`` bound what is spent, as multiples of the Gamma-Gamma model's gamma + what the
    customer paid so far.
    """

    p_alive: Array
    p_buys: Array
    orders: Array
    low: Array
    high: Array
    worth_low: Array
    worth_high: Array


@inlined
def _expected(kind, alive, shape, rate, third, fourth, horizon, number, more, size):
    """The expected number of orders: in closed form (Pareto/NBD), or as the sum of P(X > n)."""
    if kind == PARETO_NBD:
        grown = math.log1p(horizon / fourth)
        power = 1.0 - third
        stayed = grown if abs(power) < 1e-8 else math.expm1(power * grown) / power
        return alive * shape / rate * fourth * stayed
    total = more[0]
    for place in range(1, size):
        gap = number[place] - number[place - 1]
        total += more[place] + (gap - 1.0) * 0.5 * (more[place - 1] + more[place])
    return total


@inlined
def _orders_at(number, more, size, above):
    """The smallest number of orders that is exceeded with probability ``above`` at most."""
    for place in range(size):
        if more[place] <= above:
            if place == 0 or number[place] - number[place - 1] <= 1.0:
                return number[place]
            part = (more[place - 1] - above) / max(more[place - 1] - more[place], 1e-300)
            return math.ceil(number[place - 1] + part * (number[place] - number[place - 1]))
    return number[size - 1]


@inlined
def _bounds(number, more, size, tail):
    """(low, high): low is missed with probability ``tail`` at most; high is the smallest that completes the share."""
    low = _orders_at(number, more, size, 1.0 - tail)
    below, place = 0.0, 0
    while place < size and number[place] < low:
        below = 1.0 - more[place]
        place += 1
    return low, max(low, _orders_at(number, more, size, min(2.0 * tail, 1.0) - below))


@kernel
def _ahead(low, high, kind, n_repeats, age, n_paid, horizon, values, tail, p, q, out):
    """``out`` [histories, 7]: the columns of `Ahead`; its first column comes in filled."""
    number, more, room = np.empty(WIDTH), np.empty(WIDTH), np.empty((4, N_STAYS))
    for row in range(low, high):
        alive, shape, rate = out[row, 0], values[0] + n_repeats[row], values[1] + age[row]
        third = values[2]
        fourth = values[3] + (n_repeats[row] if kind == BG_NBD else age[row])
        size = chances(kind, alive, shape, rate, third, fourth, horizon[row], number, more, room)
        out[row, 1] = more[0]
        out[row, 2] = _expected(kind, alive, shape, rate, third, fourth, horizon[row], number, more, size)
        out[row, 3], out[row, 4] = _bounds(number, more, size, tail)
        out[row, 5], out[row, 6] = 0.0, 0.0
        if p > 0.0:
            out[row, 5], out[row, 6] = worth_at(number, more, size, p, q + p * n_paid[row], tail)


def _prepared(fit: Fit) -> tuple[int, Array]:
    """(the kind of leaving, its four parameters): NBD is BG/NBD in which nobody leaves."""
    if fit.model == pareto_nbd.FAMILY.model:
        return PARETO_NBD, fit.parameters
    if fit.model == bg_nbd.FAMILY.model:
        return BG_NBD, fit.parameters
    return BG_NBD, np.array([*fit.parameters, 0.0, 1.0])


def p_alive(fit: Fit, counts: Counts) -> Array:
    """float64 [histories]: the probability that a customer has not left for good, by any of the models; 1 by NBD."""
    kind, values = _prepared(fit)
    if kind == PARETO_NBD:
        return pareto_nbd.p_alive(counts, values)
    return bg_nbd.p_alive(counts, values) if values[2] > 0.0 else np.ones(len(counts))


def ahead(
    fit: Fit,
    counts: Counts,
    horizon: Array | float,
    *,
    share: float = 0.9,
    worth: Fit | None = None,
    n_paid: Array | None = None,
) -> Ahead:
    """What is ahead for each history within ``horizon`` (in the counts' unit of time; a number, or float64 [histories]).

    ``share`` of what will be seen lies within the intervals. ``worth``: the Gamma-Gamma model, with the number of orders
    ``n_paid`` float64 [histories] whose worth is known (``n_repeats`` if not given); without it ``worth_low`` and
    ``worth_high`` are 0.
    """
    kind, values = _prepared(fit)
    out = np.zeros((len(counts), 7))
    out[:, 0] = p_alive(fit, counts)
    horizons = np.ascontiguousarray(np.broadcast_to(np.asarray(horizon, np.float64), len(counts)))
    paid = counts.n_repeats if n_paid is None else np.asarray(n_paid, np.float64)
    p, q = (float(worth.parameters[0]), float(worth.parameters[1])) if worth is not None else (0.0, 1.0)
    tail = 0.5 * (1.0 - share)
    columns = counts.n_repeats, counts.age, paid, horizons
    in_threads(lambda low, high: _ahead(low, high, kind, *columns, values, tail, p, q, out), list(chunks(len(counts), SPAN)))
    return Ahead(*(np.ascontiguousarray(out[:, place]) for place in range(7)))


@kernel
def _surprises(low, high, kind, alive, n_repeats, age, horizon, n_orders, values, out):
    number, more, room = np.empty(WIDTH), np.empty(WIDTH), np.empty((4, N_STAYS))
    for row in range(low, high):
        shape, rate = values[0] + n_repeats[row], values[1] + age[row]
        fourth = values[3] + (n_repeats[row] if kind == BG_NBD else age[row])
        size = chances(kind, alive[row], shape, rate, values[2], fourth, horizon, number, more, room)
        place = 0
        while place < size - 1 and number[place] < n_orders[row]:
            place += 1
        before = 1.0 if place == 0 else more[place - 1]
        width = 1.0 if place == 0 else number[place] - number[place - 1]
        out[row] = math.log(max((before - more[place]) / width, 1e-12)) if number[place] >= n_orders[row] else math.log(1e-12)


def log_chance(fit: Fit, counts: Counts, horizon: float, n_orders: Array) -> Array:
    """float64 [histories]: the log of the probability of exactly ``n_orders`` float64 [histories] within ``horizon``.

    At least log(1e-12). Give histories that are not grouped (`Counts` of one customer each) where customers of the same history
    ordered differently.
    """
    kind, values = _prepared(fit)
    out = np.zeros(len(counts))
    columns = p_alive(fit, counts), counts.n_repeats, counts.age, float(horizon), np.asarray(n_orders, np.float64)
    in_threads(lambda low, high: _surprises(low, high, kind, *columns, values, out), list(chunks(len(counts), SPAN)))
    return out
