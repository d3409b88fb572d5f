"""Candidates of several retrievers: gathered, described, put in order."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numerics_cases.case import N_CUSTOMERS, N_PRODUCTS, Case, Inputs, a_log

DAY = 86_400_000_000
KINDS = np.array([1.0, 0.5, 0.0, 0.2])


def lists(random: np.random.Generator, n: int) -> Inputs:
    products = tuple(random.permuted(np.tile(np.arange(N_PRODUCTS), (n, 1)), axis=1)[:, :6].astype(np.int32) for _ in range(2))
    for each in products:
        each[random.random(each.shape) < 0.2] = -1
    scores = tuple(-np.sort(-random.random(each.shape), axis=1) for each in products)
    return {"products": products, "scores": scores, "n_products": N_PRODUCTS, "most": 7}


def shuffled_lists(random: np.random.Generator, inputs: Inputs) -> Inputs:
    order = random.permutation(len(inputs["products"][0]))
    both = {name: tuple(each[order] for each in inputs[name]) for name in ("products", "scores")}
    return {**inputs, **both}


def gathered(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.candidates.gather import gather

    return gather(**lists(random, n))


def groups(random: np.random.Generator, n: int) -> Inputs:
    found = gathered(random, n)
    return {"starts": found.starts, "product": found.product, "score": random.normal(size=len(found.product))}


def described(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.candidates.describe import PRODUCT_NUMBERS
    from shopkeeper.numerics.sparse_rows import choose_rows, merge

    found = gathered(random, min(n, N_CUSTOMERS))
    rows = merge(choose_rows(a_log(random, 80), np.arange(len(found))), KINDS, 40 * DAY, np.inf)
    age = (3.0 * rows.step).astype(np.float32)
    return {
        "group": found.starts, "candidate": found.product, "score": found.score, "past_starts": rows.starts,
        "past": (rows.product, rows.weight, rows.step, age, rows.count),
        "number": random.random((N_PRODUCTS, len(PRODUCT_NUMBERS))).astype(np.float32),
        "kinds": (random.integers(-1, 3, N_PRODUCTS).astype(np.int32), random.integers(-1, 3, N_PRODUCTS).astype(np.int32)),
    }  # fmt: skip


def a_merged_log(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.sparse_rows import merge

    log = a_log(random, n)
    return {"log": log, "rows": merge(log, KINDS, 40 * DAY, np.inf), "kind_weight": KINDS, "now": 40 * DAY}


def coming_back(random: np.random.Generator, n: int) -> Inputs:
    log = a_log(random, n)
    return {"log": log, "group_of_event": log.product.astype(np.int64), "n_groups": N_PRODUCTS, "counted": KINDS}


def chosen(random: np.random.Generator, n: int) -> Inputs:
    made = groups(random, n)
    return {**made, "label": random.random(len(made["product"])) - 0.7, "k": 3}


CASES: Mapping[str, Case] = {
    "candidates.describe.describe": Case(described),
    "candidates.gather.gather": Case(
        lists, shuffled_lists, lambda result, inputs: (np.sort(result.product), np.sort(result.score.ravel()))
    ),
    "candidates.moments.ages_days": Case(a_merged_log),
    "candidates.moments.first_and_last": Case(lambda random, n: {"log": a_log(random, n), "kind_weight": KINDS}),
    "candidates.moments.returns": Case(coming_back),
    "candidates.order.best_of_groups": Case(lambda random, n: {**groups(random, n), "n": 4}),
    "candidates.order.ndcg_of_groups": Case(chosen),
}
