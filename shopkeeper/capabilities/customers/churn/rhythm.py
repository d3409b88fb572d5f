"""The shop's own rhythm: within what time customers who come back do so, and BG/NBD's chance of another order."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.churn.read import DAY, OrderDays
from shopkeeper.capabilities.customers.classifying.methods.method import quietly
from shopkeeper.numerics.classifying.scores import log_odds
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.lifetimes import bg_nbd
from shopkeeper.numerics.lifetimes.counts import grouped

RETURNED = 0.95  # share of those who return that "will not come back" waits for
FEWEST_WAITING, SHARE_WAITING = 20, 0.05  # gaps this long or longer: beyond, what is known of them is chance


def gaps_days(orders: OrderDays, as_of: int) -> tuple[Array, Array]:
    """(gaps between a customer's days of orders, gaps still open at ``as_of`` microseconds), float64 days."""
    day = orders.first // DAY
    closed = np.ones(len(day), np.bool_)
    closed[orders.start[:-1]] = False
    gap = np.diff(day, prepend=0)[closed].astype(np.float64)
    still_open = (as_of // DAY - day[orders.start[1:] - 1]).astype(np.float64)
    return gap, np.maximum(still_open, 0.0)


def return_days(gap: Array, still_open: Array, share: float = RETURNED) -> float:
    """Within how many days ``share`` of all returns happen, by Kaplan & Meier (1958), so that open gaps count for what they say.

    Of the returns that are seen at all: a customer who never comes back is no return. NaN where nobody ever came back.
    """
    if len(gap) == 0:
        return float("nan")
    length = np.concatenate((gap, still_open))
    days, place = np.unique(length, return_inverse=True)
    returned = np.bincount(place, weights=np.concatenate((np.ones(len(gap)), np.zeros(len(still_open)))), minlength=len(days))
    waiting = np.cumsum(np.bincount(place, minlength=len(days))[::-1])[::-1]
    known = waiting >= min(FEWEST_WAITING, SHARE_WAITING * len(length))
    quiet = np.cumprod(1.0 - returned[known] / waiting[known])
    come_back = 1.0 - quiet
    if come_back[-1] <= 0.0:
        return float(gap.max())
    return float(days[known][int(np.searchsorted(come_back, share * come_back[-1]))])


@dataclass(frozen=True)
class Rhythm:
    """BG/NBD learned from customers' days of orders, and those: ``n_repeats``, ``last`` and ``age`` (days) float64 [customers].

    As in `numerics.lifetimes.counts`; ``parameters`` are r, alpha, a, b.
    """

    parameters: Array
    n_repeats: Array
    last: Array
    age: Array

    def log_odds(self, within_days: float) -> Array:
        """float64 [customers]: log odds of at least one order within so many days."""
        return _log_odds(self.parameters, self.n_repeats, self.last, self.age, within_days)

    def parts(self, within_days: float) -> Array:
        """float64 [customers, 3]: how the number of orders, the quiet since the last one and the time known make the log odds.

        Shapley values against the middle customer: with that one's log odds they sum to each customer's.
        """
        own = (self.n_repeats, self.age - self.last, self.age)
        middle = tuple(np.full(len(each), np.median(each) if len(each) else 0.0) for each in own)
        worth = {}
        for taken in itertools.product((False, True), repeat=3):
            repeats, quiet, age = (mine if is_own else shop for mine, shop, is_own in zip(own, middle, taken, strict=True))
            worth[taken] = _log_odds(self.parameters, repeats, np.maximum(age - quiet, 0.0), age, within_days)
        parts = np.zeros((len(self.age), 3))
        for others, weight in (((False, False), 1 / 3), ((False, True), 1 / 6), ((True, False), 1 / 6), ((True, True), 1 / 3)):
            for place in range(3):
                with_it, without = ((*others[:place], is_in, *others[place:]) for is_in in (True, False))
                parts[:, place] += weight * (worth[with_it] - worth[without])
        return parts


def learn_rhythm(n_repeats: Array, last: Array, age: Array) -> Rhythm:
    """BG/NBD of maximum likelihood for these customers."""
    repeats, lasts, ages = (np.asarray(each, np.float64) for each in (n_repeats, last, age))
    with quietly():
        parameters = bg_nbd.fit(grouped(repeats, lasts, ages)).parameters
    return Rhythm(parameters, repeats, lasts, ages)


def _log_odds(parameters: Array, n_repeats: Array, last: Array, age: Array, within_days: float) -> Array:
    """P(X(t) > 0) = P(alive) (1 - ((alpha + T) / (alpha + T + t)) ** (r + x)), in log odds.

    While a customer is there, the rate is gamma distributed with shape r + x and rate alpha + T (Fader, Hardie & Lee 2005), and a
    customer leaves only after an order: the next one does not depend on leaving.
    """
    counts = grouped(n_repeats, last, age)
    r, alpha = float(parameters[0]), float(parameters[1])
    silent = -(r + counts.n_repeats) * np.log1p(within_days / (alpha + counts.age))
    found: Array = log_odds(bg_nbd.p_alive(counts, parameters) * -np.expm1(silent))[counts.place]
    return found
