import numpy as np
import pytest

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.likeness.mixing import closeness, mixed

UNKNOWN = np.full(4, np.nan)


def lists(*rows):
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    flat = [pair for row in rows for pair in row]
    return Graph(starts, np.array([code for code, _ in flat], np.int32), np.array([value for _, value in flat], np.float32))


ONE = lists([(1, 0.5), (2, 0.4)], [(0, 0.5)], [], [])
OTHER = lists([(3, 0.9), (2, 0.2)], [], [(1, 1.0)], [])


def edges(graph, code):
    span = slice(graph.starts[code], graph.starts[code + 1])
    return graph.neighbor[span].tolist(), graph.weight[span].tolist()


def test_a_weighted_sum_by_hand():
    graph = mixed([ONE, OTHER], [1.0, 2.0], UNKNOWN, 0.0, 2)
    assert edges(graph, 0) == ([3, 2], pytest.approx([1.8, 0.8]))
    assert edges(graph, 1) == ([0], [0.5])
    assert edges(graph, 2) == ([1], [2.0])
    assert edges(graph, 3) == ([], [])


def test_a_price_twice_as_high_takes_half_away():
    price = np.array([10.0, 20.0, 10.0, np.nan])
    assert edges(mixed([ONE, OTHER], [1.0, 1.0], price, 1.0, 3), 0) == ([2, 3, 1], pytest.approx([0.6, 0.45, 0.25]))


def test_closeness():
    assert closeness(10.0, 10.0, 0.5) == 1.0
    assert closeness(10.0, 40.0, 0.5) == closeness(40.0, 10.0, 0.5) == 0.5
    assert closeness(1.0, 1e6, 1.0) == closeness(1.0, 50.0, 1.0) == 0.05
    assert closeness(float("nan"), 3.0, 1.0) == closeness(3.0, float("nan"), 1.0) == 0.5
    assert closeness(float("nan"), 3.0, 0.0) == 1.0
