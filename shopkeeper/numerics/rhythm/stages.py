"""The stage of each customer's life at a moment, from their own rhythm: new, active, loyal, returned, at risk or lapsed.

After each order day two borders are known, how long a silence is unusual and from which hardly anybody comes back. A customer is
at risk from the first on and lapsed from the second. Who orders again after having lapsed has returned, until the next order; who
has ordered often enough in a row without lapsing is loyal; who has ordered once is new; everybody else is active.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from shopkeeper.numerics.compiling import Array, in_threads, inlined, kernel, n_threads, ranges
from shopkeeper.numerics.rhythm.gaps import GapPrior, fit_gap_prior, next_gap
from shopkeeper.numerics.rhythm.histories import DAY, LONGEST_DAYS, SHORTEST_DAYS, OrderDays, gaps
from shopkeeper.numerics.rhythm.lengths import Lengths, length_at, lengths, longer_share

STAGES = ("new", "active", "loyal", "returned", "at_risk", "lapsed")
NEW, ACTIVE, LOYAL, RETURNED, AT_RISK, LAPSED = range(6)
MANY = 100_000
"""From so many order days on, threads share the work."""
USUAL_LOG_DAYS = (4.1, 0.8)
"""Mean and deviation of the logarithm of gaps in shops at large: two months, four weeks to nineteen in two of three."""
_SHARES = np.linspace(0.001, 1.0, 1000) - 0.0005
NOBODY = -1
"""The stage of who has not ordered yet."""


@dataclass(frozen=True)
class Rhythm:
    """A shop's rhythm: what is usual, and how far from it gaps fall.

    ``second`` is the curve of the time from the first to the second order day, in log days; ``later`` that of all later gaps, in
    scales from the location that was foretold for each (z).
    """

    prior: GapPrior
    second: Lengths
    later: Lengths


@dataclass(frozen=True)
class Borders:
    """Where stages begin: quantiles of log days after a first order (``second``) and of z after later ones (``later``).

    Each float64 [3]: the usual gap (median), at risk, lapsed.
    """

    second: Array
    later: Array


@dataclass(frozen=True)
class Stages:
    """Every customer at one moment; arrays of one length.

    ``stage`` int8 (place in `STAGES`, or `NOBODY`), ``since`` int64 microseconds, ``n_days`` int32 order days so far, ``last_at``
    int64 microseconds, ``usual``, ``at_risk`` and ``lapsed`` float64 days after the last order, ``z`` float64: the silence so far
    on the scale of `Rhythm.second` (after a first order) or `Rhythm.later`.
    """

    stage: Array
    since: Array
    n_days: Array
    last_at: Array
    usual: Array
    at_risk: Array
    lapsed: Array
    z: Array


def learn_rhythm(history: OrderDays, moment: int, *, n_least: int = 50) -> Rhythm:
    """The rhythm of these customers as known at ``moment`` (microseconds): nothing later is looked at.

    Where fewer than ``n_least`` second orders or later gaps are known, their curve is Student's as the prior has it. A young shop
    cannot have seen long gaps: what it saw counts as the share of all that a gap of `USUAL_LOG_DAYS` leaves room for.
    """
    from scipy.special import ndtr, ndtri, stdtrit  # scipy.stats takes more than a second to load

    known = gaps(history, moment)
    is_last = ~known.ended
    longest = float(np.log(max((moment - history.at.min(initial=moment)) / DAY, SHORTEST_DAYS)))
    seen = float(ndtr((longest - USUAL_LOG_DAYS[0]) / USUAL_LOG_DAYS[1]))
    prior = fit_gap_prior(known.n[is_last], known.mean[is_last], known.squares[is_last])
    prior = replace(prior, mean=seen * prior.mean + (1.0 - seen) * USUAL_LOG_DAYS[0])
    location, scale = next_gap(prior, known.n, known.mean, known.squares)
    z = (known.log_days - location) / scale
    first = known.n == 0
    second, later = lengths(known.log_days[first], known.ended[first]), lengths(z[~first], known.ended[~first])
    start, spread = (float(part[0]) for part in next_gap(prior, *np.zeros((3, 1))))
    if np.count_nonzero(known.ended & first) < n_least:
        second = Lengths(start + spread * stdtrit(2.0 * prior.shape, _SHARES), _SHARES, second.ending_share)
    if np.count_nonzero(known.ended & ~first) < n_least:
        later = Lengths(stdtrit(2.0 * prior.shape + 2.0, _SHARES), _SHARES, later.ending_share)
    second = _continued(second, seen, ndtri(_SHARES) * USUAL_LOG_DAYS[1] + USUAL_LOG_DAYS[0])
    return Rhythm(prior, second, _continued(later, seen, stdtrit(2.0 * prior.shape + 2.0, _SHARES)))


def _continued(curve: Lengths, seen: float, usual: Array) -> Lengths:
    """The curve as the first ``seen`` (0-1) of all, and ``usual`` lengths (at `_SHARES`) for what could not be seen yet."""
    tail = seen < _SHARES
    last = curve.length[-1] if len(curve.length) else -np.inf
    length = np.concatenate((curve.length, np.maximum(usual[tail], last)))
    return Lengths(length, np.concatenate((curve.share * seen, _SHARES[tail])), curve.ending_share)


def borders(rhythm: Rhythm, second: tuple[float, float], later: tuple[float, float]) -> Borders:
    """The borders at these shares (0-1; at risk, lapsed) of gaps that are shorter, of first and of ``later`` ones.

    A share for lapsed below the one for at risk counts as that.
    """

    def of(curve: Lengths, at_risk: float, lapsed: float) -> Array:
        return np.array([length_at(curve, share) for share in (0.5, at_risk, max(at_risk, lapsed))])

    return Borders(of(rhythm.second, *second), of(rhythm.later, *later))


def fixed_borders(usual: float, at_risk: float, lapsed: float) -> tuple[GapPrior, Borders]:
    """A prior and borders under which everybody's are these days, whatever their rhythm: what many shops do."""
    days = np.log(np.array([usual, at_risk, lapsed]))
    return GapPrior(0.0, 1e30, 1e30, 1e30), Borders(days, days)


