import numpy as np

from shopkeeper.capabilities.recommend.methods.method import Known, Lists, questions_for
from shopkeeper.capabilities.recommend.ranking.candidates import OWN, candidates, own_lists, sources
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.sparse_rows import build_log


class Names:
    """Names the same products for everybody."""

    def __init__(self, product, score):
        self.product, self.score, self.n_bytes = product, score, 0

    def lists(self, questions, n, tell=None):
        n_questions = len(questions)
        product = np.tile(np.array(self.product, np.int32), (n_questions, 1))
        return Lists(product[:, :n], np.tile(np.array(self.score, np.float32), (n_questions, 1))[:, :n])


def asked(own):
    buy = np.full(3, EVENT_KINDS.index("purchase"), np.uint8)
    log = build_log(np.array([0, 0, 1]), np.array([1, 2, 5]), buy, np.array([0, 1, 2]), 2, 8)
    return questions_for(Known(log, 3, RecommendSettings()), np.array([0, 1]), own=own)


RETRIEVERS = {"one": Names([1, 3, 4], [3.0, 2.0, 1.0]), "other": Names([4, 6, -1], [9.0, 8.0, 0.0])}


def test_own_products_are_left_out():
    found = candidates(RETRIEVERS, asked(-1.0), 3, 10)
    assert sources(RETRIEVERS) == ("one", "other", OWN)
    assert found.product.tolist() == [3, 4, 6, 1, 3, 4, 6]
    assert found.score[0].tolist() == [2.0, 0.0, 0.0]
    assert found.score[1].tolist() == [1.0, 9.0, 0.0]
    assert (found.score[:, 2] == 0.0).all()


def test_own_products_are_candidates_where_they_may_be():
    found = candidates(RETRIEVERS, asked(0.0), 2, 10)
    assert found.product.tolist() == [1, 3, 4, 6, 2, 1, 3, 4, 6, 5]
    assert found.score[:5, 2].tolist() == [np.float32(1 + 1 / 3), 0.0, 0.0, 0.0, 1.5]


def test_own_lists_are_the_newest():
    rows = asked(0.0).rows()
    product, score = own_lists(rows, 1)
    assert product.tolist() == [[2], [5]]
    assert score.tolist() == [[1.5], [1.5]]
