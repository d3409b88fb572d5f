"""The formulas of what goes with what."""

import numpy as np
from numerics_cases.case import N_CUSTOMERS, N_PRODUCTS, Case, together


def some_baskets(random, n):
    from shopkeeper.numerics.itemsets.baskets import baskets_of

    return baskets_of(random.integers(0, N_CUSTOMERS, n), random.integers(0, N_PRODUCTS, n), N_CUSTOMERS, N_PRODUCTS)


def counted(random, n):
    return {
        "baskets": some_baskets(random, n),
        "weight": random.random(N_CUSTOMERS) + 0.1,
        "visits": some_baskets(random, n),
        "at_least": 1,
        "keep": 5,
    }


def with_margins(random, n):
    from shopkeeper.numerics.complements.pairs import pair_counts

    inputs = counted(random, n)
    return {"pairs": pair_counts(**inputs), "margin": random.random((N_PRODUCTS, 3)).astype(np.float32)}


CASES = {
    "complements.chance.expected": Case(with_margins),
    "complements.chance.false_discovery": Case(
        lambda random, n: {"p": random.random(n), "n_tests": 2.0 * n},
        together("p"),
        lambda result, inputs: result[np.argsort(inputs["p"])],
    ),
    "complements.chance.margins": Case(
        lambda random, n: {"baskets": some_baskets(random, n), "weight": random.random(N_CUSTOMERS), "n_strata": 3}
    ),
    "complements.chance.poisson_tail": Case(
        lambda random, n: {"n": random.integers(0, 20, n), "mean": 10.0 * random.random(n)},
        together("n", "mean"),
        lambda result, inputs: result[np.lexsort((inputs["mean"], inputs["n"]))],
    ),
    "complements.chance.shrunk_lift": Case(
        lambda random, n: {"n": random.integers(0, 20, n), "mean": random.random(n), "prior": random.random(n), "strength": 3.0},
    ),
    "complements.pairs.capped": Case(lambda random, n: {"baskets": some_baskets(random, n), "limit": 3, "seed": 1}),
    "complements.pairs.pair_counts": Case(counted),
    "complements.strongest.strongest": Case(
        lambda random, n: {
            "starts": np.concatenate((np.arange(0, n, 7), [n])).astype(np.int64),
            "score": (random.random(n) - 0.3).astype(np.float32),
            "keep": 3,
        }
    ),
    "complements.variety.varied": Case(
        lambda random, n: {"score": random.random((n, 8)), "kind": random.integers(-1, 3, (n, 8)), "n": 4, "variety": 0.3},
        together("score", "kind"),
        lambda result, inputs: result[np.lexsort(inputs["score"].T)],
    ),
}
