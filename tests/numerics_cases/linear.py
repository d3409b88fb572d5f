"""The formulas of linear models."""

from collections.abc import Mapping

import numpy as np
from numerics_cases.case import N_CUSTOMERS, N_PRODUCTS, Case, Inputs, some_rows
from numerics_cases.top import a_graph


def graph(random: np.random.Generator, n: int) -> object:
    from shopkeeper.numerics.co_occurrence import product_graph

    return product_graph(**a_graph(random, n))


def products(random: np.random.Generator, n: int) -> Inputs:
    return {
        "rows": some_rows(random, n), "row_factor": random.random(N_CUSTOMERS) + 0.1,
        "forward": np.array([1.0, 0.5]), "backward": np.array([1.0, 0.2]),
    }  # fmt: skip


CASES: Mapping[str, Case] = {
    "linear.dense_ridge.dense_ridge": Case(
        lambda random, n: {
            **products(random, n), "penalty": np.full(N_PRODUCTS, 2.0), "gram": np.array([1.0, 0.7]),
        }
    ),
    "linear.gram.dense_products": Case(products),
    "linear.gram.squares": Case(
        lambda random, n: {"rows": some_rows(random, n), "row_factor": random.random(N_CUSTOMERS) + 0.1}
    ),
    "linear.neighbor_ridge.neighbor_ridge": Case(
        lambda random, n: {
            "partners": graph(random, n), "gram": graph(random, n), "diagonal": random.random(N_PRODUCTS) * 3,
            "penalty": np.full(N_PRODUCTS, 2.0),
        }
    ),
    "linear.strongest.strongest_of_dense": Case(
        lambda random, n: {"dense": random.standard_normal((n, n)), "target_factor": random.random(n), "k": 3}
    ),
    "linear.strongest.strongest_of_lists": Case(
        lambda random, n: {"lists": graph(random, n), "target_factor": random.random(N_PRODUCTS) - 0.5, "k": 3}
    ),
}  # fmt: skip
