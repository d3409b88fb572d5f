"""The formulas of look-alikes."""

from collections.abc import Mapping

import numpy as np
from numerics_cases.case import Case, Inputs

from shopkeeper.numerics.likeness.discriminant import Discriminant

K = 4


def values(random: np.random.Generator, n: int) -> Inputs:
    found = random.lognormal(size=(n, K))
    found[random.random((n, K)) < 0.1] = np.nan
    return {"values": found, "is_log": np.array([True, False, True, False])}


def matrix(random: np.random.Generator, n: int) -> Inputs:
    return {"matrix": random.standard_normal((n, K)).astype(np.float32)}


def group(random: np.random.Generator, n: int) -> Inputs:
    return {**matrix(random, n), "covariance": np.eye(K), "members": np.flatnonzero(random.random(n) < 0.3)}


def found(random: np.random.Generator) -> Discriminant:
    return Discriminant(random.standard_normal(K), random.standard_normal(K), np.zeros(K), np.zeros(K))


CASES: Mapping[str, Case] = {
    "likeness.discriminant.contributions": Case(
        lambda random, n: {"row": random.standard_normal(K).astype(np.float32), "found": found(random)}
    ),
    "likeness.discriminant.covariance": Case(matrix),
    "likeness.discriminant.discriminant": Case(group),
    "likeness.discriminant.likeness": Case(lambda random, n: {**matrix(random, n), "found": found(random)}),
    "likeness.discriminant.standardized": Case(values),
}
