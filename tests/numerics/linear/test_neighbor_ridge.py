import numpy as np
import pytest

from shopkeeper.numerics.co_occurrence import Graph, product_graph
from shopkeeper.numerics.linear.dense_ridge import dense_ridge
from shopkeeper.numerics.linear.gram import squares
from shopkeeper.numerics.linear.neighbor_ridge import neighbor_ridge
from shopkeeper.numerics.sparse_rows import build_log, merge

N_PRODUCTS = 40
TOGETHER = (1.0 + np.arange(5)) ** -0.5


def lists(*rows):
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    flat = [pair for row in rows for pair in row]
    return Graph(starts, np.array([code for code, _ in flat], np.int32), np.array([value for _, value in flat], np.float32))


def test_two_partners_by_hand():
    """[[2 + 1, 1], [1, 4 + 1]] b = [3, 1] has b = [1, 0]: the second partner only repeats the first."""
    partners = lists([], [], [(0, 3.0), (1, 1.0)])
    gram = lists([(1, 1.0)], [(0, 1.0)], [])
    found = neighbor_ridge(partners, gram, np.array([2.0, 4.0, 1.0]), np.ones(3))
    assert found.weight == pytest.approx([1.0, 0.0], abs=1e-6)
    assert found.neighbor.tolist() == [0, 1]


def test_a_weight_can_be_negative():
    partners = lists([(1, 3.0), (2, 1.0)], [], [])
    gram = lists([], [(2, 2.0)], [(1, 2.0)])
    found = neighbor_ridge(partners, gram, np.array([1.0, 2.0, 2.0]), np.ones(3))
    assert found.weight == pytest.approx(np.linalg.solve([[3, 2], [2, 3]], [3, 1]), abs=1e-6)
    assert found.weight[1] < 0


def test_one_side_of_the_inner_products_is_enough():
    partners = lists([], [], [(0, 3.0), (1, 1.0)])
    both = lists([(1, 1.0)], [(0, 1.0)], [])
    for one in (lists([(1, 1.0)], [], []), lists([], [(0, 1.0)], [])):
        diagonal, penalty = np.array([2.0, 4.0, 1.0]), np.ones(3)
        assert np.array_equal(
            neighbor_ridge(partners, one, diagonal, penalty).weight, neighbor_ridge(partners, both, diagonal, penalty).weight
        )


def test_a_partner_without_a_pivot_gets_nothing():
    """Inner products that cannot be (a correlation above one) do not break the solution of the others."""
    partners = lists([], [], [(0, 2.0), (1, 2.0)])
    found = neighbor_ridge(partners, lists([(1, 9.0)], [], []), np.ones(3), np.ones(3))
    assert found.weight == pytest.approx([1.0, 0.0])


@pytest.mark.parametrize("n_products", [N_PRODUCTS, 7])
def test_with_all_partners_it_is_the_exact_solution(n_products):
    random = np.random.default_rng(0)
    n = 4000
    log = build_log(
        random.integers(0, 90, n), (n_products * random.random(n) ** 1.5).astype(int), np.zeros(n, np.uint8),
        random.integers(0, 500, n), 90, n_products,
    )  # fmt: skip
    rows = merge(log, np.ones(1), 500, np.inf)
    factor, one, penalty = rows.sizes**-0.25, np.ones(n_products), np.full(n_products, 3.0)
    gram = product_graph(rows, row_factor=factor, target_factor=one, forward=TOGETHER, backward=TOGETHER, k=n_products)
    found = neighbor_ridge(gram, gram, squares(rows, factor), penalty)  # partners: all that are ever together
    exact = dense_ridge(rows, factor, penalty, TOGETHER, TOGETHER, TOGETHER)
    assert int(np.diff(gram.starts).min()) == n_products - 1
    target = np.repeat(np.arange(n_products), np.diff(found.starts))
    assert found.weight == pytest.approx(exact[found.neighbor, target], abs=2e-5)
