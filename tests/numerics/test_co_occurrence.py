import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.numerics.co_occurrence import product_graph
from shopkeeper.numerics.sparse_rows import build_log, merge
from shopkeeper.numerics.top_k import top_k_reference

DAY = 86_400_000_000
N_CUSTOMERS, N_PRODUCTS = 6, 8
WEIGHTS = np.array([1.0, 0.5, 0.25])


def rows_of(events):
    columns = [np.array(column, np.int64) for column in zip(*events, strict=True)] if events else [np.empty(0, np.int64)] * 4
    customer, product, kind, day = columns
    log = build_log(
        customer.astype(np.int32), product.astype(np.int32), kind.astype(np.uint8), day * DAY, N_CUSTOMERS, N_PRODUCTS
    )
    return merge(log, WEIGHTS, 10 * DAY, 5.0)


def dense_slowly(rows, row_factor, target_factor, forward, backward):
    """The formula of the module, written with loops in float64."""
    total = np.zeros((N_PRODUCTS, N_PRODUCTS))
    for row in range(rows.n_rows):
        inside = range(rows.starts[row], rows.starts[row + 1])
        for s in inside:
            for t in inside:
                gap = int(rows.step[s]) - int(rows.step[t])
                table = forward if gap >= 0 else backward
                near = table[min(abs(gap), len(table) - 1)]
                total[rows.product[s], rows.product[t]] += row_factor[row] * rows.weight[s] * rows.weight[t] * near
    total *= target_factor
    np.fill_diagonal(total, 0.0)
    return total


def neighbors(graph, product):
    inside = slice(graph.starts[product], graph.starts[product + 1])
    return graph.neighbor[inside], graph.weight[inside]


def test_two_customers_by_hand():
    rows = rows_of([(0, 0, 0, 10), (0, 1, 0, 10), (1, 0, 0, 10), (1, 1, 0, 10), (1, 2, 1, 10)])
    one = np.ones(1)
    graph = product_graph(rows, row_factor=np.ones(6), target_factor=np.ones(8), forward=one, backward=one, k=5)
    assert neighbors(graph, 0)[0].tolist() == [1, 2]
    assert neighbors(graph, 0)[1].tolist() == [2.0, 0.5]
    assert neighbors(graph, 2)[0].tolist() == [0, 1]
    assert neighbors(graph, 2)[1].tolist() == [0.5, 0.5]
    assert len(neighbors(graph, 3)[0]) == 0


def test_with_exponents_of_one_half_it_is_the_cosine():
    random = np.random.default_rng(0)
    has = random.random((N_CUSTOMERS, N_PRODUCTS)) < 0.5
    rows = rows_of([(c, p, 0, 10) for c, p in zip(*np.nonzero(has), strict=True)])
    degree = has.sum(axis=0)
    one = np.ones(1)
    factor = np.maximum(degree, 1) ** -0.5
    graph = product_graph(rows, row_factor=np.ones(6), target_factor=factor, forward=one, backward=one, k=8)
    matrix = has.astype(float)
    cosine = matrix.T @ matrix * np.outer(factor, factor)
    for product in range(N_PRODUCTS):
        codes, weight = neighbors(graph, product)
        assert weight * factor[product] == pytest.approx(cosine[product, codes], rel=1e-6)


def test_direction_and_distance():
    rows = rows_of([(0, 0, 0, 8), (0, 1, 0, 9), (0, 2, 0, 10)])
    plain = rows.weight.copy()
    graph = product_graph(
        rows,
        row_factor=np.ones(6),
        target_factor=np.ones(8),
        forward=np.array([1, 1, 0.5]),
        backward=np.array([1, 0.1, 0.0]),
        k=5,
    )
    weight = {int(product): value for product, value in zip(rows.product, plain, strict=True)}
    codes, got = neighbors(graph, 0)  # bought first: both others came after
    assert dict(zip(codes.tolist(), got.tolist(), strict=True)) == pytest.approx(
        {1: weight[0] * weight[1], 2: 0.5 * weight[0] * weight[2]}
    )
    codes, got = neighbors(graph, 2)  # bought last: 1 is one step back, 0 is two and counts nothing
    assert codes.tolist() == [1]
    assert got.tolist() == pytest.approx([0.1 * weight[1] * weight[2]])


events = st.lists(
    st.tuples(st.integers(0, N_CUSTOMERS - 1), st.integers(0, N_PRODUCTS - 1), st.integers(0, 2), st.integers(0, 9)), max_size=60
)


@given(events, st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_it_equals_the_slow_formula(rows_in, k, seed):
    random = np.random.default_rng(seed)
    rows = rows_of(rows_in)
    row_factor, target_factor = random.random(N_CUSTOMERS) + 0.1, random.random(N_PRODUCTS) + 0.1
    forward, backward = random.random(3) + 0.01, random.random(3) + 0.01
    graph = product_graph(rows, row_factor=row_factor, target_factor=target_factor, forward=forward, backward=backward, k=k)
    wanted = dense_slowly(rows, row_factor, target_factor, forward, backward)
    for product in range(N_PRODUCTS):
        codes, weight = neighbors(graph, product)
        assert len(codes) == min(k, (wanted[product] > 0).sum())
        assert weight == pytest.approx(wanted[product, codes], rel=1e-4)
        assert weight.tolist() == sorted(weight.tolist(), reverse=True)
        best = wanted[product, top_k_reference(wanted[product], k)]
        assert weight == pytest.approx(best, rel=1e-4)


def test_progress_is_told_and_may_stop_the_work():
    class StopError(ValueError):
        pass

    def stop(share):
        raise StopError

    random = np.random.default_rng(0)
    rows = rows_of([(int(c), int(p), 0, 1) for c, p in random.integers(0, 6, (50, 2))])
    arguments = {"row_factor": np.ones(6), "target_factor": np.ones(8), "forward": np.ones(1), "backward": np.ones(1), "k": 3}
    told = []
    product_graph(rows, **arguments, tell=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    with pytest.raises(StopError):
        product_graph(rows, **arguments, tell=stop)
