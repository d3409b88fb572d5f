"""How a formula of numerics is called under the laws, and rows to call it with. One file of cases a folder of numerics."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

N_CUSTOMERS, N_PRODUCTS, N_KINDS = 12, 20, 4
Inputs = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """How a function is called with ``n`` rows; ``shuffled`` gives the same rows in another order, ``read`` what must agree."""

    make: Callable[[np.random.Generator, int], Inputs]
    shuffled: Callable[[np.random.Generator, Inputs], Inputs] | None = None
    read: Callable[[Any, Inputs], Any] = lambda result, inputs: result
    exact: bool = True


def together(*names: str) -> Callable[[np.random.Generator, Inputs], Inputs]:
    """Shuffle these inputs along their first axis, all in the same way."""

    def shuffle(random: np.random.Generator, inputs: Inputs) -> Inputs:
        order = random.permutation(len(inputs[names[0]]))
        return {**inputs, **{name: inputs[name][order] for name in names}}

    return shuffle


def events(random: np.random.Generator, n: int) -> Inputs:
    return {
        "customer": random.integers(0, N_CUSTOMERS, n).astype(np.int32),
        "product": random.integers(0, N_PRODUCTS, n).astype(np.int32),
        "kind": random.integers(0, N_KINDS, n).astype(np.uint8),
        "at": random.integers(0, 40, n) * 86_400_000_000,
        "n_customers": N_CUSTOMERS,
        "n_products": N_PRODUCTS,
    }


def a_log(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.sparse_rows import build_log

    return build_log(**events(random, n))


def some_rows(random: np.random.Generator, n: int) -> Any:
    from shopkeeper.numerics.sparse_rows import merge

    return merge(a_log(random, n), np.array([1.0, 0.5, 0.0, 0.2]), 40 * 86_400_000_000, 30.0)
