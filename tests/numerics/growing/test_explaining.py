import numpy as np
import pytest

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.growing.explaining import explain_lists
from shopkeeper.numerics.sparse_rows import build_log, merge

# 0 -> 2 (weight 3), 1 -> 2 (1), 1 -> 3 (2); negative weights speak against and are no reasons
GRAPH = Graph(np.array([0, 1, 4, 4, 4]), np.array([2, 2, 3, 0], np.int32), np.array([3.0, 1.0, 2.0, -1.0], np.float32))


def test_reasons_by_hand():
    log = build_log(np.zeros(2, np.int32), np.array([0, 1], np.int32), np.zeros(2, np.uint8), np.arange(2), 1, 4)
    rows = merge(log, np.ones(1), 2, np.inf)
    assert rows.product.tolist() == [1, 0]
    share = np.array([0.5, 1.0], np.float32)
    listed = np.array([[2, 3, 0, -1]], np.int32)
    reason, part, full = explain_lists(rows, share, GRAPH, chosen=np.array([0]), listed=listed, history=5, n_reasons=2)
    assert reason[0].tolist() == [[0, 1], [1, -1], [-1, -1], [-1, -1]]
    assert part[0, :2].ravel().tolist() == pytest.approx([3.0, 0.5, 1.0, 0.0])
    assert full[0].tolist() == pytest.approx([3.5, 1.0, 0.0, 0.0])
    newest, _, _ = explain_lists(rows, share, GRAPH, chosen=np.array([0]), listed=listed, history=1, n_reasons=2)
    assert newest[0, 0].tolist() == [1, -1]
