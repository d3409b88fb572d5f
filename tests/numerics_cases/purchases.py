"""What a history of purchases says of each customer."""

from typing import Any

import numpy as np
from numerics_cases.case import Case, Inputs, together

N_CUSTOMERS, N_PRODUCTS = 7, 12


def lines(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.purchases.baskets import Bought

    return Bought(
        random.integers(0, N_CUSTOMERS, n).astype(np.int32), random.integers(0, N_PRODUCTS, n).astype(np.int32),
        random.integers(0, 1 + n // 3, n), random.integers(0, 500, n), random.random(n) < 0.3,
    )  # fmt: skip


def kinds(random: np.random.Generator) -> Any:
    from shopkeeper.numerics.purchases.baskets import Kinds

    return Kinds(random.integers(-1, 8, (2, N_PRODUCTS)).astype(np.int32), random.integers(-1, 100, N_PRODUCTS))


def orders(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.purchases.habits import Orders

    at = random.integers(0, 10**9, n)
    return Orders(
        random.integers(0, N_CUSTOMERS, n).astype(np.int32), at, at // 10**7, random.integers(0, 24, n), random.integers(1, 8, n),
        random.integers(-1, 3, n),
    )  # fmt: skip


def rows_of(name: str) -> Any:
    """Shuffle the rows of a dataclass of columns."""

    def shuffle(random: np.random.Generator, inputs: Inputs) -> Inputs:
        given = inputs[name]
        order = random.permutation(len(given.customer))
        return {**inputs, name: type(given)(*(column[order] for column in vars(given).values()))}

    return shuffle


CASES = {
    "purchases.places.places": Case(
        lambda random, n: {"keys": random.integers(-9, 9, n), "known": random.permutation(np.arange(-6, 6))},
        together("keys"),
        lambda result, inputs: np.sort(result),
    ),
    "purchases.places.parts": Case(lambda random, n: {"n_rows": n}),
    "purchases.sums.sums": Case(
        lambda random, n: {"group": random.integers(0, 5, n), "values": random.integers(-9, 9, (3, n)), "n_groups": 5}
    ),
    "purchases.texts.share_texts": Case(
        lambda random, n: {
            "names": ['"A"', '"B"'], "top": np.full((n, 2), [1, 0], np.int32), "weight": random.integers(0, 9, (n, 2)),
            "total": random.integers(0, 20, n),
        }
    ),
    "purchases.frequent.most_frequent": Case(
        lambda random, n: {
            "group": random.integers(0, 5, n).astype(np.int32), "code": random.integers(-1, 3, n).astype(np.int32), "n_groups": 5,
        },
        together("group", "code"),
    ),
    "purchases.baskets.baskets": Case(
        lambda random, n: {"bought": lines(random, n), "kinds": kinds(random), "n_customers": N_CUSTOMERS}, rows_of("bought")
    ),
    "purchases.habits.habits": Case(
        lambda random, n: {"orders": orders(random, n), "n_customers": N_CUSTOMERS}, rows_of("orders")
    ),
}  # fmt: skip
