import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.customer_neighbors import CHOICES, CUSTOMER_NEIGHBORS, STARTS, Parameters
from shopkeeper.capabilities.recommend.methods.method import Known, Questions, questions_for
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.neighbors.co_rated import Measure
from shopkeeper.numerics.sparse_rows import build_log

DAY = 86_400_000_000
NOW = 20_000 * DAY
PURCHASE = EVENT_KINDS.index("purchase")


def a_log(products, n_products, days=1):
    """Rows of products, oldest first, a day apart."""
    customer = np.repeat(np.arange(len(products)), [len(each) for each in products])
    product = np.concatenate([np.array(each, np.int64) for each in products])
    place = np.concatenate([np.arange(len(each)) for each in products])
    kind = np.full(len(product), PURCHASE, np.uint8)
    return build_log(customer, product, kind, NOW - (50 - place) * days * DAY, len(products), n_products)


def known(products, n_products, ratings=None):
    return Known(a_log(products, n_products), NOW, RecommendSettings(), ratings=ratings)


def test_what_customers_alike_have():
    learned = CUSTOMER_NEIGHBORS.learn(known([[0, 1, 2], [0, 1, 3], [5, 6], [0, 1]], 8), Parameters(), lambda share: None)
    product, score = learned.lists(questions_for(known([[0, 1, 2], [0, 1, 3], [5, 6], [0, 1]], 8), np.array([3])), 3)
    assert set(product[0].tolist()) == {2, 3, -1}
    assert (score[0][:2] > 0).all()
    assert learned.n_bytes > 0


def test_a_new_visitor_is_answered_from_the_past_alone():
    learned = CUSTOMER_NEIGHBORS.learn(known([[0, 1, 2], [5, 6]], 8), Parameters(), lambda share: None)
    past = a_log([[1, 0], [6], [7]], 8)
    found = learned.lists(Questions(past, NOW, RecommendSettings(), np.array([-1, -1, -1])), 2).product
    assert found.tolist() == [[2, -1], [5, -1], [-1, -1]]


@pytest.mark.parametrize("measure", list(Measure))
def test_with_ratings_those_who_rated_alike_are_neighbors(measure):
    """Customer 0 agrees with 1 and contradicts 2."""
    rows = [[0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 4]]
    rating = np.array([5, 1, 4, 5, 1, 4, 5, 1, 5, 2, 5], np.float32)
    at = known(rows, 6, rating)
    learned = CUSTOMER_NEIGHBORS.learn(at, Parameters(measure=measure), lambda share: None)
    found = learned.lists(questions_for(at, np.array([0])), 1).product
    assert found.tolist() == [[3]]


def test_every_start_lies_on_the_choices():
    for start in STARTS:
        for name, choices in CHOICES.items():
            assert getattr(start, name) in choices, name
    assert CUSTOMER_NEIGHBORS.n_bytes(known([[0]], 2), Parameters()) > 0
