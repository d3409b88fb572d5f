import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.numerics.co_occurrence import Graph
from shopkeeper.numerics.growing.answering import best_of_graph, explain_graph, first_allowed
from shopkeeper.numerics.growing.growing_graph import still
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


def ask(source, share, n=6, excluded=(), allowed=None, price=None, band=None, own=0.0, dense=DENSE, rows=None):
    total, touched, keys = np.zeros(N, np.float32), np.empty(N, np.int32), np.empty(N, np.uint64)
    product, score = np.empty(n, np.int32), np.empty(n, np.float32)
    price = np.full(N, np.nan, np.float32) if price is None else np.array(price, np.float32)
    size = best_of_graph(
        rows or still(signed_graph_of(dense)), np.array(source, np.int32), np.array(share, np.float32),
        np.array(share, np.float32), own, np.array(excluded, np.int32),
        np.ones(N, np.uint8) if allowed is None else np.array(allowed, np.uint8), price, *(band or (0.0, np.inf)), band is None,
        total, touched, keys, product, score,
    )  # fmt: skip
    assert not total.any(), "scratch is left clean"
    return product[:size].tolist(), score[:size].tolist()


def test_scores_by_hand():
    assert ask([0, 3], [1.0, 2.0]) == ([1, 2], [10.0, 2.0])


def test_only_as_many_as_asked():
    assert ask([1], [1.0], n=2) == ([0, 3], [4.0, 3.0])


def test_excluded_products_and_those_not_allowed_are_left_out():
    assert ask([1], [1.0], excluded=[0])[0] == [3, 2]
    assert ask([1], [1.0], allowed=[0, 1, 1, 1, 1, 1])[0] == [3, 2]


def test_a_price_band_includes_its_ends_and_no_unknown_price():
    assert ask([1], [1.0], price=[5, 1, np.nan, 7, 1, 1], band=(5.0, 7.0))[0] == [0, 3]
    assert ask([1], [1.0], price=[5, 1, np.nan, 7, 1, 1], band=(5.5, 7.0))[0] == [3]


def test_own_products_come_back_by_their_claim():
    product, score = ask([0, 4], [1.0, 0.5], own=2.0)
    assert product == [0, 2, 4, 1]
    assert score == pytest.approx([9.0, 4.5, 4.5, 4.0])


def test_products_that_nobody_knows_say_nothing():
    assert ask([-1, 99, 5], [1.0, 1.0, 1.0]) == ([], [])
    assert ask([], []) == ([], [])


@given(st.lists(st.tuples(st.integers(0, N - 1), st.integers(1, 8)), max_size=8), st.integers(1, 6))
def test_it_equals_a_matrix_product(sources, n):
    share = np.zeros(N, np.float32)
    for product, weight in sources:
        share[product] += weight
    wanted = share @ DENSE
    product, score = ask([s for s, _ in sources], [w for _, w in sources], n=n)
    assert product == top_k_reference(wanted, n).tolist()
    assert score == wanted[product].tolist()


@given(
    st.lists(st.tuples(st.integers(0, N - 1), st.integers(1, 4)), max_size=12),
    st.lists(st.integers(-2, 2), min_size=N * N, max_size=N * N),
)
def test_negative_weights_count_and_only_what_is_above_zero_is_found(sources, values):
    """Whole numbers cancel to exactly 0 often, which must neither be listed nor be counted as untouched without end."""
    dense = np.array(values, np.float32).reshape(N, N)
    wanted = np.zeros(N, np.float32)
    for product, weight in sources:
        wanted += weight * dense[product]
    product, score = ask([s for s, _ in sources], [w for _, w in sources], dense=dense)
    assert product == top_k_reference(wanted, N).tolist()
    assert score == wanted[product].tolist()


def test_a_product_of_ones_own_that_others_speak_against_keeps_its_claim():
    dense = np.zeros((N, N), np.float32)
    dense[0, 1], dense[0, 2] = -3.0, 2.0
    assert ask([0, 1], [1.0, 1.0], own=1.0, dense=dense) == ([0, 1, 2], [2.0, 2.0, 2.0])


