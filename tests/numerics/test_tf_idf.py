import numpy as np
import pytest

from shopkeeper.numerics.tf_idf import nearest_texts, term_rows, without_common

# products: 0 "red mug", 1 "red mug", 2 "blue mug", 3 "lamp"
PRODUCT = np.array([0, 0, 1, 1, 2, 2, 3])
TERM = np.array([0, 1, 0, 1, 2, 1, 3])  # red mug blue lamp


def test_weights_by_hand():
    rows = term_rows(PRODUCT, TERM, 4, 4)
    inverse = {0: np.log(5 / 3) + 1, 1: np.log(5 / 4) + 1}  # red in two, mug in three of four
    length = np.hypot(inverse[0], inverse[1])
    assert rows.product.tolist() == [0, 1, 0, 1, 2, 2, 3]
    assert rows.weight[:2] == pytest.approx([inverse[0] / length] * 2)
    assert rows.weight[-1] == pytest.approx(1.0)


def test_a_word_said_twice_counts_more_but_not_twice():
    once = term_rows(np.array([0, 0, 1]), np.array([0, 1, 0]), 2, 2).weight
    twice = term_rows(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 0]), 2, 2).weight
    assert once[0] < twice[0] < 2 * once[0]


def test_the_nearest_by_cosine():
    graph = nearest_texts(term_rows(PRODUCT, TERM, 4, 4), 3)
    assert graph.neighbor[graph.starts[0] : graph.starts[1]].tolist() == [1, 2]
    assert graph.weight[graph.starts[0]] == pytest.approx(1.0)
    assert graph.starts[4] - graph.starts[3] == 0  # nothing reads like a lamp


def test_words_that_all_have_are_left_out_when_they_cost_too_much():
    rows = term_rows(PRODUCT, TERM, 4, 4)
    assert without_common(rows, 100) is rows
    kept = without_common(rows, 6)  # 1 + 1 + 4; mug would cost 9 more
    assert kept.sizes.tolist() == [2, 0, 1, 1]
