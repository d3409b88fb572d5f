import numpy as np
import pytest

from shopkeeper.numerics.factors.nearest import best_of_all, best_of_one, score_some, similar_rows
from shopkeeper.numerics.sparse_rows import build_log, merge

ALL = np.ones(40, np.bool_)


def world(seed=0, n_rows=12, n_products=40, k=5):
    random = np.random.default_rng(seed)
    n = 60
    log = build_log(
        random.integers(1, n_rows, n), random.integers(0, n_products, n), np.zeros(n, np.uint8), random.integers(0, 9, n), n_rows,
        n_products,
    )  # fmt: skip
    rows = merge(log, np.ones(1), 10, np.inf)
    return (
        random.standard_normal((n_rows, k)).astype(np.float32),
        random.standard_normal((n_products, k)).astype(np.float32),
        rows,
    )


def expected(score, own, n):
    score = score.copy()
    score[own] = -np.inf
    order = np.lexsort((np.arange(len(score)), -score))[:n]
    return order[score[order] > -np.inf]


@pytest.mark.parametrize("is_soft", [False, True])
def test_best_of_all_are_the_best_without_what_the_customer_has(is_soft):
    vectors, products, rows = world()
    bias = np.linspace(-1, 1, 40).astype(np.float32)
    code, score = best_of_all(vectors, products, rows, n=7, known=ALL, bias=bias, is_soft=is_soft)
    assert (code[0] == -1).all()  # nothing speaks for a customer without a past
    for row in range(1, len(vectors)):
        exact = vectors[row] @ products.T + bias
        wanted = expected(
            exact if is_soft else np.where(exact > 0, exact, -np.inf), rows.product[rows.starts[row] : rows.starts[row + 1]], 7
        )
        assert code[row][: len(wanted)].tolist() == wanted.tolist()
        assert (code[row][len(wanted) :] == -1).all()
        told = np.logaddexp(0, exact[wanted]) if is_soft else exact[wanted]
        np.testing.assert_allclose(score[row][: len(wanted)], told, rtol=1e-4)


def test_only_known_products_are_named():
    vectors, products, rows = world()
    known = np.arange(40) % 2 == 0
    code, _ = best_of_all(vectors, products, rows, n=40, known=known)
    assert set(np.unique(code % 2)) == {0, 1}  # -1 % 2 is 1
    assert (code[code >= 0] % 2 == 0).all()


@pytest.mark.parametrize("is_soft", [False, True])
def test_own_products_are_lifted_by_their_claim(is_soft):
    vectors, products, rows = world()
    claim = np.ones(len(rows.product), np.float32)
    claim[rows.starts[3]] = 2.0
    code, score = best_of_all(vectors, products, rows, n=3, known=ALL, own=50.0, claim=claim, is_soft=is_soft)
    assert code[3][0] == rows.product[rows.starts[3]]
    assert score[3][0] > 20 * score[3][-1] or rows.sizes[3] >= 3


def test_best_of_one_is_the_row_of_best_of_all():
    vectors, products, rows = world()
    many, scores = best_of_all(vectors, products, rows, n=6, known=ALL)
    for row in range(1, len(vectors)):
        code, score = np.full(6, -1, np.int32), np.zeros(6, np.float32)
        own = rows.product[rows.starts[row] : rows.starts[row + 1]]
        size = best_of_one(vectors[row], products, np.ones(40, np.uint8), own, code, score)
        assert code[:size].tolist() == many[row][many[row] >= 0].tolist()
        np.testing.assert_allclose(score[:size], scores[row][:size], rtol=1e-5)


def test_best_of_one_leaves_out_what_is_not_allowed():
    vectors, products, _ = world()
    allowed = (np.arange(40) < 10).astype(np.uint8)
    code, score = np.empty(40, np.int32), np.empty(40, np.float32)
    size = best_of_one(vectors[1], products, allowed, np.array([2, -1, 99], np.int32), code, score)
    assert 0 < size < 10
    assert (code[:size] < 10).all()
    assert 2 not in code[:size]


def test_scores_of_some():
    vectors, products, _ = world()
    out = np.empty(4, np.float32)
    score_some(vectors[1], products, np.array([3, 7, -1, 40], np.int32), out)
    np.testing.assert_allclose(out, [*(products[[3, 7]] @ vectors[1]), 0, 0], rtol=1e-5)


def test_similar_rows_are_those_of_the_largest_cosine():
    random = np.random.default_rng(3)
    vectors = random.standard_normal((20_000, 4)).astype(np.float32)
    vectors[17] = 0.0
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    for chosen in ([5], [5, 900, 17]):
        code, score = similar_rows(vectors, np.array(chosen), 8)
        center = unit[chosen].sum(axis=0)
        cosine = unit @ (center / np.linalg.norm(center))
        cosine[[*chosen, 17]] = -np.inf
        assert code.tolist() == np.argsort(-cosine, kind="stable")[:8].tolist()
        np.testing.assert_allclose(score, cosine[code], rtol=1e-5)


def test_nobody_is_like_a_row_without_direction():
    assert len(similar_rows(np.zeros((5, 3), np.float32), np.array([1]), 3)[0]) == 0
