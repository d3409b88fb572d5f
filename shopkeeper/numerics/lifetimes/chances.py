"""How likely each number of orders within the time ahead is, for one customer.

Who is still there has, by both models, the same kind of future as a new customer, with parameters that have seen the history: an
order rate of shape r + x and rate alpha + T; and a chance to leave after an order of a, b + x (BG/NBD), or a leaving rate of s,
beta + T (Pareto/NBD). More than n orders come when the process of orders alone brings more than n (a negative binomial number N)
and the customer does not leave before:

    BG/NBD        P(X > n) = p_alive P(N > n) B(a, b + x + n) / B(a, b + x)             exactly, N and the leaving are independent
    Pareto/NBD    P(X > n) = p_alive mean of P(N(w) > n) over the time w that the customer stays, by Gauss-Legendre

Where the numbers are so large that they cannot be walked through one by one, P(X > n) is taken at about 400 numbers.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN201, ANN202

from __future__ import annotations

import math

import numpy as np

from shopkeeper.numerics.compiling import inlined
from shopkeeper.numerics.lifetimes.special import beta_below, log_rising

BG_NBD, PARETO_NBD = 0, 1
WALKED = 3000  # numbers of orders that are walked through one by one
LARGEST_MEAN = 600.0  # exp(-600) is still a number: where the walk may begin
SPARSE = 200  # numbers on each of two scales where they are too many to be walked through
NEGLIGIBLE = 1e-8
NODES, WEIGHTS = (np.ascontiguousarray(each) for each in np.polynomial.legendre.leggauss(12))
N_STAYS = len(NODES) + 1
WIDTH = max(WALKED, 2 * SPARSE) + 2  # places that a customer's chances need


@inlined
def stays(shape, rate, horizon, out_time, out_share):
    """How long a customer who is there stays within ``horizon``: N_STAYS times and their shares (Lomax, cut at the horizon)."""
    end = math.log1p(horizon / rate)
    through = math.exp(-shape * end)
    end = min(end, 40.0 / shape)
    total = 0.0
    for node in range(N_STAYS - 1):
        u = 0.5 * end * (1.0 + NODES[node])
        out_time[node] = rate * math.expm1(u)
        out_share[node] = WEIGHTS[node] * math.exp(-shape * u)
        total += out_share[node]
    for node in range(N_STAYS - 1):
        out_share[node] *= (1.0 - through) / total
    out_time[N_STAYS - 1], out_share[N_STAYS - 1] = horizon, through


@inlined
def _walk_bg(alive, shape, rate, a, b, horizon, out_number, out_more):
    """`chances` of BG/NBD, number by number."""
    odds = horizon / (rate + horizon)
    exactly = math.exp(-shape * math.log1p(horizon / rate))
    more, there, size = 1.0 - exactly, 1.0, 0
    for n in range(WALKED):
        out_number[n], out_more[n] = n, alive * max(more, 0.0) * there
        size = n + 1
        if out_more[n] < NEGLIGIBLE:
            break
        exactly *= odds * (shape + n) / (n + 1.0)
        more -= exactly
        there *= (b + n) / (a + b + n)
    return size


@inlined
def _walk_pareto(alive, shape, rate, time, share, out_number, out_more, exactly, more):
    """`chances` of Pareto/NBD, number by number; ``exactly`` and ``more`` [N_STAYS] are room to work in; ``time`` is used up."""
    for node in range(N_STAYS):
        exactly[node] = share[node] * math.exp(-shape * math.log1p(time[node] / rate))
        more[node] = share[node] - exactly[node]
        time[node] /= rate + time[node]
    size = 0
    for n in range(WALKED):
        total, factor = 0.0, (shape + n) / (n + 1.0)
        for node in range(N_STAYS):
            total += more[node]
            exactly[node] *= time[node] * factor
            more[node] = max(more[node] - exactly[node], 0.0)
        out_number[n], out_more[n] = n, alive * total
        size = n + 1
        if out_more[n] < NEGLIGIBLE:
            break
    return size


@inlined
def _numbers(mean, deviation, out_number):
    """About 400 numbers of orders in order: on a logarithmic scale, and evenly around the mean; how many there are."""
    top = mean + 40.0 * deviation
    low, high = max(1.0, mean - 6.0 * deviation), mean + 6.0 * deviation
    grown, even, size = 0, 0, 0
    while grown < SPARSE or even < SPARSE:
        one = math.exp(math.log(top + 1.0) * grown / (SPARSE - 1.0)) - 1.0 if grown < SPARSE else np.inf
        other = low + (high - low) * even / (SPARSE - 1.0) if even < SPARSE else np.inf
        number = math.floor(min(one, other))
        if one <= other:
            grown += 1
        else:
            even += 1
        if size == 0 or number > out_number[size - 1]:
            out_number[size] = number
            size += 1
    return size


@inlined
def _sparse(kind, alive, shape, rate, third, fourth, time, share, horizon, out_number, out_more):
    """`chances` at about 400 numbers, from the incomplete beta function."""
    mean = shape * horizon / rate
    size = _numbers(mean, math.sqrt(mean + mean * mean / shape), out_number)
    # Far beyond a million the number is as good as its rate times the time: what holds at a million holds there, scaled.
    scale = min(1.0, 1e6 / (out_number[size - 1] + 1.0))
    for place in range(size):
        n = out_number[place]
        scaled = n * scale + 1.0
        if kind == BG_NBD:
            there = 1.0
            if third > 0.0:
                there = math.exp(log_rising(fourth, n) - log_rising(third + fourth, n))
            out_more[place] = alive * there * beta_below(horizon * scale / (rate + horizon * scale), scaled, shape)
        else:
            total = 0.0
            for node in range(N_STAYS):
                total += share[node] * beta_below(time[node] * scale / (rate + time[node] * scale), scaled, shape)
            out_more[place] = alive * total
        if place > 0:
            out_more[place] = min(out_more[place], out_more[place - 1])
    return size


@inlined
def chances(kind, alive, shape, rate, third, fourth, horizon, out_number, out_more, room):
    """How many numbers of orders are told; ``out_number`` has them in order and ``out_more`` P(X > n) for each.

    ``alive`` is the probability of being there now; ``shape`` and ``rate`` of the order rate; ``third`` and ``fourth`` of the
    leaving, all seen from now; ``room`` float64 [4, N_STAYS]. All numbers from 0 are told where that is possible.
    """
    mean = shape * horizon / rate
    top = mean + 12.0 * math.sqrt(mean + mean * mean / shape)
    if kind == PARETO_NBD:
        stays(third, fourth, horizon, room[0], room[1])
    if horizon <= 0.0 or alive <= 0.0:
        out_number[0], out_more[0] = 0.0, 0.0
        return 1
    if mean > LARGEST_MEAN or top > WALKED:
        return _sparse(kind, alive, shape, rate, third, fourth, room[0], room[1], horizon, out_number, out_more)
    if kind == BG_NBD:
        return _walk_bg(alive, shape, rate, third, fourth, horizon, out_number, out_more)
    return _walk_pareto(alive, shape, rate, room[0], room[1], out_number, out_more, room[2], room[3])
