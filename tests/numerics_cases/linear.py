"""The formulas of linear models and of likeness."""

from collections.abc import Mapping

import numpy as np
from numerics_cases.case import N_CUSTOMERS, N_PRODUCTS, Case, Inputs, some_rows, together
from numerics_cases.top import a_graph


def graph(random: np.random.Generator, n: int) -> object:
    from shopkeeper.numerics.co_occurrence import product_graph

    return product_graph(**a_graph(random, n))


def sorted_(result: object, inputs: Inputs) -> object:
    return np.sort(result)


def products(random: np.random.Generator, n: int) -> Inputs:
    return {
        "rows": some_rows(random, n), "row_factor": random.random(N_CUSTOMERS) + 0.1,
        "forward": np.array([1.0, 0.5]), "backward": np.array([1.0, 0.2]),
    }  # fmt: skip


def two_graphs(random: np.random.Generator, n: int) -> Inputs:
    price = random.random(N_PRODUCTS) * 10
    price[::3] = np.nan
    return {"graphs": [graph(random, n), graph(random, n)], "weights": [1.0, 0.5], "price": price, "price_weight": 0.5, "k": 4}


CASES: Mapping[str, Case] = {
    "likeness.mixing.closeness": Case(lambda random, n: {"one": float(n), "other": 3.0, "price_weight": 0.5}),
    "likeness.mixing.mixed": Case(two_graphs),
    "likeness.vectors.nearest_vectors": Case(
        lambda random, n: {"vectors": random.standard_normal((n, 5)).astype(np.float32), "k": 3}
    ),
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
    "tf_idf.damped": Case(lambda random, n: {"frequency": random.random(n) * 5}, together("frequency"), sorted_),
    "tf_idf.rarity": Case(
        lambda random, n: {"n_with": random.integers(0, 9, n), "n_products": 9}, together("n_with"), sorted_
    ),
}  # fmt: skip
