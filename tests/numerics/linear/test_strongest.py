import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.linear.strongest import strongest_of_dense, strongest_of_lists

DENSE = np.array([[0, 3, -2, 1], [-5, 0, 0, 0], [1, 2, 0, 2], [0, 0, 0, 0]], np.float64)


def test_the_largest_by_size_highest_first():
    found = strongest_of_dense(DENSE, np.ones(4), 2)
    assert found.starts.tolist() == [0, 2, 3, 5, 5]
    assert found.neighbor.tolist() == [1, 2, 0, 1, 3]  # ties to the smaller code
    assert found.weight.tolist() == [3, -2, -5, 2, 2]


def test_a_targets_factor_counts_before_the_cut():
    found = strongest_of_dense(DENSE, np.array([1.0, 0.1, 1.0, 5.0]), 1)
    assert found.neighbor.tolist() == [3, 0, 3]
    assert found.weight.tolist() == [5.0, -5.0, 10.0]


@given(st.lists(st.integers(-4, 4), min_size=25, max_size=25), st.integers(1, 6))
def test_lists_turned_around_are_the_same(values, k):
    """Row t of the lists holds what its sources say: column t of the dense form."""
    dense = np.array(values, np.float32).reshape(5, 5)
    target, source = np.nonzero(dense.T)
    starts = np.concatenate(([0], np.cumsum(np.count_nonzero(dense.T, axis=1)))).astype(np.int64)
    lists = Graph(starts, source.astype(np.int32), dense.T[target, source])
    factor = np.array([1.0, 0.5, 2.0, 1.0, 0.0])
    found, wanted = strongest_of_lists(lists, factor, k), strongest_of_dense(dense, factor, k)
    assert found.starts.tolist() == wanted.starts.tolist()
    assert found.neighbor.tolist() == wanted.neighbor.tolist()
    assert found.weight.tolist() == wanted.weight.tolist()


def test_nothing():
    empty = Graph(np.zeros(4, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
    assert strongest_of_lists(empty, np.ones(3), 5).starts.tolist() == [0, 0, 0, 0]
    assert len(strongest_of_dense(np.zeros((0, 0)), np.empty(0), 5).neighbor) == 0
