import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.ranking.leaks import Described, audit, described_at
from shopkeeper.numerics.compiling import quiet

DAY = 86_400_000_000
MOMENT = 80 * DAY


def learn(known):
    return {method.name: method.learn(known, method.starts[0], quiet) for method in (ITEM_GRAPH, POPULARITY)}


def test_no_feature_sees_its_future(world):
    describe = described_at(world.whole, MOMENT, learn)
    assert (world.whole.log.at >= MOMENT).sum() > 500
    assert audit(describe, world.whole.log, MOMENT) == ()


def test_a_planted_leak_is_found(world):
    honest = described_at(world.whole, MOMENT, learn)

    def leaking(log):
        """The same, with each product's popularity counted over the whole log."""
        found = honest(log)
        ever = np.bincount(log.product, minlength=log.n_products).astype(np.float32)
        asked = np.resize(np.arange(log.n_products), len(found.features))
        return Described((*found.names, "ever_popular"), np.column_stack((found.features, ever[asked])))

    assert audit(leaking, world.whole.log, MOMENT) == ("ever_popular",)


def test_a_leak_that_keeps_the_counts_is_found_by_shuffling(world):
    """Who buys a product later: removing changes nothing where it is normalized away, another order does."""

    def leaking(log):
        later = np.flatnonzero(log.at >= MOMENT)
        first = log.product[later[0]] if len(later) else log.product[-1]
        return Described(("next", "moment"), np.array([[first, 1.0]], np.float32))

    assert audit(leaking, world.whole.log, MOMENT) == ("next",)


def test_candidates_that_change_are_a_leak_of_everything(world):
    def leaking(log):
        return Described(("one", "other"), np.zeros((len(log.product), 2), np.float32))

    assert audit(leaking, world.whole.log, MOMENT) == ("one", "other")
