import dataclasses

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.als import ALS, CHOICES, STARTS, Parameters
from shopkeeper.capabilities.recommend.methods.bpr import BPR
from shopkeeper.capabilities.recommend.methods.bpr import CHOICES as BPR_CHOICES
from shopkeeper.capabilities.recommend.methods.bpr import STARTS as BPR_STARTS
from shopkeeper.capabilities.recommend.methods.method import Known, Questions, questions_for
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import quiet
from shopkeeper.numerics.sparse_rows import build_log

DAY = 86_400_000_000
NOW = 20_000 * DAY
PURCHASE, VIEW = EVENT_KINDS.index("purchase"), EVENT_KINDS.index("view_item")
N_CUSTOMERS, N_PRODUCTS, N_TASTES = 240, 61, 4  # the last product was never bought
SMALL = Parameters(n_factors=8, recency_decay=0.0)
METHODS = [(ALS, SMALL), (BPR, dataclasses.replace(BPR_STARTS[0], n_factors=8))]


def a_log(products, kinds=None):
    customer = np.repeat(np.arange(len(products)), [len(each) for each in products])
    product = np.concatenate([np.array(each, np.int64) for each in products])
    place = np.concatenate([np.arange(len(each)) for each in products])
    kind = np.full(len(product), PURCHASE, np.uint8) if kinds is None else np.concatenate(kinds).astype(np.uint8)
    return build_log(customer, product, kind, NOW - (50 - place) * DAY, len(products), N_PRODUCTS)


def known(log):
    return Known(log, NOW, RecommendSettings())


def shop(taste_share, seed=0):
    """(log of six products a customer, one more that the customer bought next)."""
    random = np.random.default_rng(seed)
    rows = []
    for customer in range(N_CUSTOMERS):
        in_taste = np.where(random.random(40) < taste_share, random.integers(0, 15, 40) * N_TASTES + customer % N_TASTES, -1)
        anywhere = random.integers(0, N_PRODUCTS - 1, 40)
        row = np.where(in_taste >= 0, in_taste, anywhere)
        rows.append(row[np.sort(np.unique(row, return_index=True)[1])][:7])
    return a_log([row[:6] for row in rows]), np.array([row[6] for row in rows])


def hit_rate(method, parameters, taste_share):
    log, wanted = shop(taste_share)
    at = known(log)
    found = method.learn(at, parameters, quiet).lists(questions_for(at, np.arange(N_CUSTOMERS)), 10).product
    return float((found == wanted[:, None]).any(axis=1).mean())


@pytest.mark.parametrize(("method", "parameters"), METHODS, ids=["als", "bpr"])
def test_taste_is_found_and_nothing_where_there_is_none(method, parameters):
    naive = hit_rate(POPULARITY, POPULARITY.starts[0], 0.9)
    assert hit_rate(method, parameters, 0.9) > 2 * naive
    assert hit_rate(method, parameters, 0.0) < 0.3  # 10 of 54 by chance: 0.185


@pytest.mark.parametrize(("method", "parameters"), METHODS, ids=["als", "bpr"])
def test_own_and_unknown_products_are_not_named(method, parameters):
    at = known(shop(0.9)[0])
    questions = questions_for(at, np.arange(N_CUSTOMERS))
    found, score = method.learn(at, parameters, quiet).lists(questions, 60)
    assert not (found == N_PRODUCTS - 1).any()
    own = questions.rows()
    for row in range(N_CUSTOMERS):
        assert not set(found[row].tolist()) & set(own.product[own.starts[row] : own.starts[row + 1]].tolist())
    assert (score[found >= 0] > 0).all()
    assert (np.diff(score, axis=1) <= 0).all()


@pytest.mark.parametrize(("method", "parameters"), METHODS, ids=["als", "bpr"])
def test_a_visitor_is_answered_from_the_past_alone(method, parameters):
    learned = method.learn(known(shop(0.95)[0]), parameters, quiet)
    past = a_log([[1, 5, 9], [2, 6, 10], []])
    found = learned.lists(Questions(past, NOW, RecommendSettings(), np.array([-1, -1, -1])), 5).product
    assert (found[:2] % N_TASTES == np.array([[1], [2]])).mean() > 0.85
    assert (found[2] == -1).all()


@pytest.mark.parametrize(("method", "parameters"), METHODS, ids=["als", "bpr"])
def test_repeats_may_be_asked_for(method, parameters):
    at = known(shop(0.9)[0])
    questions = questions_for(at, np.arange(5), own=20.0)
    found = method.learn(at, parameters, quiet).lists(questions, 3).product
    own = questions.rows()
    for row in range(5):
        assert set(found[row].tolist()) <= set(own.product[own.starts[row] : own.starts[row + 1]].tolist())


@pytest.mark.parametrize(("method", "parameters"), METHODS, ids=["als", "bpr"])
def test_nothing_is_learned_from_nothing(method, parameters):
    at = known(a_log([[], []]))
    learned = method.learn(at, parameters, quiet)
    assert (learned.lists(questions_for(at, np.array([0, 1])), 3).product == -1).all()
    assert learned.n_bytes > 0
    assert method.n_bytes(at, parameters) > 0


def test_a_purchase_says_more_than_a_view():
    """Whoever bought 1 and looked at 2 is nearer to the taste of 1."""
    log, _ = shop(1.0)
    learned = ALS.learn(known(log), SMALL, quiet)
    past = a_log([[1, 2]], [[PURCHASE, VIEW]])
    found = learned.lists(Questions(past, NOW, RecommendSettings(), np.array([-1])), 5).product[0]
    assert (found % N_TASTES == 1).sum() > (found % N_TASTES == 2).sum()


def test_newer_products_say_more_where_the_past_fades():
    learned = ALS.learn(known(shop(1.0)[0]), dataclasses.replace(SMALL, recency_decay=2.0), quiet)
    past = a_log([[1, 5, 2]])
    found = learned.lists(Questions(past, NOW, RecommendSettings(), np.array([-1])), 1).product
    assert found[0, 0] % N_TASTES == 2


@pytest.mark.parametrize(("starts", "choices"), [(STARTS, CHOICES), (BPR_STARTS, BPR_CHOICES)], ids=["als", "bpr"])
def test_every_start_lies_on_the_choices(starts, choices):
    for start in starts:
        for name, values in choices.items():
            assert getattr(start, name) in values, name
