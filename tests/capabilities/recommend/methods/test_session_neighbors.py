import numpy as np
import pytest

from shopkeeper.capabilities.recommend.judging.exam import Cases, Exam, gains
from shopkeeper.capabilities.recommend.methods.customer_neighbors import CUSTOMER_NEIGHBORS
from shopkeeper.capabilities.recommend.methods.method import Known, Questions, questions_for
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.methods.product_neighbors import PRODUCT_NEIGHBORS
from shopkeeper.capabilities.recommend.methods.session_neighbors import CHOICES, SESSION_NEIGHBORS, STARTS, Parameters
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.bootstrap import mean_interval
from shopkeeper.numerics.sparse_rows import build_log

MINUTE = 60_000_000
NOW = 20_000 * 1440 * MINUTE
VIEW = EVENT_KINDS.index("view_item")
N_PRODUCTS = 40


def a_log(products, minutes, n_products=N_PRODUCTS):
    customer = np.repeat(np.arange(len(products)), [len(each) for each in products])
    at = NOW - 10_000 * MINUTE + np.concatenate([np.array(each) for each in minutes]) * MINUTE
    kind = np.full(len(customer), VIEW, np.uint8)
    return build_log(customer, np.concatenate(products), kind, at, len(products), n_products)


def quiet(share):
    pass


def test_a_pause_parts_what_does_not_belong_together():
    """The customer looked at 0 and 1 in one visit, at 2 and 3 two hours later."""
    at = Known(a_log([[0, 1, 2, 3]], [[0, 1, 120, 121]]), NOW, RecommendSettings())
    asked = Questions(a_log([[0]], [[200]]), NOW, at.settings, np.array([-1]))
    whole = SESSION_NEIGHBORS.learn(at, Parameters(visit_pause_minutes=0.0), quiet).lists(asked, 4)
    parted = SESSION_NEIGHBORS.learn(at, Parameters(visit_pause_minutes=30.0), quiet).lists(asked, 4)
    assert set(whole.product[0].tolist()) == {1, 2, 3, -1}
    assert parted.product.tolist() == [[1, -1, -1, -1]]


def test_a_customers_own_visits_do_not_speak_for_it():
    at = Known(a_log([[0, 1], [0, 2]], [[0, 1], [5, 6]]), NOW, RecommendSettings())
    learned = SESSION_NEIGHBORS.learn(at, Parameters(), quiet)
    assert learned.lists(questions_for(at, np.array([0])), 2).product.tolist() == [[2, -1]]
    assert learned.n_bytes > 0


def test_every_start_lies_on_the_choices():
    for start in STARTS:
        for name, choices in CHOICES.items():
            assert getattr(start, name) in choices, name
    assert SESSION_NEIGHBORS.n_bytes(Known(a_log([[0]], [[0]]), NOW, RecommendSettings()), Parameters()) > 0


# All three methods on one made world.


def a_world(seed, taste_share):
    """(exam): 400 customers with 8 looks, with ``taste_share`` within one of 4 tastes, else anywhere; the last one is wanted."""
    random = np.random.default_rng(seed)
    products, wanted = [], []
    for customer in range(400):
        own = random.permutation(10) * 4 + customer % 4
        everything = random.permutation(N_PRODUCTS)
        from_taste = random.random(8) < taste_share
        row = list(dict.fromkeys(int(own[n] if from_taste[n] else everything[n]) for n in range(8)))
        products.append(row[:-1])
        wanted.append(row[-1])
    log = a_log(products, [range(len(row)) for row in products])
    cases = Cases(np.arange(400), np.arange(401), np.array(wanted))
    return Exam(Known(log, NOW, RecommendSettings()), cases, cases)


METHODS = [PRODUCT_NEIGHBORS, CUSTOMER_NEIGHBORS, SESSION_NEIGHBORS]


def gain(at, method):
    questions = at.questions(at.new)
    lists = method.learn(at.known, method.starts[0], quiet).lists(questions, 10)
    return gains(at.filled(lists, questions), at.new)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_tastes_are_found(method):
    at = a_world(1, 0.9)
    assert mean_interval(gain(at, method) - gain(at, POPULARITY), seed=0)[0] > 0.15


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_nothing_is_found_where_there_is_nothing(method):
    at = a_world(2, 0.0)
    low, high = mean_interval(gain(at, method) - gain(at, POPULARITY), seed=0)
    assert low < 0.0
    assert high < 0.06


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_the_same_twice_and_a_past_without_products_gets_nothing(method):
    at = a_world(3, 0.5)
    learned = method.learn(at.known, method.starts[0], quiet)
    first, second = (learned.lists(at.questions(at.new), 5) for _ in range(2))
    assert (first.product == second.product).all()
    assert (first.score == second.score).all()
    empty = Questions(build_log(*(np.empty(0, np.int64),) * 4, 1, N_PRODUCTS), NOW, at.known.settings, np.array([-1]))
    assert learned.lists(empty, 3).product.tolist() == [[-1, -1, -1]]


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_nothing_to_learn_from(method):
    nothing = Known(build_log(*(np.empty(0, np.int64),) * 4, 0, 3), NOW, RecommendSettings())
    learned = method.learn(nothing, method.starts[0], quiet)
    asked = Questions(a_log([[0]], [[0]], 3), NOW, RecommendSettings(), np.array([-1]))
    assert learned.lists(asked, 2).product.tolist() == [[-1, -1]]
