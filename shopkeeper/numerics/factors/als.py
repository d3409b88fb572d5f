"""Implicit alternating least squares: vectors of customers and products such that their products tell chosen from not chosen.

    loss = sum over entries (w + u) (1 - x_c.v_p)^2 + u sum over all other pairs (x_c.v_p)^2
           + l2 sum_c (w_c + u P)^nu |x_c|^2 + l2 sum_p (w_p + u C)^nu |v_p|^2

with w the entry's weight, w_c and w_p their sums, C customers and P products (Hu, Koren & Volinsky 2008, our u = 1 / their alpha;
the scaling of l2 by how much is known is Rendle, Krichene, Zhang & Koren 2022, "Revisiting the performance of iALS").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.factors.bases import diagonalized, rotated
from shopkeeper.numerics.factors.solvers import solve_rows
from shopkeeper.numerics.sparse_rows import counting_sort

LEAST_L2 = 1e-9


@dataclass(frozen=True)
class Penalty:
    """What pulls vectors to zero: the weight of what was not chosen, and ``l2`` times (what is known) ** ``nu``."""

    unobserved: float = 0.1
    l2: float = 0.003
    nu: float = 1.0

    def of_rows(self, weight_sums: Array, n_others: int) -> Array:
        """float32 [rows]: the regularization of rows with these sums of weights, among ``n_others`` on the other side."""
        known = np.asarray(weight_sums, np.float64) + self.unobserved * n_others
        result: Array = np.maximum(self.l2 * known**self.nu, LEAST_L2).astype(np.float32)
        return result


@dataclass(frozen=True)
class Factors:
    """float32 [customers, factors], [products, factors], the diagonal [factors] of products' products, and how they were made.

    ``n_known`` is how many products have events; the others' vectors are zero.
    """

    customer: Array
    product: Array
    gram: Array
    penalty: Penalty
    n_known: int


def weight_sums(starts: Array, weight: Array) -> Array:
    """float64 [rows]: the sum of ``weight`` float32 in each row ``[starts[r], starts[r + 1])``."""
    done = np.concatenate(([0.0], np.cumsum(weight, dtype=np.float64)))
    result: Array = done[starts[1:]] - done[starts[:-1]]
    return result


@dataclass(frozen=True)
class _Side:
    """The entries of one side's rows, and how much each row is pulled to zero."""

    starts: Array
    entry: Array
    weight: Array
    l2: Array


def als(
    starts: Array, product: Array, weight: Array, n_products: int, *,
    n_factors: int, n_rounds: int, penalty: Penalty, n_steps: int = 0, seed: int = 0, tell: Tell = quiet,
) -> Factors:  # fmt: skip
    """The vectors after ``n_rounds``, each solving first the customers' side, then the products'.

    Customer c has entries ``[starts[c], starts[c + 1])`` of ``product`` int32 and ``weight`` float32 > 0; a product at most once.
    ``n_steps`` 0 solves exactly, else by that many steps of conjugate gradients from the round before, see `solve_rows`.
    The vectors are in the basis in which `squares` of the products' is diagonal.
    """
    by_customer, by_product, n_known = _sides(starts, product, weight, n_products, penalty)
    products = np.random.default_rng(seed).standard_normal((n_products, n_factors), np.float32)
    products *= np.float32(0.1 / np.sqrt(n_factors))
    products[np.diff(by_product.starts) == 0] = 0.0
    customers = np.zeros((len(starts) - 1, n_factors), np.float32)
    rotation, gram = diagonalized(products)
    products = rotated(products, rotation)
    for number in range(n_rounds):
        customers = _solved(by_customer, products, gram, penalty, n_steps, customers)
        tell((number + 0.5) / n_rounds)
        rotation, gram = diagonalized(customers)
        customers = rotated(customers, rotation)
        before = rotated(products, rotation) if n_steps else products
        products = _solved(by_product, customers, gram, penalty, n_steps, before)
        rotation, gram = diagonalized(products)
        products, customers = rotated(products, rotation), rotated(customers, rotation)
        tell((number + 1.0) / n_rounds)
    return Factors(customers, products, gram, penalty, n_known)


def _sides(starts: Array, product: Array, weight: Array, n_products: int, penalty: Penalty) -> tuple[_Side, _Side, int]:
    """(the entries by customer, the entries by product, how many products have any)."""
    product_starts, order = counting_sort(product, n_products)
    customer = np.repeat(np.arange(len(starts) - 1, dtype=np.int32), np.diff(starts))[order]
    n_active, n_known = int((np.diff(starts) > 0).sum()), int((np.diff(product_starts) > 0).sum())
    by_customer = _Side(starts, product, weight, penalty.of_rows(weight_sums(starts, weight), n_known))
    pull = penalty.of_rows(weight_sums(product_starts, weight[order]), n_active)
    return by_customer, _Side(product_starts, customer, weight[order], pull), n_known


def _solved(side: _Side, other: Array, gram: Array, penalty: Penalty, n_steps: int, before: Array) -> Array:
    return solve_rows(
        side.starts, side.entry, side.weight, other, gram, side.l2,
        unobserved=penalty.unobserved, n_steps=n_steps, before=before if n_steps else None,
    )  # fmt: skip


def fold_in(starts: Array, product: Array, weight: Array, factors: Factors) -> Array:
    """float32 [rows, factors]: the exact vectors of customers with these entries (as in `als`), for the products' as they are."""
    l2 = factors.penalty.of_rows(weight_sums(starts, weight), factors.n_known)
    unobserved = factors.penalty.unobserved
    return solve_rows(starts, product, weight, factors.product, factors.gram, l2, unobserved=unobserved)