def test_reasons_by_hand():
    rows = still(signed_graph_of(DENSE))
    found, source = np.array([1, 2], np.int32), np.array([0, 3, 4], np.int32)
    share = np.array([1.0, 2.0, 0.1], np.float32)
    reason, part, visit = np.empty((2, 2), np.int32), np.empty((2, 2), np.float32), np.empty(2, np.float32)
    total = np.zeros(N, np.float32)
    explain_graph(rows, source, share, 1, found, total, reason, part, visit)
    assert reason.tolist() == [[3, 0], [0, 4]]
    assert part.tolist() == [[6.0, 4.0], [2.0, 0.5]]
    assert visit.tolist() == [4.0, 2.0]  # the first source alone is of this visit
    assert not total.any()


def test_the_first_that_pass():
    out = np.empty(2, np.int32)
    price = np.full(N, np.nan, np.float32)
    arguments = (
        np.array([4], np.int32),
        np.array([1, 0, 1, 1, 1, 1], np.uint8),
        price,
        0.0,
        np.inf,
        True,
        np.zeros(N, np.float32),
    )
    assert first_allowed(np.array([4, 1, 3, 0], np.int32), *arguments, out) == 2
    assert out.tolist() == [3, 0]
    assert first_allowed(np.array([5, 4, 1, 3, 0], np.int32), *arguments, out) == 2
    assert out.tolist() == [5, 3]


def test_one_answer_equals_its_row_of_many():
    rows = rows_of([[1, 4]])
    share = np.array([1.0, 0.5])
    product, score, *_ = best_of_rows(
        rows, share, signed_graph_of(DENSE), chosen=np.array([0]), n=6, history=9, fallback=np.empty(0, np.int32), own=2.0
    )
    wanted = ask([1, 4], share, own=2.0)
    assert product[0][product[0] >= 0].tolist() == wanted[0]
    assert score[0][product[0] >= 0].tolist() == wanted[1]


def grown(slot, size, later):
    """The graph with later neighbors, each of weight 7."""
    weights = np.full(np.shape(later), 7.0, np.float32)
    later = np.array(later, np.int32)
    rows = still(signed_graph_of(DENSE))
    return rows._replace(slot=np.array(slot, np.int32), size=np.array(size, np.int32), later=later, later_weight=weights)


def test_a_product_that_came_after_the_filters_were_made_is_not_looked_at():
    rows = grown([0, -1, -1, -1, -1, -1], [2], [[5, N]])
    assert ask([0], [1.0], rows=rows) == ([5, 1, 2], [7.0, 4.0, 2.0])
    found, out = np.array([5], np.int32), (np.empty((1, 2), np.int32), np.empty((1, 2), np.float32), np.empty(1, np.float32))
    explain_graph(rows, np.array([0], np.int32), np.ones(1, np.float32), 1, found, np.zeros(N, np.float32), *out)
    assert out[0].tolist() == [[0, -1]]
    nothing, scratch = np.empty(0, np.int32), (np.full(N, np.nan, np.float32), 0.0, np.inf, True, np.zeros(N + 5, np.float32))
    first = np.empty(3, np.int32)
    assert first_allowed(np.array([N + 1, 2, N], np.int32), nothing, np.ones(N, np.uint8), *scratch, first) == 1
    assert first[0] == 2


def test_a_slot_that_came_after_the_rows_were_taken_is_not_looked_at():
    rows = grown([1, -1, -1, -1, -1, -1], [1], [[5]])
    assert ask([0], [1.0], rows=rows) == ([1, 2], [4.0, 2.0])
    out = np.empty((1, 2), np.int32), np.empty((1, 2), np.float32), np.empty(1, np.float32)
    explain_graph(
        rows, np.array([0], np.int32), np.ones(1, np.float32), 1, np.array([5], np.int32), np.zeros(N, np.float32), *out
    )
    assert out[0].tolist() == [[-1, -1]]
