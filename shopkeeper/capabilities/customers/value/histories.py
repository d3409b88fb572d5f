"""What is known of each customer up to the end of a day, and what came after it: what models of lifetimes learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.life_cycle.read import UNITS, Trade
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.lifetimes.counts import Counts, grouped


@dataclass(frozen=True)
class Histories:
    """Customers who had ordered by the end of ``day``, float64 [customers] but for ``customer``.

    ``customer`` int64 (place in the trade's customers), ``n_repeats`` days with orders after the first, ``last`` days from the
    first to the last of them, ``age`` days from the first until ``day``, ``paid`` what they paid less what came back.
    """

    day: int
    customer: Array
    n_repeats: Array
    last: Array
    age: Array
    paid: Array

    def __len__(self) -> int:
        """How many customers."""
        return len(self.customer)

    @property
    def n_orders(self) -> Array:
        """float64 [customers]: days with orders, the first too."""
        return np.asarray(self.n_repeats + 1.0)

    @property
    def order_value(self) -> Array:
        """float64 [customers]: the mean worth of an order; 0 where all came back."""
        return np.asarray(np.maximum(self.paid, 0.0) / self.n_orders)

    @property
    def first_day(self) -> Array:
        """int64 [customers]: the day of the first order."""
        return np.asarray(self.day - self.age.astype(np.int64))

    def grouped(self) -> Counts:
        """The different histories, in days."""
        return grouped(self.n_repeats, self.last, self.age)

    def each(self) -> Counts:
        """One history a customer, in the customers' order."""
        return Counts(self.n_repeats, self.last, self.age, np.ones(len(self)), np.arange(len(self)))

    def some(self, kept: Array) -> Histories:
        """Those at these places."""
        columns = (self.customer, self.n_repeats, self.last, self.age, self.paid)
        return Histories(self.day, *(column[kept] for column in columns))


def histories(trade: Trade, day: int) -> Histories:
    """What was known at the end of ``day``."""
    known = (trade.day <= day) & (trade.n_orders > 0)
    customer, at = trade.customer[known], trade.day[known].astype(np.int64)
    is_first = np.ones(len(customer), np.bool_)  # rows lie by customer and day
    is_first[1:] = customer[1:] != customer[:-1]
    is_last = np.append(is_first[1:], True)[: len(customer)]
    place = np.cumsum(is_first) - 1
    first, last = at[is_first], at[is_last]
    by_then = trade.day <= day
    paid = np.bincount(trade.customer[by_then], weights=trade.units[by_then], minlength=len(trade.customers)) / UNITS
    who = customer[is_first]
    n_orders = np.bincount(place, minlength=len(who)).astype(np.float64)
    return Histories(day, who, n_orders - 1.0, (last - first).astype(np.float64), (day - first).astype(np.float64), paid[who])


def came(trade: Trade, known: Histories) -> tuple[Array, Array]:
    """(days with orders after ``known.day``, what was paid in them less what came back), float64 for each of its customers."""
    later = trade.day > known.day
    size = len(trade.customers)
    orders = np.bincount(trade.customer[later & (trade.n_orders > 0)], minlength=size).astype(np.float64)
    paid = np.bincount(trade.customer[later], weights=trade.units[later], minlength=size) / UNITS
    return orders[known.customer], paid[known.customer]
