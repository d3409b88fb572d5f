"""SVD++: SVD with biases in which what a customer rated at all says something too.

    r(u, i) = mean + b_u + b_i + q_i . (p_u + |N(u)|^-1/2 sum over j in N(u) of y_j)

(Koren 2008, "Factorization meets the neighborhood", eq. 15; N(u) is what the customer rated.) The y of a customer's products are
changed once a pass, after the customer's ratings: their sum is what the ratings see.
"""

# Kernels take what numba compiles them for: their arrays' types stand in their words.
# mypy: disallow-untyped-defs=False, disallow-incomplete-defs=False, disallow-untyped-calls=False, warn-return-any=False
# ruff: noqa: ANN001, ANN202

from __future__ import annotations

import numpy as np

from shopkeeper.numerics.compiling import Array, Tell, quiet, summing, summing_kernel
from shopkeeper.numerics.factors.ratings import RatingDescent, RatingFactors, first_vectors, rating_rows
from shopkeeper.numerics.factors.solvers import dot


@summing
def _sum_of(product, first, end, y, out):
    """``out`` = |N|^-1/2 times the sum of the products' y; |N|^-1/2."""
    root = np.float32(1.0 / np.sqrt(np.float64(end - first)))
    for factor in range(len(out)):
        out[factor] = np.float32(0.0)
    for place in range(first, end):
        vector = y[product[place]]
        for factor in range(len(out)):
            out[factor] += root * vector[factor]
    return root


@summing_kernel
def _round(order, turns, starts, product, rating, mean, rate, l2, bias_l2, biases, customers, products, y):
    customer_bias, product_bias = biases
    k = customers.shape[1]
    total, slope = np.empty(k, np.float32), np.empty(k, np.float32)
    for row in order:
        first, end = starts[row], starts[row + 1]
        if first == end:
            continue
        root = _sum_of(product, first, end, y, total)
        slope[:] = np.float32(0.0)
        x = customers[row]
        for factor in range(k):
            total[factor] += x[factor]
        for turn in range(first, end):
            place = first + turns[turn]
            column = product[place]
            v = products[column]
            error = rating[place] - mean - customer_bias[row] - product_bias[column] - dot(total, v, k)
            customer_bias[row] += rate * (error - bias_l2 * customer_bias[row])
            product_bias[column] += rate * (error - bias_l2 * product_bias[column])
            for factor in range(k):
                other, both, own = v[factor], total[factor], x[factor]
                change = rate * (error * other - l2 * own)
                slope[factor] += error * other
                x[factor] = own + change
                total[factor] = both + change
                v[factor] = other + rate * (error * both - l2 * other)
        for place in range(first, end):
            vector = y[product[place]]
            for factor in range(k):
                vector[factor] += rate * (root * slope[factor] - l2 * vector[factor])


@summing_kernel
def _add_sums(starts, product, y, customers):
    total = np.empty(customers.shape[1], np.float32)
    for row in range(len(customers)):
        if starts[row] < starts[row + 1]:
            _sum_of(product, starts[row], starts[row + 1], y, total)
            for factor in range(customers.shape[1]):
                customers[row, factor] += total[factor]


def _turns(random: np.random.Generator, starts: Array) -> Array:
    """int64 [ratings]: an order of the ratings of each customer, as places within the customer's row."""
    sizes = np.diff(starts)
    row_of = np.repeat(np.arange(len(sizes)), sizes)
    order = np.lexsort((random.random(len(row_of)), row_of))
    result: Array = order - np.repeat(starts[:-1], sizes)
    return result


def svd_plus_plus(
    customer: Array, product: Array, rating: Array, *, n_customers: int, n_products: int,
    descent: RatingDescent = RatingDescent(), seed: int = 0, tell: Tell = quiet,  # noqa: B008 - frozen
) -> RatingFactors:  # fmt: skip
    """The vectors and biases learned from ratings: ``customer``, ``product`` integers, ``rating`` float, each pair once.

    The customers' vectors have the sum over their products in them.
    """
    rows = rating_rows(customer, product, rating, n_customers)
    random = np.random.default_rng(seed)
    rated = np.bincount(product, minlength=n_products) > 0
    customers = first_vectors(seed, descent.n_factors, np.diff(rows.starts) > 0)
    products = first_vectors(seed + 1, descent.n_factors, rated)
    y = first_vectors(seed + 2, descent.n_factors, rated)
    biases = np.zeros(n_customers, np.float32), np.zeros(n_products, np.float32)
    pull = np.float32(descent.l2), np.float32(descent.bias_l2)
    for number, rate in enumerate(descent.rates):
        order, turns = random.permutation(n_customers), _turns(random, rows.starts)
        _round(
            order,
            turns,
            rows.starts,
            rows.product,
            rows.rating,
            np.float32(rows.mean),
            rate,
            *pull,
            biases,
            customers,
            products,
            y,
        )
        tell((number + 1) / descent.n_rounds)
    _add_sums(rows.starts, rows.product, y, customers)
    return RatingFactors(rows.mean, *biases, customers, products, rows.low, rows.high)
