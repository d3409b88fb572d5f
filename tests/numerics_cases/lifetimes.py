"""Lifetimes: counts of orders, models of them, what is ahead."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numerics_cases.case import Case, Inputs, together


def customers(random: np.random.Generator, n: int) -> Inputs:
    age = random.integers(0, 200, n).astype(np.float64)
    n_repeats = random.integers(0, 4, n).astype(np.float64) * (age > 3)
    return {"n_repeats": n_repeats, "last": np.where(n_repeats > 0, np.floor(age * random.random(n)), 0.0), "age": age}


def counts(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.lifetimes.counts import grouped

    return grouped(**customers(random, n))


def money(random: np.random.Generator, n: int) -> Inputs:
    return {"n_orders": random.integers(0, 5, n).astype(np.float64), "mean_value": np.round(random.random(n) * 50 - 5, 2)}


def cases(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.lifetimes.gamma_gamma import spending

    return spending(**money(random, n))


def learned(parameters: tuple[float, ...], model: str) -> Any:
    from shopkeeper.numerics.lifetimes.maximum_likelihood import Fit

    return Fit(model, np.array(parameters), 0.0)


BG, PARETO, NBD = (0.5, 50.0, 0.5, 2.0), (0.5, 50.0, 0.6, 60.0), (0.5, 50.0)
WORTH = (6.0, 4.0, 15.0)


def asked(random: np.random.Generator, n: int) -> Inputs:
    found = counts(random, n)
    worth = learned(WORTH, "Gamma-Gamma")
    return {"fit": learned(PARETO, "Pareto/NBD"), "counts": found, "horizon": 90.0, "worth": worth, "n_paid": found.n_repeats + 1}


def seen(random: np.random.Generator, n: int) -> Inputs:
    found = counts(random, n)
    orders = random.integers(0, 4, len(found)).astype(np.float64)
    return {"fit": learned(BG, "BG/NBD"), "counts": found, "horizon": 90.0, "n_orders": orders}


def of_model(parameters: tuple[float, ...]) -> Case:
    return Case(lambda random, n: {"counts": counts(random, n), "parameters": np.array(parameters)})


def searched(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.lifetimes import nbd

    found = counts(random, n)
    return {
        "family": nbd.FAMILY, "log_likelihood": nbd.log_likelihood, "cases": found, "unit": found.unit,
        "is_told": found.has_repeats,
    }  # fmt: skip


def add_up(low: int, high: int, column: Any, factor: float, out: Any) -> None:
    out[0] += factor * column[low:high].sum()


def fill_up(low: int, high: int, column: Any, factor: float, out: Any) -> None:
    out[low:high] = factor * column[low:high]


def summed_up(kernel: Any) -> Case:
    return Case(lambda random, n: {"kernel": kernel, "columns": (random.random(n),), "parameters": np.array([2.0])})


FIT = Case(lambda random, n: {"counts": counts(random, n)})
CASES: Mapping[str, Case] = {
    "lifetimes.ahead.ahead": Case(asked),
    "lifetimes.ahead.log_chance": Case(seen),
    "lifetimes.ahead.p_alive": Case(lambda random, n: {"fit": learned(BG, "BG/NBD"), "counts": counts(random, n)}),
    "lifetimes.bg_nbd.fit": FIT,
    "lifetimes.bg_nbd.log_likelihood": of_model(BG),
    "lifetimes.bg_nbd.p_alive": of_model(BG),
    "lifetimes.counts.grouped": Case(
        customers, together("n_repeats", "last", "age"), lambda result, inputs: (result.n_repeats, result.age, result.weight)
    ),
    "lifetimes.gamma_gamma.fit": Case(lambda random, n: {"cases": cases(random, n)}),
    "lifetimes.gamma_gamma.log_likelihood": Case(lambda random, n: {"cases": cases(random, n), "parameters": np.array(WORTH)}),
    "lifetimes.gamma_gamma.order_value": Case(lambda random, n: {**money(random, n), "parameters": np.array(WORTH)}),
    "lifetimes.gamma_gamma.spending": Case(money, together("n_orders", "mean_value")),
    "lifetimes.maximum_likelihood.maximized": Case(searched),
    "lifetimes.nbd.fit": FIT,
    "lifetimes.nbd.log_likelihood": of_model(NBD),
    "lifetimes.pareto_nbd.fit": FIT,
    "lifetimes.pareto_nbd.log_likelihood": of_model(PARETO),
    "lifetimes.pareto_nbd.p_alive": of_model(PARETO),
    "lifetimes.summed.filled": summed_up(fill_up),
    "lifetimes.summed.summed": summed_up(add_up),
}
