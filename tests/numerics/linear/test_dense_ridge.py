import numpy as np
import pytest

from shopkeeper.numerics.linear import dense_ridge as module
from shopkeeper.numerics.linear.dense_ridge import dense_ridge
from shopkeeper.numerics.linear.gram import dense_products
from shopkeeper.numerics.sparse_rows import build_log, merge

N_CUSTOMERS, N_PRODUCTS = 60, 25
ONE = np.ones(4)
TOGETHER = (1.0 + np.arange(4)) ** -0.5
NEXT = np.maximum(np.arange(4), 1.0) ** -0.5


def some_rows(seed=0, n=500):
    random = np.random.default_rng(seed)
    log = build_log(
        random.integers(0, N_CUSTOMERS, n), (N_PRODUCTS * random.random(n) ** 2).astype(int), np.zeros(n, np.uint8),
        random.integers(0, 300, n), N_CUSTOMERS, N_PRODUCTS,
    )  # fmt: skip
    return merge(log, np.ones(1), 300, np.inf)


def test_ease_as_published():
    """Steck (2019), the listing in section 3: B = P / (-diag(P)), then a diagonal of 0."""
    rows = some_rows()
    x = np.zeros((N_CUSTOMERS, N_PRODUCTS))
    x[np.repeat(np.arange(N_CUSTOMERS), rows.sizes), rows.product] = 1.0
    inverse = np.linalg.inv(x.T @ x + 7.0 * np.eye(N_PRODUCTS))
    wanted = inverse / -np.diag(inverse)
    np.fill_diagonal(wanted, 0.0)
    found = dense_ridge(rows, np.ones(N_CUSTOMERS), np.full(N_PRODUCTS, 7.0), ONE, ONE, ONE)
    assert found == pytest.approx(wanted, abs=1e-12)
    assert (found < 0).any()


def test_each_target_is_a_ridge_regression_without_itself():
    rows = some_rows(1)
    factor, penalty = np.random.default_rng(2).random(N_CUSTOMERS), 1.0 + np.arange(N_PRODUCTS)
    found = dense_ridge(rows, factor, penalty, TOGETHER, NEXT, 0.25 * NEXT)
    gram = dense_products(rows, factor, TOGETHER, TOGETHER, np.float64) + np.diag(penalty)
    right = dense_products(rows, factor, NEXT, 0.25 * NEXT, np.float64)
    for target in range(N_PRODUCTS):
        others = np.arange(N_PRODUCTS) != target
        wanted = np.linalg.solve(gram[np.ix_(others, others)], right[others, target])
        assert found[others, target] == pytest.approx(wanted, abs=1e-5)
        assert found[target, target] == 0.0


def test_single_precision_is_enough(monkeypatch):
    rows = some_rows(3)
    arguments = (rows, np.ones(N_CUSTOMERS), np.full(N_PRODUCTS, 0.5), TOGETHER, NEXT, 0.5 * NEXT)
    exact = dense_ridge(*arguments)
    monkeypatch.setattr(module, "EXACT_PRODUCTS", 0)
    single = dense_ridge(*arguments)
    assert single.dtype == np.float32
    assert single == pytest.approx(exact, abs=1e-4)


def test_a_product_that_nobody_has_gets_nothing():
    log = build_log(np.zeros(2, int), np.array([0, 2]), np.zeros(2, np.uint8), np.arange(2), 1, 4)
    found = dense_ridge(merge(log, np.ones(1), 2, np.inf), np.ones(1), np.ones(4), ONE, ONE, ONE)
    assert found[[0, 2], [2, 0]] == pytest.approx([0.5, 0.5])  # 1 / (1 + 1)
    assert not found[[1, 3]].any()
    assert not found[:, [1, 3]].any()


def test_more_products_than_one_tile(monkeypatch):
    random = np.random.default_rng(5)
    square = random.random((300, 300))
    wanted = np.triu(square) + np.triu(square, 1).T
    module._mirror(0, 3, square, 128)
    assert np.array_equal(square, wanted)
