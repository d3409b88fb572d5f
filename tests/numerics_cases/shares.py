"""Intervals of shares, and which are smaller than the rest."""

import numpy as np
from numerics_cases.case import Case, Inputs, together


def some_shares(random: np.random.Generator, n: int) -> Inputs:
    of = random.integers(0, 50, n)
    return {"n": random.binomial(of, 0.4), "of": of}


def beside_the_rest(random: np.random.Generator, n: int) -> Inputs:
    rest = random.integers(0, 500, n)
    return {**some_shares(random, n), "n_rest": random.binomial(rest, 0.5), "of_rest": rest}


CASES = {
    "shares.intervals.wilson": Case(
        some_shares, together("n", "of"), lambda result, inputs: tuple(np.sort(part) for part in result)
    ),
    "shares.smaller.smaller_p": Case(
        beside_the_rest, together("n", "of", "n_rest", "of_rest"), lambda result, inputs: np.sort(result), exact=False
    ),
    "shares.smaller.corrected": Case(
        lambda random, n: {"p": random.random(n)}, together("p"), lambda result, inputs: np.sort(result)
    ),
}
