"""Ratings predicted from the customers most alike (Resnick et al., 1994; Herlocker et al., 1999); lists: `customer_index`."""

from __future__ import annotations

from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.neighbors.biases import CUSTOMER_SHRINKAGE, PRODUCT_SHRINKAGE
from shopkeeper.numerics.neighbors.co_rated import Likeness, Measure
from shopkeeper.numerics.neighbors.rating_prediction import predict_by_columns

TRUSTED = Likeness(Measure.BASELINE, shrinkage=100.0)


def predict_ratings(
    customer: Array, product: Array, rating: Array, asked_customer: Array, asked_product: Array, *,
    n_customers: int, n_products: int, like: Likeness = TRUSTED, k: int = 60, damping: float = 0.0,
    customer_shrinkage: float = CUSTOMER_SHRINKAGE, product_shrinkage: float = PRODUCT_SHRINKAGE,
) -> Array:  # fmt: skip
    """float64 [asked]: the rating expected of each (customer, product), from the ``k`` most alike customers who rated it.

    Arguments and fallbacks as in `product_neighbors.predict_ratings`; the adjusted cosine takes off each product's mean here.
    """
    return predict_by_columns(
        product, customer, rating, asked_product, asked_customer, n_rows=n_products, n_columns=n_customers, like=like, k=k,
        damping=damping, row_shrinkage=product_shrinkage, column_shrinkage=customer_shrinkage,
    )  # fmt: skip
