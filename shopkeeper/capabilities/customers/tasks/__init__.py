"""The verbs of customers, one file each; importing this declares them."""

from shopkeeper.capabilities.customers.tasks.features import CUSTOMER_FEATURES, features

__all__ = ["CUSTOMER_FEATURES", "features"]
