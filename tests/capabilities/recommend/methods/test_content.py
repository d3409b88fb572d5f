import numpy as np

from shopkeeper.capabilities.recommend.methods.content import learn_content
from shopkeeper.capabilities.recommend.read import Texts, read_interactions, read_texts


def test_products_that_read_alike_are_neighbors(view_of):
    titles = {"1": "red enamel mug", "2": "blue enamel mug", "3": "desk lamp", "4": "floor lamp", "5": None}
    view = view_of({"products": [{"product_id": name, "title": title} for name, title in titles.items()]})
    products = read_interactions(view).products
    graph = learn_content(read_texts(view, products), 5, 3)
    first = [graph.neighbor[graph.starts[code]] for code in range(4)]
    assert first == [1, 0, 3, 2]
    assert graph.starts[5] == graph.starts[4]


def test_none_wanted_or_no_words():
    nothing = Texts(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), 0)
    assert learn_content(nothing, 4, 5).starts.tolist() == [0] * 5
    some = Texts(np.array([0, 1]), np.array([0, 0]), np.ones(2), 1)
    assert len(learn_content(some, 2, 0).neighbor) == 0
    assert len(learn_content(some, 2, 1).neighbor) == 2
