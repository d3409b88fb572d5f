import numpy as np
import pytest

from shopkeeper.numerics.likeness import vectors as module
from shopkeeper.numerics.likeness.vectors import nearest_vectors


def edges(graph, code):
    span = slice(graph.starts[code], graph.starts[code + 1])
    return graph.neighbor[span].tolist(), graph.weight[span].tolist()


def test_cosines_by_hand():
    graph = nearest_vectors(np.array([[2, 0], [1, 1], [0, 3], [-1, 0], [0, 0]], np.float32), 4)
    assert edges(graph, 0) == ([1], pytest.approx([2**-0.5]))
    assert edges(graph, 1) == ([0, 2], pytest.approx([2**-0.5] * 2))
    assert edges(graph, 3) == edges(graph, 4) == ([], [])  # the opposite and nothing are like nothing


def test_blocks_change_nothing(monkeypatch):
    given = np.random.default_rng(0).standard_normal((70, 6)).astype(np.float32)
    whole = nearest_vectors(given, 5)
    monkeypatch.setattr(module, "BLOCK_BYTES", 70 * 4 * 9)
    pieces = nearest_vectors(given, 5)
    assert np.array_equal(whole.starts, pieces.starts)
    assert np.array_equal(whole.neighbor, pieces.neighbor)
    unit = given / np.linalg.norm(given, axis=1, keepdims=True)
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -1)
    assert [edges(whole, code)[0] for code in range(70)] == np.argsort(-cosine, axis=1)[:, :5].tolist()
