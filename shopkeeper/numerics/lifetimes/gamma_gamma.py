"""Gamma-Gamma: what a customer's orders are worth, when few of them have been seen.

A customer's orders are worth gamma distributed amounts (shape p, rate nu), nu itself is gamma distributed among customers
(shape q, rate gamma). Fader & Hardie 2013, The Gamma-Gamma Model of Monetary Value, equations (1a) and (5); their x and z-bar
are our ``n_orders`` and ``mean_value``. How much is ordered and how often are taken to be unrelated.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, kernel
from shopkeeper.numerics.lifetimes.maximum_likelihood import Family, Fit, maximized
from shopkeeper.numerics.lifetimes.special import digamma, log_rising
from shopkeeper.numerics.lifetimes.summed import summed

NAMES = ("p", "q", "gamma")
FAMILY = Family("Gamma-Gamma", starts=((2.0, 3.0, 1.0), (6.0, 4.0, 0.5), (0.7, 2.0, 2.0)), center=(2.0, 3.0, 1.0), measured=(2,))
LARGEST = 1e15  # what is worth more, or less than its inverse, is no money
SMALLEST_Q = 1.25  # below, the mean of all customers is not told by the data: at 1 it is infinite


@dataclass(frozen=True)
class Spending:
    """Different numbers of orders and their mean worth, float64 [cases], in order, and how many customers have each."""

    n_orders: Array
    mean_value: Array
    weight: Array

    def __len__(self) -> int:
        """How many different cases."""
        return len(self.n_orders)

    @property
    def n_customers(self) -> float:
        """How many customers."""
        return float(self.weight.sum())

    @property
    def mean(self) -> float:
        """The mean over customers of the mean worth of their orders; 1 for no customers."""
        return float(np.sum(self.weight * self.mean_value)) / self.n_customers if len(self) else 1.0

    def scaled(self, unit: float) -> Spending:
        """The same in units of ``unit``."""
        return Spending(self.n_orders, self.mean_value / unit, self.weight)

    def sampled(self, size: int, seed: int) -> Spending:
        """The cases of ``size`` customers drawn without replacement; self if there are no more."""
        if int(self.n_customers) <= size:
            return self
        customer = np.random.default_rng(seed).choice(int(self.n_customers), size, replace=False)
        case = np.searchsorted(np.cumsum(self.weight), customer, side="right")
        weight = np.bincount(case, minlength=len(self)).astype(np.float64)
        kept = weight > 0.0
        return Spending(self.n_orders[kept], self.mean_value[kept], weight[kept])


def spending(n_orders: Array, mean_value: Array) -> Spending:
    """The different cases among customers with at least one order of worth, and how many customers have each.

    ``n_orders`` and ``mean_value`` [customers], any real type; who has no order or nothing above 0 (all returned) tells nothing.
    """
    count, value = np.asarray(n_orders, np.float64), np.asarray(mean_value, np.float64)
    told = (count > 0.0) & (value > 1.0 / LARGEST) & (value < LARGEST) & np.isfinite(count)  # NaN tells nothing either
    count, value = count[told], value[told]
    order = np.lexsort((value, count))
    count, value = count[order], value[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (count[1:] != count[:-1]) | (value[1:] != value[:-1])
    first = np.flatnonzero(new)
    weight = np.diff(np.append(first, len(order))).astype(np.float64)
    return Spending(count[first], value[first], weight)


@kernel
def _likelihood(low, high, n_orders, mean_value, weight, p, q, gamma, out):
    """``out`` [4]: the weighted log-likelihood of cases ``low`` to ``high`` and its derivatives by p, q and gamma."""
    total, by_p, by_q, by_gamma = 0.0, 0.0, 0.0, 0.0
    x, constant, of_p, of_q = -1.0, 0.0, 0.0, 0.0
    log_gamma = math.log(gamma)
    for row in range(low, high):
        if n_orders[row] != x:  # cases are in order of n_orders: what depends on it alone is worked out once
            x = n_orders[row]
            constant = log_rising(q, p * x) - math.lgamma(p * x) + q * log_gamma
            of_p = digamma(p * x + q) - digamma(p * x)
            of_q = digamma(p * x + q) - digamma(q) + log_gamma
        paid = x * mean_value[row]
        log_paid, log_all = math.log(paid), math.log(gamma + paid)
        n = weight[row]
        total += n * (constant - math.log(mean_value[row]) + p * x * log_paid - (p * x + q) * log_all)
        by_p += n * x * (of_p + log_paid - log_all)
        by_q += n * (of_q - log_all)
        by_gamma += n * (q / gamma - (p * x + q) / (gamma + paid))
    out[0], out[1], out[2], out[3] = total, by_p, by_q, by_gamma


def log_likelihood(cases: Spending, parameters: Array) -> tuple[float, Array]:
    """(log-likelihood, float64 [3] its derivatives by p, q, gamma) of all customers; equation (1a)."""
    return summed(_likelihood, (cases.n_orders, cases.mean_value, cases.weight), parameters)


def fit(cases: Spending) -> Fit:
    """The parameters p, q, gamma (gamma in the unit of the worth) of maximum likelihood.

    Where the tail is so heavy that the mean over customers would be infinite or nearly so (q below 1.25), q is kept there, with
    the gamma that gives the customers' own mean: that counts as regularized.
    """
    found = maximized(FAMILY, log_likelihood, cases, cases.mean, len(cases) > 1)
    p, q, _ = (float(value) for value in found.parameters)
    if q >= SMALLEST_Q:
        return found
    parameters = np.array([p, SMALLEST_Q, cases.mean * (SMALLEST_Q - 1.0) / p])
    return Fit(found.model, parameters, log_likelihood(cases, parameters)[0], is_regularized=True)


def order_value(n_orders: Array, mean_value: Array, parameters: Array) -> Array:
    """float64 [customers]: the expected worth of a customer's next order; equation (5).

    The mean of all customers where nothing is known (``n_orders`` 0); a mean worth below 0 counts as 0.
    """
    p, q, gamma = (float(value) for value in parameters)
    count = np.maximum(np.asarray(n_orders, np.float64), 0.0)
    paid = count * np.maximum(np.nan_to_num(np.asarray(mean_value, np.float64), nan=0.0), 0.0)
    return np.asarray(p * (gamma + paid) / (p * count + q - 1.0))
