import numpy as np

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.neighbor_scores import best_of_rows
from shopkeeper.numerics.sparse_rows import Rows
from shopkeeper.numerics.top_k import top_k_reference

N = 6
DENSE = np.array(
    [
        [0, 4, 2, 0, 0, 0],
        [4, 0, 1, 3, 0, 0],
        [2, 1, 0, 0, 5, 0],
        [0, 3, 0, 0, 0, 0],
        [0, 0, 5, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ],
    np.float32,
)


def graph_of(dense):
    codes = [top_k_reference(row, len(row)).astype(np.int32) for row in dense]
    starts = np.concatenate(([0], np.cumsum([len(each) for each in codes]))).astype(np.int64)
    weight = np.concatenate([dense[row, each] for row, each in enumerate(codes)]).astype(np.float32)
    return Graph(starts, np.concatenate(codes), weight)


def rows_of(products):
    starts = np.concatenate(([0], np.cumsum([len(row) for row in products]))).astype(np.int64)
    flat = np.array([product for row in products for product in row], np.int32)
    ones = np.ones(len(flat))
    step = np.concatenate([np.arange(len(row)) for row in products]).astype(np.int32)
    return Rows(starts, flat, step, ones.astype(np.float32), ones.astype(np.int32), ones.astype(np.uint32), N)


def signed_graph_of(dense):
    codes = [np.flatnonzero(row).astype(np.int32) for row in dense]
    starts = np.concatenate(([0], np.cumsum([len(each) for each in codes]))).astype(np.int64)
    weight = np.concatenate([dense[row, each] for row, each in enumerate(codes)]).astype(np.float32)
    return Graph(starts, np.concatenate(codes), weight)


def test_what_speaks_against_is_no_reason():
    dense = np.zeros((N, N), np.float32)
    dense[:3, 5] = 4.0, -1.0, 2.0
    graph = signed_graph_of(dense)
    product, score, reason, part = best_of_rows(
        rows_of([[0, 1, 2]]), np.ones(3), graph, chosen=np.array([0]), n=1, history=5, fallback=np.empty(0, np.int32), n_reasons=3
    )
    assert (product.tolist(), score.tolist()) == ([[5]], [[5.0]])
    assert reason.tolist() == [[[0, 2, -1]]]
    assert part.tolist() == [[[4.0, 2.0, 0.0]]]


def test_rows_fall_back_and_end_with_minus_one():
    rows = rows_of([[0], [5], []])
    fallback = np.array([5, 4, 0], np.int32)
    product, score, reason, part = best_of_rows(
        rows, np.ones(2), graph_of(DENSE), chosen=np.array([0, 1, 2]), n=4, history=5, fallback=fallback, n_reasons=2
    )
    assert product.tolist() == [[1, 2, 5, 4], [4, 0, -1, -1], [5, 4, 0, -1]]
    assert score.tolist() == [[4, 2, 0, 0], [0] * 4, [0] * 4]
    assert reason[0].tolist() == [[0, -1], [0, -1], [-1, -1], [-1, -1]]
    assert part[0, :2, 0].tolist() == [4.0, 2.0]


def test_only_the_newest_products_speak_but_all_are_left_out():
    rows = rows_of([[3, 0]])
    product, *_ = best_of_rows(
        rows, np.ones(2), graph_of(DENSE), chosen=np.array([0]), n=2, history=1, fallback=np.array([0, 2], np.int32)
    )
    assert product.tolist() == [[1, 2]]
