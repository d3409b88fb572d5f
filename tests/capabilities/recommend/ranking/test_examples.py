import numpy as np

from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.ranking.examples import examples_of, joined, labels
from shopkeeper.capabilities.recommend.ranking.features import tables_of
from shopkeeper.capabilities.recommend.ranking.window import window_of
from shopkeeper.numerics.candidates.gather import Gathered
from shopkeeper.numerics.compiling import quiet


def test_examples_are_what_was_chosen_after_the_cut(world):
    window = window_of(world.known)
    retrievers = {method.name: method.learn(window.before, method.starts[0], quiet) for method in (ITEM_GRAPH, POPULARITY)}
    examples = examples_of(retrievers, tables_of(window.before), window, 40, 60)
    assert 0 < len(examples) <= len(window.row)
    assert len(examples.features) == len(examples.label) == examples.group[-1]
    chose = {
        (int(row), int(product))
        for place, row in enumerate(window.row)
        for product in window.product[window.starts[place] : window.starts[place + 1]]
    }
    wanted = [(int(row), int(product)) in chose for row, product in zip(examples.customer, examples.product, strict=True)]
    assert ((examples.label > 0) == np.array(wanted)).all()
    for question in range(len(examples)):
        assert examples.label[examples.group[question] : examples.group[question + 1]].max() > 0
    assert (examples.category == world.known.products.category[examples.product]).all()


def test_labels_by_hand(world):
    window = window_of(world.known)
    few = window.only(np.arange(len(window.row)) < 2)
    product = np.array([few.product[0], (few.product[0] + 1) % 120, few.product[-1]], np.int32)
    found = labels(Gathered(np.array([0, 2, 3]), product, np.ones((3, 1), np.float32)), few)
    assert found[0] == 1.0
    assert found[2] == 1.0


def test_some_of_them(world):
    window = window_of(world.known)
    retrievers = {"popularity": POPULARITY.learn(window.before, POPULARITY.starts[0], quiet)}
    examples = examples_of(retrievers, tables_of(window.before), window, 40, 60)
    both = joined([examples.only(np.arange(len(examples)) < 5), examples.only(np.arange(len(examples)) >= 5)])
    assert np.array_equal(both.features, examples.features, equal_nan=True)
    assert np.array_equal(both.group, examples.group)
