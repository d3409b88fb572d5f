"""SVD with biases: a rating from how kind the customer is, how liked the product, and how well they go together.

    r(u, i) = mean + b_u + b_i + p_u . q_i

by stochastic gradient descent (Funk 2006; Koren, Bell & Volinsky 2009, eq. 5).
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, quiet, summing_kernel
from shopkeeper.numerics.factors.ratings import RatingDescent, RatingFactors, first_vectors, rating_rows
from shopkeeper.numerics.factors.solvers import dot


@summing_kernel
def _round(order, row_of, product, rating, mean, rate, l2, bias_l2, customer_bias, product_bias, customers, products):
    k = customers.shape[1]
    for place in order:
        row, column = row_of[place], product[place]
        x, v = customers[row], products[column]
        error = rating[place] - mean - customer_bias[row] - product_bias[column] - dot(x, v, k)
        customer_bias[row] += rate * (error - bias_l2 * customer_bias[row])
        product_bias[column] += rate * (error - bias_l2 * product_bias[column])
        for factor in range(k):
            own, other = x[factor], v[factor]
            x[factor] = own + rate * (error * other - l2 * own)
            v[factor] = other + rate * (error * own - l2 * other)


def svd(
    customer: Array, product: Array, rating: Array, *, n_customers: int, n_products: int,
    descent: RatingDescent = RatingDescent(), seed: int = 0, tell: Tell = quiet,  # noqa: B008 - frozen
) -> RatingFactors:  # fmt: skip
    """The vectors and biases learned from ratings: ``customer``, ``product`` integers, ``rating`` float, each pair once."""
    rows = rating_rows(customer, product, rating, n_customers)
    random = np.random.default_rng(seed)
    customers = first_vectors(seed, descent.n_factors, np.diff(rows.starts) > 0)
    products = first_vectors(seed + 1, descent.n_factors, np.bincount(product, minlength=n_products) > 0)
    customer_bias, product_bias = np.zeros(n_customers, np.float32), np.zeros(n_products, np.float32)
    row_of = np.repeat(np.arange(n_customers, dtype=np.int32), np.diff(rows.starts))
    pull = np.float32(descent.l2), np.float32(descent.bias_l2)
    for number, rate in enumerate(descent.rates):
        order = random.permutation(len(rows.rating))
        _round(
            order, row_of, rows.product, rows.rating, np.float32(rows.mean), rate, *pull,
            customer_bias, product_bias, customers, products,
        )  # fmt: skip
        tell((number + 1) / descent.n_rounds)
    return RatingFactors(rows.mean, customer_bias, product_bias, customers, products, rows.low, rows.high)