@inlined
def _log(days):
    return np.log(min(max(days, SHORTEST_DAYS), LONGEST_DAYS))


@inlined
def _after_gap(stage, run, gap, at_risk, lapsed, loyal_orders):
    """(stage, order days in a row without having lapsed, whether the stage goes on) after a gap that ended; all in log days."""
    if gap > lapsed:
        return RETURNED, 1, False
    run += 1
    now = LOYAL if run >= loyal_orders else ACTIVE
    return now, run, now == stage and gap <= at_risk


@inlined
def _foretold(prior, n, mean, squares):
    """As `next_gap`, for one customer."""
    weight, centre, shape, rate = prior
    known = weight + n
    away = mean - centre
    all_rate = rate + 0.5 * squares + 0.5 * weight * n * away * away / known
    return (weight * centre + n * mean) / known, np.sqrt(all_rate * (known + 1.0) / ((shape + 0.5 * n) * known))


@kernel
def _walk(low, high, starts, day, at, moment, loyal_orders, prior, second, later, out):
    """Walk through the order days of customers [low, high) and write their stages into ``out``."""
    stage, since, n_days, last_at, limits, z = out
    shortest, longest = np.log(SHORTEST_DAYS), np.log(LONGEST_DAYS)
    for customer in range(low, high):
        now, begun, run, n = NOBODY, 0, 0, 0
        mean, squares, location, scale, at_risk, lapsed = 0.0, 0.0, 0.0, 1.0, second[1], second[2]
        last, first = 0, starts[customer]
        for place in range(first, starts[customer + 1]):
            if at[place] > moment:
                break
            last = at[place]
            if place == first:
                now, run, begun = NEW, 1, last
                continue
            gap = _log(float(day[place] - day[place - 1]))
            now, run, goes_on = _after_gap(now, run, gap, at_risk, lapsed, loyal_orders)
            begun = begun if goes_on else last
            n += 1
            away = gap - mean
            mean += away / n
            squares += away * (gap - mean)
            location, scale = _foretold(prior, n, mean, squares)
            at_risk, lapsed = location + scale * later[1], location + scale * later[2]
        stage[customer] = now
        if now == NOBODY:
            continue
        middle = second[0] if n == 0 else location + scale * later[0]
        for which, value in enumerate((middle, at_risk, lapsed)):
            limits[customer, which] = np.exp(min(max(value, shortest), longest))
        silence = (moment - last) / DAY
        if silence > limits[customer, 2]:
            stage[customer], begun = LAPSED, last + int(limits[customer, 2] * DAY)
        elif silence > limits[customer, 1]:
            stage[customer], begun = AT_RISK, last + int(limits[customer, 1] * DAY)
        since[customer], last_at[customer], n_days[customer] = begun, last, n + 1
        z[customer] = (_log(silence) - location) / scale


def stages(history: OrderDays, prior: GapPrior, limits: Borders, moment: int, loyal_orders: int) -> Stages:
    """The stage of every customer at ``moment`` (microseconds, inclusive): nothing later is looked at.

    ``loyal_orders`` order days in a row without lapsing make loyal. A gap is counted in whole days, a silence to the microsecond.
    """
    n = history.n_customers
    stage, since, n_days = np.full(n, NOBODY, np.int8), np.zeros(n, np.int64), np.zeros(n, np.int32)
    last_at, found, z = np.zeros(n, np.int64), np.zeros((n, 3)), np.zeros(n)
    out = (stage, since, n_days, last_at, found, z)
    usual = (prior.weight, prior.mean, prior.shape, prior.rate)
    given = (history.starts, history.day, history.at, moment, loyal_orders, usual, limits.second, limits.later)
    spans = ranges(np.diff(history.starts), 4 * n_threads() if len(history.at) > MANY else 1)
    in_threads(lambda low, high: _walk(low, high, *given, out), spans)
    usual_days, at_risk, lapsed = np.ascontiguousarray(found.T)
    return Stages(stage, since, n_days, last_at, usual_days, at_risk, lapsed, z)


def still_to_come(rhythm: Rhythm, found: Stages) -> Array:
    """float64 [customers]: the share of gaps like each one's that last longer than the silence so far, of those that end."""
    after_first, after_later = longer_share(rhythm.second, found.z), longer_share(rhythm.later, found.z)
    result: Array = np.where(found.n_days == 1, after_first, after_later)
    return result
