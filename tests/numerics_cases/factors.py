"""The factorizations."""

from collections.abc import Mapping

import numpy as np
from numerics_cases.case import N_CUSTOMERS, N_PRODUCTS, Case, Inputs, some_rows, together


def confidences(random: np.random.Generator, n: int) -> Inputs:
    rows = some_rows(random, n)
    return {"starts": rows.starts, "product": rows.product, "weight": rows.weight}


def an_als(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.factors.als import Penalty

    return {**confidences(random, n), "n_products": N_PRODUCTS, "n_factors": 6, "n_rounds": 2, "penalty": Penalty()}


def a_fold(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.factors.als import als

    return {**confidences(random, n), "factors": als(**an_als(random, n))}


def equations(random: np.random.Generator, n: int) -> Inputs:
    rows = confidences(random, n)
    return {
        "starts": rows["starts"], "entry": rows["product"], "weight": rows["weight"],
        "other": random.standard_normal((N_PRODUCTS, 6)).astype(np.float32), "gram": np.arange(6, 0, -1).astype(np.float32),
        "l2": np.full(N_CUSTOMERS, 0.5, np.float32), "unobserved": 0.1,
    }  # fmt: skip


def a_ranking(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.factors.bpr import Descent

    return {**confidences(random, n), "n_products": N_PRODUCTS, "n_factors": 6, "descent": Descent(n_rounds=3)}


def a_ranking_fold(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.factors.bpr import bpr

    return {**confidences(random, n), "factors": bpr(**a_ranking(random, n))}


def best(random: np.random.Generator, n: int) -> Inputs:
    rows = some_rows(random, n)
    return {
        "vectors": random.standard_normal((N_CUSTOMERS, 6)).astype(np.float32),
        "products": random.standard_normal((N_PRODUCTS, 6)).astype(np.float32),
        "rows": rows, "n": 5, "known": np.bincount(rows.product, minlength=N_PRODUCTS) > 0, "own": 0.5, "claim": rows.weight,
        "bias": random.random(N_PRODUCTS).astype(np.float32), "is_soft": True,
    }  # fmt: skip


def like(random: np.random.Generator, n: int) -> Inputs:
    return {"vectors": random.standard_normal((n, 6)).astype(np.float32), "chosen": np.arange(min(n, 2)), "n": 4}


def ratings(random: np.random.Generator, n: int) -> Inputs:
    pair = random.choice(N_CUSTOMERS * N_PRODUCTS, n, replace=False)
    return {
        "customer": pair // N_PRODUCTS, "product": pair % N_PRODUCTS, "rating": random.integers(1, 6, n).astype(np.float64),
        "n_customers": N_CUSTOMERS,
    }  # fmt: skip


def a_factorization(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.factors.ratings import RatingDescent

    return {**ratings(random, n), "n_products": N_PRODUCTS, "descent": RatingDescent(n_factors=4, n_rounds=3)}


def first(random: np.random.Generator, n: int) -> Inputs:
    return {"seed": 1, "n_factors": 3, "has_ratings": random.random(n) < 0.5}


def vectors(random: np.random.Generator, n: int) -> Inputs:
    return {"vectors": random.standard_normal((n, 6)).astype(np.float32)}


def sums(random: np.random.Generator, n: int) -> Inputs:
    return {name: value for name, value in confidences(random, n).items() if name != "product"}


CASES: Mapping[str, Case] = {
    "factors.als.als": Case(an_als),
    "factors.bases.diagonalized": Case(vectors),
    "factors.als.fold_in": Case(a_fold),
    "factors.als.weight_sums": Case(sums),
    "factors.bases.rotated": Case(lambda random, n: {**vectors(random, n), "rotation": np.eye(6, dtype=np.float32)}),
    "factors.bases.squares": Case(vectors, together("vectors"), exact=False),
    "factors.bpr.bpr": Case(a_ranking),
    "factors.bpr.fold_in_ranking": Case(a_ranking_fold),
    "factors.nearest.best_of_all": Case(best),
    "factors.nearest.similar_rows": Case(like),
    "factors.random_numbers.alias_table": Case(lambda random, n: {"weight": random.random(n)}),
    "factors.ratings.first_vectors": Case(first),
    "factors.ratings.rating_rows": Case(ratings, together("customer", "product", "rating")),
    "factors.solvers.solve_rows": Case(equations),
    "factors.svd.svd": Case(a_factorization, together("customer", "product", "rating")),
    "factors.svd_plus_plus.svd_plus_plus": Case(a_factorization, together("customer", "product", "rating")),
}
