import dataclasses

import numpy as np

from shopkeeper.capabilities.recommend.methods.bpr import BPR, STARTS
from shopkeeper.capabilities.recommend.methods.method import Known, Questions, questions_for
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import quiet
from shopkeeper.numerics.sparse_rows import build_log

DAY = 86_400_000_000
NOW = 20_000 * DAY


def test_known_customers_and_visitors_may_be_asked_together():
    """Also see test_als.py, whose tests hold for both."""
    random = np.random.default_rng(0)
    customer, product = np.repeat(np.arange(80), 4), (random.integers(0, 10, 320) * 2 + np.repeat(np.arange(80) % 2, 4))
    log = build_log(customer, product, np.full(320, EVENT_KINDS.index("purchase"), np.uint8), np.full(320, NOW - DAY), 80, 20)
    settings = RecommendSettings()
    at = Known(log, NOW, settings)
    at_hand = questions_for(at, np.array([0, 1]))
    learned = BPR.learn(at, dataclasses.replace(STARTS[0], n_factors=4), quiet)
    both = learned.lists(Questions(at_hand.log, NOW, settings, np.array([0, -1])), 4).product
    alone = learned.lists(at_hand, 4).product
    assert both[0].tolist() == alone[0].tolist()
    assert (both[1] % 2 == 1).mean() > 0.7
    assert (both >= 0).all()
