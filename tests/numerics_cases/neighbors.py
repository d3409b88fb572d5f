"""The formulas of neighbors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numerics_cases.case import N_CUSTOMERS, N_PRODUCTS, Case, Inputs, a_log, some_rows, together

COLUMNS = ("customer", "product", "rating")


def rated(random: np.random.Generator, n: int) -> Inputs:
    """n ratings, each pair of customer and product once."""
    pair = random.permutation(N_CUSTOMERS * N_PRODUCTS)[:n]
    return {
        "customer": pair // N_PRODUCTS,
        "product": pair % N_PRODUCTS,
        "rating": random.integers(1, 6, n).astype(np.float64),
    }


def like(**values: Any) -> Any:
    from shopkeeper.numerics.neighbors.co_rated import Likeness

    return Likeness(**values)


def named(random: np.random.Generator, n: int, names: tuple[str, str, str], **others: Any) -> Inputs:
    return {**dict(zip(names, rated(random, n).values(), strict=True)), **others}


def sizes(rows: str, columns: str) -> Inputs:
    return {rows: N_CUSTOMERS, columns: N_PRODUCTS}


def asked(random: np.random.Generator, n: int) -> Inputs:
    return {"asked_customer": random.integers(-1, N_CUSTOMERS + 1, 9), "asked_product": random.integers(0, N_PRODUCTS + 1, 9)}


def a_table(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.neighbors.co_rated import table_of

    return table_of(**named(random, n, ("row", "column", "value"), **sizes("n_rows", "n_columns")))


def biases(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.neighbors.biases import Biases

    return Biases(3.0, random.random(N_CUSTOMERS), random.random(N_PRODUCTS))


def centered(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.neighbors.co_rated import Measure

    return named(random, n, ("row", "column", "value"), measure=Measure.ADJUSTED_COSINE, biases=biases(random, n))


def by_columns(random: np.random.Generator, n: int) -> Inputs:
    return named(
        random, n, ("row", "column", "value"), asked_row=random.integers(0, N_CUSTOMERS, 7),
        asked_column=random.integers(0, N_PRODUCTS, 7), like=like(), k=3, damping=0.5, row_shrinkage=2.0, column_shrinkage=2.0,
        **sizes("n_rows", "n_columns"),
    )  # fmt: skip


def ratings(random: np.random.Generator, n: int) -> Inputs:
    return {**rated(random, n), **asked(random, n), **sizes("n_customers", "n_products")}


def some_visits(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.neighbors.visits import cut_visits

    return cut_visits(a_log(random, n), np.ones(4), pause_minutes=60.0, longest=4, shortest=1)


def a_cut(random: np.random.Generator, n: int) -> Inputs:
    return {"log": a_log(random, n), "kind_weight": np.array([1.0, 0.5, 0.0, 0.2]), "pause_minutes": 60.0, "longest": 3}


def ordered(random: np.random.Generator, n: int) -> Inputs:
    return {
        "rows": some_rows(random, n), "end_at": random.integers(0, 9, N_CUSTOMERS), "row": np.arange(N_CUSTOMERS, dtype=np.int32)
    }  # fmt: skip


def customers(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.neighbors.customer_neighbors import CustomerRule
    from shopkeeper.numerics.neighbors.visits import in_order

    rows = in_order(**ordered(random, n))
    rule = CustomerRule(neighbors=3, candidates=4, rarity_exponent=1.0)
    return {"rows": rows, "compared": rows.weight, "rule": rule, "n_customers": N_CUSTOMERS}


def pasts(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.neighbors.customer_neighbors import learn_customers

    rows = some_rows(random, n)
    return {
        "index": learn_customers(**customers(random, n)), "starts": rows.starts, "product": rows.product,
        "compared": rows.weight, "claim": rows.weight, "customer": np.arange(N_CUSTOMERS), "n": 5,
    }  # fmt: skip


def some_ratings(random: np.random.Generator, n: int) -> Inputs:
    return {"log": a_log(random, n), "rating": random.integers(1, 6, n).astype(np.float32)}


CASES: Mapping[str, Case] = {
    "neighbors.biases.fit_biases": Case(
        lambda random, n: named(
            random, n, ("row", "column", "value"), **sizes("n_rows", "n_columns"), row_shrinkage=5.0, column_shrinkage=5.0
        ),
        together("row", "column", "value"),
        exact=False,
    ),
    "neighbors.co_rated.by_rows": Case(
        lambda random, n: named(random, n, ("row", "column", "value")), together("row", "column", "value")
    ),
    "neighbors.co_rated.centered": Case(
        centered, together("row", "column", "value"), lambda result, inputs: np.sort(result), exact=False
    ),
    "neighbors.co_rated.column_neighbors": Case(lambda random, n: {"table": a_table(random, n), "like": like(cut=3.0), "k": 4}),
    "neighbors.co_rated.rule_of": Case(lambda random, n: {"like": like(shrinkage=float(n))}),
    "neighbors.co_rated.table_of": Case(
        lambda random, n: named(random, n, ("row", "column", "value"), **sizes("n_rows", "n_columns")),
        together("row", "column", "value"),
    ),
    "neighbors.customer_neighbors.answer_customers": Case(pasts),
    "neighbors.customer_neighbors.learn_customers": Case(customers),
    "neighbors.customer_neighbors.predict_ratings": Case(ratings, together(*COLUMNS)),
    "neighbors.product_neighbors.predict_ratings": Case(ratings, together(*COLUMNS)),
    "neighbors.product_neighbors.product_neighbors": Case(
        lambda random, n: named(
            random, n, ("customer", "product", "value"), **sizes("n_customers", "n_products"), like=like(shrinkage=1.0), k=5
        ),
        together("customer", "product", "value"),
    ),
    "neighbors.rating_prediction.newest_ratings": Case(some_ratings),
    "neighbors.rating_prediction.predict_by_columns": Case(by_columns, together("row", "column", "value")),
    "neighbors.slots.empty_sums": Case(lambda random, n: {"n_codes": n}),
    "neighbors.slots.table_size": Case(lambda random, n: {"n_codes": n}),
    "neighbors.visits.are_ranks": Case(lambda random, n: {"log": a_log(random, n)}),
    "neighbors.visits.cut_visits": Case(a_cut),
    "neighbors.visits.in_order": Case(ordered),
    "neighbors.visits.newest_visits": Case(lambda random, n: {"visits": some_visits(random, n), "limit": 2}),
    "neighbors.visits.visit_starts": Case(lambda random, n: {"log": a_log(random, n), "pause_minutes": 30.0}),
}
