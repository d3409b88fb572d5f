"""The methods that are compared, in the order in which they are shown."""

from __future__ import annotations

from shopkeeper.capabilities.customers.classifying.methods.decision_tree import DECISION_TREE
from shopkeeper.capabilities.customers.classifying.methods.gradient_boosting import LIGHT_GBM
from shopkeeper.capabilities.customers.classifying.methods.logistic import LOGISTIC
from shopkeeper.capabilities.customers.classifying.methods.method import Method
from shopkeeper.capabilities.customers.classifying.methods.support_vectors import SUPPORT_VECTORS

CLASSIFIERS: tuple[Method, ...] = (LOGISTIC, DECISION_TREE, SUPPORT_VECTORS, LIGHT_GBM)
