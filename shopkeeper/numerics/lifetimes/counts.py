"""What models of lifetimes see of a customer, and how many customers look the same: they are counted once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array

LARGEST_CODE = 2**62
WIDEST_SPAN = 2**20
NO_TIME = 365.0  # the unit of time where no time has passed for anybody: a year, if times are days


@dataclass(frozen=True)
class Counts:
    """Different histories, in order, and how many customers have each.

    ``n_repeats`` (the papers' x: orders after the first), ``last`` (t_x: from the first order to the last) and ``age`` (T: from
    the first order until now) are float64 [histories], in any one unit of time; ``weight`` float64 the number of customers;
    ``place`` int64 [customers] the history of each customer.
    """

    n_repeats: Array
    last: Array
    age: Array
    weight: Array
    place: Array

    def __len__(self) -> int:
        """How many different histories."""
        return len(self.n_repeats)

    @property
    def n_customers(self) -> float:
        """How many customers."""
        return float(self.weight.sum())

    @property
    def mean_age(self) -> float:
        """The customers' mean age, 0 for no customers."""
        return float(np.sum(self.weight * self.age)) / max(self.n_customers, 1.0)

    @property
    def unit(self) -> float:
        """The time in which parameters are searched: the mean age, or `NO_TIME` where all customers are new."""
        return self.mean_age or NO_TIME

    @property
    def has_repeats(self) -> bool:
        """Whether anything tells of rates: customers who came back, in some time, and not all the same."""
        return len(self) > 1 and bool(np.any(self.n_repeats > 0.0)) and bool(np.any(self.age > 0.0))

    def scaled(self, unit: float) -> Counts:
        """The same with time told in units of ``unit``."""
        return Counts(self.n_repeats, self.last / unit, self.age / unit, self.weight, self.place)

    def sampled(self, size: int, seed: int) -> Counts:
        """The histories of ``size`` customers drawn without replacement, as counts of their own; self if there are no more."""
        total = int(self.weight.sum())
        if total <= size:
            return self
        drawn = np.random.default_rng(seed).multivariate_hypergeometric(self.weight.astype(np.int64), size, method="marginals")
        kept = np.flatnonzero(drawn)
        weight = drawn[kept].astype(np.float64)
        return Counts(self.n_repeats[kept], self.last[kept], self.age[kept], weight, np.empty(0, np.int64))


def grouped(n_repeats: Array, last: Array, age: Array) -> Counts:
    """The different histories among customers, and how many customers have each.

    ``n_repeats``, ``last`` and ``age`` [customers] as in `Counts`, any real type. What cannot be is mended: negative or unknown
    times become 0, ``last`` is at most ``age``, and 0 without repeats; so every customer counts.
    """
    repeats = np.maximum(np.nan_to_num(np.asarray(n_repeats, np.float64), nan=0.0), 0.0)
    ages = np.maximum(np.nan_to_num(np.asarray(age, np.float64), nan=0.0), 0.0)
    lasts = np.clip(np.nan_to_num(np.asarray(last, np.float64), nan=0.0), 0.0, ages)
    lasts = np.where(repeats > 0.0, lasts, 0.0)
    key, size = np.zeros(len(repeats), np.int64), 1
    for column in (repeats, lasts, ages):
        size_of_column, code = _coded(column)
        if size > LARGEST_CODE // size_of_column:  # too many for one number: those that occur are numbered anew
            found, key = np.unique(key, return_inverse=True)
            key, size = key.astype(np.int64), max(1, len(found))
        key, size = key * size_of_column + code, size * size_of_column
    _, first, place, weight = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return Counts(repeats[first], lasts[first], ages[first], weight.astype(np.float64), place.astype(np.int64))


def _coded(column: Array) -> tuple[int, Array]:
    """(how many codes there can be, int64 code of each value, in the order of values); whole numbers from the least on."""
    if len(column) == 0:
        return 1, np.empty(0, np.int64)
    lowest, span = column.min(), float(column.max() - column.min())
    if span < WIDEST_SPAN:
        whole = (column - lowest).astype(np.int64)
        if np.array_equal(whole + lowest, column):
            return int(span) + 1, whole
    level, code = np.unique(column, return_inverse=True)
    return len(level), code.astype(np.int64)
