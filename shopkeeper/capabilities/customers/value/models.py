"""Models of how often customers order and when they leave, together with what their orders are worth: learned, and asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shopkeeper.capabilities.customers.value.histories import Histories
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.lifetimes import bg_nbd, gamma_gamma, nbd, pareto_nbd
from shopkeeper.numerics.lifetimes.ahead import ahead
from shopkeeper.numerics.lifetimes.counts import Counts
from shopkeeper.numerics.lifetimes.gamma_gamma import order_value, spending
from shopkeeper.numerics.lifetimes.maximum_likelihood import Fit


@dataclass(frozen=True)
class Model:
    """A model by its name, its title, how it is fitted to counts, and the names of its parameters (times in days)."""

    name: str
    title: str
    fit: Callable[[Counts], Fit]
    parameters: tuple[str, ...]


MODELS: tuple[Model, ...] = (
    Model("bg_nbd", "BG/NBD", bg_nbd.fit, bg_nbd.NAMES),
    Model("pareto_nbd", "Pareto/NBD", pareto_nbd.fit, pareto_nbd.NAMES),
    Model("nbd", "NBD, in which nobody leaves", nbd.fit, nbd.NAMES),
)
"""The first one is taken where there is nothing to choose by."""


@dataclass(frozen=True)
class Learned:
    """A model with what it has learned: ``orders`` of the ordering, ``worth`` of what orders are worth (Gamma-Gamma)."""

    model: Model
    orders: Fit
    worth: Fit


@dataclass(frozen=True)
class Outlook:
    """What each customer will bring within the days asked for, float64 [customers]; bounds hold the share asked for.

    Bounds also hold the expectation: who hardly comes, and then buys much, is expected to bring more than nothing, which is
    likeliest.
    """

    p_alive: Array
    p_buys: Array
    orders: Array
    orders_low: Array
    orders_high: Array
    order_value: Array
    value: Array
    value_low: Array
    value_high: Array


def learn(model: Model, known: Histories, counts: Counts | None = None) -> Learned:
    """The model and what orders are worth, learned from all of these customers (``counts``: their histories, if at hand)."""
    worth = gamma_gamma.fit(spending(known.n_orders, known.order_value))
    return Learned(model, model.fit(known.grouped() if counts is None else counts), worth)


def outlook(learned: Learned, known: Histories, days: float, share: float) -> Outlook:
    """What each customer will bring within ``days`` after ``known.day``; ``share`` of it lies within the bounds."""
    counts = known.grouped()
    found = ahead(learned.orders, counts, days, share=share, worth=learned.worth, n_paid=counts.n_repeats + 1.0)
    place = counts.place
    gamma = float(learned.worth.parameters[2])
    paid = gamma + known.n_orders * known.order_value
    each = order_value(known.n_orders, known.order_value, learned.worth.parameters)
    orders = found.orders[place]
    value = orders * each
    return Outlook(
        found.p_alive[place], found.p_buys[place], orders,
        np.minimum(found.low[place], orders), np.maximum(found.high[place], orders), each, value,
        np.minimum(found.worth_low[place] * paid, value), np.maximum(found.worth_high[place] * paid, value),
    )  # fmt: skip


def newcomer_orders(learned: Learned, n_days: int) -> Array:
    """float64 [n_days + 1]: the orders expected of a new customer within 0, 1, 2 … days after the first one."""
    days = np.arange(n_days + 1, dtype=np.float64)
    nothing = np.zeros(len(days))
    counts = Counts(nothing, nothing, nothing, np.ones(len(days)), np.arange(len(days)))
    return ahead(learned.orders, counts, days).orders
