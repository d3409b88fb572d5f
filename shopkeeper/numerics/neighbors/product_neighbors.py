"""Products alike to each product by what their customers gave them, and ratings predicted from them (Sarwar et al., 2001)."""

from __future__ import annotations

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.compiling import Array, Tell, quiet
from shopkeeper.numerics.neighbors.biases import CUSTOMER_SHRINKAGE, NO_BIASES, PRODUCT_SHRINKAGE, fit_biases
from shopkeeper.numerics.neighbors.co_rated import Likeness, Measure, by_rows, centered, column_neighbors, table_of
from shopkeeper.numerics.neighbors.rating_prediction import predict_by_columns

TRUSTED = Likeness(Measure.BASELINE, shrinkage=100.0)


def product_neighbors(
    customer: Array, product: Array, value: Array, n_customers: int, n_products: int, like: Likeness, k: int, tell: Tell = quiet
) -> Graph:
    """The ``k`` products most alike to each product, with a likeness above 0.

    ``customer`` and ``product`` integers and ``value`` float, one each (customer, product) pair, each pair once, in any order.
    """
    customer, product, value = by_rows(customer, product, value)
    biases = NO_BIASES
    if like.measure == Measure.BASELINE:
        biases = fit_biases(customer, product, value, n_customers, n_products, CUSTOMER_SHRINKAGE, PRODUCT_SHRINKAGE)
    compared = centered(customer, product, value, like.measure, biases)
    return column_neighbors(table_of(customer, product, compared, n_customers, n_products), like, k, tell)


def predict_ratings(
    customer: Array, product: Array, rating: Array, asked_customer: Array, asked_product: Array, *,
    n_customers: int, n_products: int, like: Likeness = TRUSTED, k: int = 60, damping: float = 0.5,
    customer_shrinkage: float = CUSTOMER_SHRINKAGE, product_shrinkage: float = PRODUCT_SHRINKAGE,
) -> Array:  # fmt: skip
    """float64 [asked]: the rating expected of each (customer, product), from the customer's ``k`` products most alike to it.

    ``customer``, ``product`` integers and ``rating`` float are what is known, each pair once. Where nothing alike was rated,
    the biases speak; customers and products without ratings (or codes out of range) get the mean and the other's bias.
    """
    return predict_by_columns(
        customer, product, rating, asked_customer, asked_product, n_rows=n_customers, n_columns=n_products, like=like, k=k,
        damping=damping, row_shrinkage=customer_shrinkage, column_shrinkage=product_shrinkage,
    )  # fmt: skip
