import numpy as np
import pytest

from shopkeeper.numerics.likeness.postings import Postings
from shopkeeper.numerics.tf_idf import nearest_texts, term_rows

# products: 0 "red mug", 1 "red cup", 2 "mug"; terms: red 0, mug 1, cup 2, and 3, which nobody has
STARTS = np.array([0, 2, 4, 5, 5])
PRODUCT = np.array([0, 1, 0, 2, 1], np.int32)
WEIGHT = np.array([0.6, 0.8, 0.8, 1.0, 0.6], np.float32)


def ask(term, value, price=(np.nan,) * 3, own=np.nan, price_weight=0.0, k=3, n_steps=100):
    found = Postings(STARTS, PRODUCT, WEIGHT, np.array(price, np.float32))
    for _ in range(2):  # its memory is left clean
        product, likeness = found.nearest(
            np.array(term, np.int64), np.array(value), price=own, price_weight=price_weight, k=k, n_steps=n_steps
        )
    return product.tolist(), likeness.tolist()


def test_sums_by_hand():
    assert ask([0, 1], [0.6, 0.8]) == ([0, 2, 1], pytest.approx([1.0, 0.8, 0.48]))
    assert ask([0, 1], [0.6, 0.8], k=1)[0] == [0]
    assert ask([3], [1.0]) == ([], [])
    assert ask([], []) == ([], [])


def test_price():
    product, likeness = ask([0, 1], [0.6, 0.8], price=(40.0, 10.0, 10.0), own=10.0, price_weight=0.5)
    assert product == [2, 0, 1]
    assert likeness == pytest.approx([0.8, 0.5, 0.48])


def test_common_terms_are_left_out_when_they_cost_too_much():
    assert ask([0, 2], [0.6, 0.8], n_steps=1) == ([1], pytest.approx([0.48]))


def test_a_text_that_is_known_finds_what_the_graph_has():
    random = np.random.default_rng(0)
    product, term = random.integers(0, 30, 400), random.integers(0, 50, 400)
    rows = term_rows(product, term, 30, 50)
    graph = nearest_texts(rows, 29)
    postings = Postings(rows.starts, rows.product, rows.weight, np.full(30, np.nan, np.float32))
    for code in range(30):
        entries = np.flatnonzero(rows.product == code)
        of_term = np.searchsorted(rows.starts, entries, side="right") - 1
        found, likeness = postings.nearest(of_term, rows.weight[entries], price=np.nan, price_weight=0.0, k=30, n_steps=10**6)
        assert found[0] == code
        assert likeness[0] == pytest.approx(1.0)
        span = slice(graph.starts[code], graph.starts[code + 1])
        assert sorted(found[1:].tolist()) == sorted(graph.neighbor[span].tolist())
        assert likeness[1:] == pytest.approx(graph.weight[span], abs=1e-5)
