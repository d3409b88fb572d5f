import numpy as np
import pytest

from shopkeeper.numerics.neighbors.co_rated import Likeness
from shopkeeper.numerics.neighbors.product_neighbors import product_neighbors


def test_products_of_the_same_customers():
    customer, product = np.array([0, 0, 1, 1, 2, 2, 3, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3, 0])
    graph = product_neighbors(customer, product, np.ones(9), 4, 5, Likeness(only_common=False), 2)
    assert graph.neighbor.tolist() == [1, 2, 0, 3, 0, 2, 0]
    assert graph.weight[:2] == pytest.approx([2 / np.sqrt(6), 1 / np.sqrt(6)])
    assert graph.starts.tolist() == [0, 2, 3, 5, 7, 7]
