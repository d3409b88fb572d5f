import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.method import Known, questions_for
from shopkeeper.capabilities.recommend.methods.product_neighbors import CHOICES, PRODUCT_NEIGHBORS, STARTS, Parameters
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.sparse_rows import build_log

PURCHASE = EVENT_KINDS.index("purchase")


def known(products, n_products, ratings=None):
    """Rows of products, oldest first."""
    customer = np.repeat(np.arange(len(products)), [len(each) for each in products])
    place = np.concatenate([np.arange(len(each)) for each in products])
    kind = np.full(len(customer), PURCHASE, np.uint8)
    log = build_log(customer, np.concatenate(products), kind, place, len(products), n_products)
    return Known(log, 0, RecommendSettings(), ratings=ratings)


def quiet(share):
    pass


def test_the_cosine_by_hand():
    """Product 1 is with 0 for both who have it, product 2 for one of two."""
    at = known([[0, 1], [0, 1], [0, 2], [2, 3], [0]], 4)
    parameters = Parameters(cut=1.0, shrinkage=0.0, past_decay=0.0)
    found = PRODUCT_NEIGHBORS.learn(at, parameters, quiet).lists(questions_for(at, np.array([4])), 4)
    assert found.product.tolist() == [[1, 2, -1, -1]]
    assert found.score[0][:2] == pytest.approx([2 / np.sqrt(8), 1 / np.sqrt(8)])
    loud = PRODUCT_NEIGHBORS.learn(at, Parameters(cut=1.0, shrinkage=0.0, past_decay=0.0, amplification=2.0), quiet)
    assert loud.lists(questions_for(at, np.array([4])), 1).score[0] == pytest.approx([4 / 8])
    assert loud.n_bytes > 0


def test_a_graph_is_kept_while_only_the_voice_of_the_past_changes():
    at = known([[0, 1], [0, 1]], 4)
    first = PRODUCT_NEIGHBORS.learn(at, Parameters(amplification=1.0), quiet)
    second = PRODUCT_NEIGHBORS.learn(at, Parameters(amplification=1.0, past_decay=2.0), quiet)
    assert first.graph.neighbor is second.graph.neighbor


def test_ratings_tell_liked_with_from_liked_instead():
    """Everybody rated all three; 0 and 1 go up and down together, 2 against them."""
    rows = [[0, 1, 2]] * 3 + [[0]]
    rating = np.array([5, 5, 1, 1, 1, 5, 3, 4, 2, 5], np.float32)
    at = known(rows, 3, rating)
    found = PRODUCT_NEIGHBORS.learn(at, Parameters(measure=1), quiet).lists(questions_for(at, np.array([3])), 2)
    assert found.product.tolist() == [[1, -1]]


def test_every_start_lies_on_the_choices():
    for start in STARTS:
        for name, choices in CHOICES.items():
            assert getattr(start, name) in choices, name
    assert PRODUCT_NEIGHBORS.n_bytes(known([[0]], 2), Parameters()) > 0
