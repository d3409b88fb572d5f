"""Choosing a list, matching rules, and waits between purchases."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numerics_cases.case import Case, Inputs

N_PRODUCTS, N_CATEGORIES, N_BRANDS = 30, 6, 4


def pool(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.steering.selection import Likeness

    starts = np.arange(N_PRODUCTS + 1, dtype=np.int64) * 2
    likeness = Likeness(
        random.integers(-1, 5, (n, 3)).astype(np.int32), random.integers(-1, 4, n).astype(np.int32),
        random.integers(-1, 9, n).astype(np.int32), random.permutation(N_PRODUCTS + 60)[:n].astype(np.int32), starts,
        random.integers(0, N_PRODUCTS, 2 * N_PRODUCTS).astype(np.int32), random.random(2 * N_PRODUCTS).astype(np.float32),
    )  # fmt: skip
    return {
        "value": np.sort(random.random(n).astype(np.float32))[::-1].copy(),
        "usable": random.random(n) < 0.9,
        "late": (random.random(n) < 0.2).astype(np.uint8),
        "pinned": np.array([-1, min(n, 3) - 1, -1, -1, -1], np.int32),
        "group": random.integers(-1, 3, (n, 2)).astype(np.int32),
        "most": np.array([2, 1], np.int32),
        "diversity": 0.4,
        "likeness": likeness,
    }


def rules(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.steering.matching import Factors

    low = random.integers(-1, 3, 5).astype(np.int32)
    factors = Factors(
        np.array([2, 5, 9], np.int32), np.array([2.0, 0.5, 3.0], np.float32), low, (low + 2).astype(np.int32),
        random.integers(-1, N_BRANDS, 5).astype(np.int32), random.random(5).astype(np.float32),
        random.permutation(N_CATEGORIES).astype(np.int32),
    )  # fmt: skip
    return {
        "code": random.integers(0, N_PRODUCTS, n).astype(np.int32),
        "category": random.integers(-1, N_CATEGORIES, N_PRODUCTS).astype(np.int32),
        "brand": random.integers(-1, N_BRANDS, N_PRODUCTS).astype(np.int32),
        "factors": factors,
    }


def purchases(random: np.random.Generator, n: int) -> Inputs:
    customer = np.sort(random.integers(0, 8, n)).astype(np.int32)
    at = random.integers(0, 400, n) * 86_400_000_000
    order = np.lexsort((at, customer))
    last_at = np.full(8, 0, np.int64)
    np.maximum.at(last_at, customer, at)
    return {
        "group": random.integers(-1, 5, n).astype(np.int32),
        "customer": customer,
        "at": at[order],
        "last_at": last_at,
        "n_groups": 5,
    }


def some_waits(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.steering.repurchase import waits

    starts, days, ended = waits(**purchases(random, n))
    return {"starts": starts, "days": days, "ended": ended, "parent": np.tile([0.4, 3.0, 0.8], (5, 1)), "strength": 10.0}


def fitted(random: np.random.Generator, n: int) -> Any:
    return np.stack((random.random(n) * 0.9, random.random(n) * 5.0, random.random(n) + 0.2), axis=1)


def owned(random: np.random.Generator, n: int) -> Inputs:
    from shopkeeper.numerics.steering.repurchase import with_peaks

    return {
        "bought": random.integers(0, N_PRODUCTS, n).astype(np.int32),
        "days": (random.random(n) * 200).astype(np.float32),
        "candidate": np.arange(N_PRODUCTS, dtype=np.int32),
        "category": random.integers(-1, N_CATEGORIES, N_PRODUCTS).astype(np.int32),
        "of_product": with_peaks(fitted(random, N_PRODUCTS - 5)),
        "of_again": with_peaks(fitted(random, N_CATEGORIES + 1)),
        "of_category": with_peaks(fitted(random, N_CATEGORIES + 1)),
    }


def shuffled_purchases(random: np.random.Generator, inputs: Inputs) -> Inputs:
    order = random.permutation(len(inputs["bought"]))
    return {**inputs, "bought": inputs["bought"][order], "days": inputs["days"][order]}


def shuffled_codes(random: np.random.Generator, inputs: Inputs) -> Inputs:
    return {**inputs, "code": random.permutation(inputs["code"])}


CASES: Mapping[str, Case] = {
    "steering.matching.among": Case(
        lambda random, n: {
            "code": random.integers(0, 40, n).astype(np.int32),
            "others": random.integers(0, 40, n // 2).astype(np.int32),
        },
        lambda random, inputs: {**inputs, "others": random.permutation(inputs["others"])},
    ),
    "steering.matching.multiplied": Case(
        rules, shuffled_codes, lambda result, inputs: result[np.lexsort((result, inputs["code"]))]
    ),
    "steering.repurchase.first_guess": Case(
        lambda random, n: {"days": random.random(n) * 50 + 1.0, "ended": random.random(n) < 0.5}
    ),
    "steering.repurchase.fit": Case(some_waits),
    "steering.repurchase.timeliness": Case(owned, shuffled_purchases),
    "steering.repurchase.waits": Case(purchases),
    "steering.repurchase.with_peaks": Case(lambda random, n: {"fitted": fitted(random, n)}),
    "steering.selection.choose": Case(pool),
    "steering.selection.relevance": Case(lambda random, n: {"score": np.sort(random.random(n).astype(np.float32))[::-1].copy()}),
}
