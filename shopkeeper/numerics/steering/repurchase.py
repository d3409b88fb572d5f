"""Whether and when something bought is bought again: a log-normal waiting time of which a share never ends.

After a purchase, the next one of the same thing comes with probability p, and then after a time whose logarithm is normal with
mean mu and spread sigma; with probability 1 - p it never comes (a cure model, Boag 1949; Farewell 1982). Waiting that had not
ended when the customer was last seen is known only to be longer than that. Fitted by expectation and maximization, each group
drawn towards its parent's values, which count as ``strength`` purchases:

    expectation    w = p S(c) / (p S(c) + 1 - p)   for a wait of c that had not ended (S: share of waits longer than that)
    maximization   p = (n ended + sum of w + strength p0) / (n + strength),  mu and sigma from the moments of log waits
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.sparse_rows import counting_sort

N_ITERATIONS = 40
MANY = 2000  # a group with more waits is fitted to as many of them, evenly chosen
ENOUGH = 1e-4  # a change of every value below this ends the iterations
ONE_OCCASION_DAYS = 0.5  # purchases closer than this are one occasion
WINDOW_SHARE = 0.25  # "due" looks this share of the median wait ahead
SMALLEST_SPREAD, LARGEST_SPREAD = 0.05, 3.0


@kernel
def _waits(starts, entry, customer, at, last_at, out_days, out_ended, out_starts):
    """Waits of each group, in its order; how many there are."""
    size = 0
    for group in range(len(starts) - 1):
        out_starts[group] = size
        for place in range(starts[group], starts[group + 1]):
            here = entry[place]
            ended = place + 1 < starts[group + 1] and customer[entry[place + 1]] == customer[here]
            until = at[entry[place + 1]] if ended else last_at[customer[here]]
            days = (until - at[here]) / 86_400e6
            if days > ONE_OCCASION_DAYS:
                out_days[size], out_ended[size] = days, ended
                size += 1
    out_starts[len(starts) - 1] = size
    return size


def waits(group: Array, customer: Array, at: Array, last_at: Array, n_groups: int) -> tuple[Array, Array, Array]:
    """(starts int64 [groups + 1], days float32 [waits], ended bool [waits]): the waits from each purchase to the customer's next.

    ``group`` int32 (what was bought, -1: left out), ``customer`` int32 and ``at`` int64 microseconds are purchases in order of
    customer and moment; ``last_at`` int64 [customers] is when each was last seen, where a wait that did not end breaks off.
    Purchases of one occasion (within half a day) are one.
    """
    known = np.flatnonzero(group >= 0)
    starts, order = counting_sort(group[known], n_groups)
    order = known[order]
    days, ended = np.empty(len(order), np.float32), np.empty(len(order), np.bool_)
    out_starts = np.zeros(n_groups + 1, np.int64)
    size = _waits(starts, order, customer, at, last_at, days, ended, out_starts)
    return out_starts, days[:size], ended[:size]


@inlined
def _longer(deviation):
    """Share of a standard normal above ``deviation``."""
    return 0.5 * math.erfc(deviation / math.sqrt(2.0))


@inlined
def _expected(log_days, share, mean, spread):
    """(probability that the wait ends after all, mean and mean square of its logarithm given that)."""
    deviation = (log_days - mean) / spread
    above = _longer(deviation)
    if above < 1e-12:
        return 0.0, 0.0, 0.0
    hazard = math.exp(-0.5 * deviation * deviation) / math.sqrt(2.0 * math.pi) / above
    ends = share * above / (share * above + 1.0 - share)
    return ends, mean + spread * hazard, mean * mean + 2.0 * mean * spread * hazard + spread * spread * (1.0 + deviation * hazard)


@inlined
def _fit_one(first, end, days, ended, share0, mean0, spread0, strength):
    """(p, mu, sigma) of the waits ``[first, end)``."""
    share, mean, spread = share0, mean0, spread0
    weight0 = max(strength * share0, 1e-3)  # as many waits that ended does the parent count for
    stride = 1 + (end - first - 1) // MANY
    n_waits = (end - first + stride - 1) // stride
    for _ in range(N_ITERATIONS):
        total, first_moment, second_moment = 0.0, 0.0, 0.0
        for place in range(first, end, stride):
            log_days = math.log(days[place])
            if ended[place]:
                total += 1.0
                first_moment += log_days
                second_moment += log_days * log_days
            else:
                ends, one, two = _expected(log_days, share, mean, spread)
                total += ends
                first_moment += ends * one
                second_moment += ends * two
        new_share = min(0.999, (total + strength * share0) / max(n_waits + strength, 1e-9))
        new_mean = (first_moment + weight0 * mean0) / (total + weight0)
        around = second_moment - 2.0 * new_mean * first_moment + total * new_mean * new_mean
        around += weight0 * (spread0 * spread0 + (mean0 - new_mean) ** 2)
        new_spread = min(LARGEST_SPREAD, max(SMALLEST_SPREAD, math.sqrt(max(around, 0.0) / (total + weight0))))
        change = max(abs(new_share - share), abs(new_mean - mean), abs(new_spread - spread))
        share, mean, spread = new_share, new_mean, new_spread
        if change < ENOUGH:
            break
    return share, mean, spread


@kernel
def _fit(low, high, starts, days, ended, parent, strength, out):
    for group in range(low, high):
        if starts[group] == starts[group + 1]:
            out[group] = parent[group]
        else:
            out[group, 0], out[group, 1], out[group, 2] = _fit_one(
                starts[group], starts[group + 1], days, ended, parent[group, 0], parent[group, 1], parent[group, 2], strength
            )


def fit(starts: Array, days: Array, ended: Array, parent: Array, strength: float) -> Array:
    """float64 [groups, 3]: p, mu and sigma (of log days) of each group of waits; those of its parent where it has none.

    ``starts``, ``days`` and ``ended`` as `waits` gives them; ``parent`` float64 [groups, 3] is what each group is drawn to.
    """
    out = np.array(parent, np.float64)
    in_threads(
        lambda low, high: _fit(low, high, starts, days, ended, parent, float(strength), out),
        ranges(np.diff(starts), 8 * n_threads()),
    )
    return out


def first_guess(days: Array, ended: Array) -> Array:
    """float64 [3]: where a fit of all waits together begins: the share that ended, and the moments of their logarithms."""
    logs = np.log(days[ended].astype(np.float64))
    if len(logs) == 0:
        return np.array([1.0 / (len(days) + 2.0), math.log(365.0), 1.0])
    spread = min(LARGEST_SPREAD, max(0.3, float(logs.std())))
    return np.array([(len(logs) + 1.0) / (len(days) + 2.0), float(logs.mean()), spread])


@inlined
def _due(days, share, mean, spread):
    """Probability that it is bought within the next quarter of its median wait, when it was not bought for ``days``."""
    ahead = max(WINDOW_SHARE * math.exp(mean), 1.0)
    before = 1.0 - _longer((math.log(max(days, 1e-3)) - mean) / spread)
    after = 1.0 - _longer((math.log(days + ahead) - mean) / spread)
    return share * (after - before) / max(1.0 - share * before, 1e-9)


@kernel
def _peaks(low, high, fitted, out):
    for row in range(low, high):
        share, mean, spread = fitted[row, 0], fitted[row, 1], fitted[row, 2]
        for step in range(-6, 7):
            out[row] = max(out[row], _due(math.exp(mean + 0.4 * spread * step), share, mean, spread))


def with_peaks(fitted: Array) -> Array:
    """float32 [groups, 4]: p, mu, sigma and the largest probability of being due, for ``fitted`` float64 [groups, 3]."""
    peak = np.full(len(fitted), 1e-9)
    in_threads(lambda low, high: _peaks(low, high, fitted, peak), ranges(np.ones(len(fitted), np.int64), 2 * n_threads()))
    return np.concatenate((fitted, peak[:, None]), axis=1).astype(np.float32)


@inlined
def _timely(days, row):
    """How likely it is ever bought again beside an even chance, times the root of how due it is beside its own best moment.

    The root because customers are less regular than the model: on Online Retail it was better than the ratio itself.
    """
    share = np.float64(row[0])
    due = _due(np.float64(days), share, np.float64(row[1]), np.float64(row[2]))
    return min(2.0, 2.0 * share) * math.sqrt(max(0.0, due / np.float64(row[3])))


@inlined
def _lasting(share):
    """1 for a category that hardly anybody buys from again, 0 from an even chance on."""
    return min(1.0, max(0.0, (0.5 - share) / 0.3))


@kernel
def _factors(bought, days, candidate, category, of_product, of_again, of_category, out):
    for place in range(len(candidate)):
        what = candidate[place]
        kind = category[what]
        known = 0 <= kind < len(of_category) - 1
        same, alike = np.inf, np.inf
        for other in range(len(bought)):
            if bought[other] == what:
                same = min(same, np.float64(days[other]))
            elif known and 0 <= bought[other] < len(category) and category[bought[other]] == kind:
                alike = min(alike, np.float64(days[other]))
        value = 1.0
        if same < np.inf:
            rows = of_product[what] if what < len(of_product) else of_again[kind if known else len(of_again) - 1]
            value = _timely(same, rows)
        elif alike < np.inf:
            row = of_category[kind]
            lasting = _lasting(np.float64(row[0]))
            value = 1.0 - lasting + lasting * min(1.0, _timely(alike, row))
        out[place] = value


def timeliness(
    bought: Array, days: Array, candidate: Array, *, category: Array, of_product: Array, of_again: Array, of_category: Array
) -> Array:
    """float32 [candidates]: what to multiply each candidate's score with, because of what the customer bought and when.

    ``bought`` int32 were bought ``days`` float32 ago. One of them gets up to 2: at its own best moment, and the more the likelier
    it is bought again (an even chance: 1). Another product of a category from which hardly anybody buys again is held back until
    the category is due; all others get 1. ``category`` int32 [products] by code (-1: unknown). Rows of p, mu, sigma and peak
    (see `with_peaks`): ``of_product`` float32 [products learned, 4]; by category, with the shop's as the last row, ``of_again``
    for the same product bought again and ``of_category`` for any product of the category.
    """
    out = np.empty(len(candidate), np.float32)
    _factors(bought, days, candidate, category, of_product, of_again, of_category, out)
    return out
