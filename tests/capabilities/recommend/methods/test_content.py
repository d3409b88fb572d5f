import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from shopkeeper.capabilities.recommend.methods.content import CHOICES, CONTENT, STARTS, Parameters, learn_content, with_vectors
from shopkeeper.capabilities.recommend.methods.method import Known, Products, questions_for
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.read import read_interactions, read_products
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.texts import TEXT_COLUMNS, texts_of
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import quiet
from shopkeeper.numerics.sparse_rows import build_log


def products_of(rows):
    """The catalog's part of what is known, product i from row i."""
    n = len(rows)
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in TEXT_COLUMNS})
    texts = texts_of(table, np.arange(n))
    nowhere, unknown = np.full(n, -1, np.int32), np.full(n, np.nan, np.float32)
    price = np.array([row.get("price", np.nan) for row in rows], np.float32)
    return Products(
        nowhere, nowhere, price, unknown, np.zeros(n, np.int64), texts.product, texts.term, texts.importance, texts.n_terms,
        texts.kind, texts.vocabulary,
    )  # fmt: skip


def first(graph):
    return [int(graph.neighbor[low]) if low < high else -1 for low, high in zip(graph.starts, graph.starts[1:], strict=False)]


def test_products_that_read_alike_are_neighbors(view_of):
    titles = {"1": "red enamel mug", "2": "blue enamel mug", "3": "desk lamp", "4": "floor lamp", "5": None}
    view = view_of({"products": [{"product_id": name, "title": title} for name, title in titles.items()]})
    products = read_products(view, read_interactions(view).products)
    assert first(learn_content(products, 3).graph) == [1, 0, 3, 2, -1]


def test_none_wanted_or_no_words():
    nothing = products_of([{}] * 4)
    assert learn_content(nothing, 5).graph.starts.tolist() == [0] * 5
    some = products_of([{"title": "mug"}] * 2)
    assert len(learn_content(some, 0).graph.neighbor) == 0
    assert len(learn_content(some, 1).graph.neighbor) == 2


def test_signs_find_endings_and_compounds():
    products = products_of([{"title": "Regenschirm"}, {"title": "Regenschirme"}, {"title": "Lampe"}])
    assert first(learn_content(products, 1, Parameters(signs_weight=0.0)).graph) == [-1, -1, -1]
    assert first(learn_content(products, 1, Parameters(signs_weight=0.5)).graph) == [1, 0, -1]


def test_attributes_and_price_tell_words_apart():
    rows = [
        {"title": "shirt", "color": "Red", "price": 20.0}, {"title": "shirt", "color": "Blue", "price": 21.0},
        {"title": "shirt", "color": "red", "price": 80.0},
    ]  # fmt: skip
    products = products_of(rows)
    assert first(learn_content(products, 1, Parameters(price_weight=0.0)).graph)[0] == 2
    assert first(learn_content(products, 1, Parameters(price_weight=1.0)).graph)[0] == 1


def test_given_vectors_join():
    graph = learn_content(products_of([{"title": "mug"}, {"title": "mug"}, {"title": "lamp"}]), 2).graph
    picture = np.array([[1, 0], [0, 1], [1, 0.1]], np.float32)
    assert first(graph) == [1, 0, -1]
    assert first(with_vectors(graph, {"picture": picture}, {"picture": 2.0}, 2)) == [2, 0, 0]
    assert first(with_vectors(graph, {"picture": picture}, {"picture": 0.0}, 2)) == [1, 0, -1]


def known_of(rows, baskets):
    customer = np.repeat(np.arange(len(baskets)), [len(each) for each in baskets])
    kind = np.full(len(customer), EVENT_KINDS.index("purchase"), np.uint8)
    place = np.concatenate([np.arange(len(each)) for each in baskets]).astype(np.int64)
    log = build_log(customer, np.concatenate(baskets), kind, place, len(baskets), len(rows))
    return Known(log, 10, RecommendSettings(), products_of(rows))


def test_it_finds_what_nobody_bought_yet():
    """Everyone stays with one kind of thing; half of each kind has no history, and no method of counting can name it."""
    random = np.random.default_rng(0)
    kinds = ["mug", "lamp", "chair", "scarf", "knife"]
    rows = [{"title": f"{kinds[code % 5]} {'abcdefgh'[code // 5]}"} for code in range(40)]
    baskets = [random.permutation(np.arange(kind, 20, 5))[:3] for kind in random.integers(0, 5, 60)]
    known = known_of(rows, baskets)
    wanted = np.array([basket[0] % 5 for basket in baskets])
    questions = questions_for(known, np.arange(60))
    listed = CONTENT.learn(known, Parameters(), quiet).lists(questions, 5).product
    assert (listed % 5 == wanted[:, None]).mean() > 0.95
    assert (listed >= 20).any(axis=1).all()
    popular = POPULARITY.learn(known, POPULARITY.starts[0], quiet).lists(questions, 5).product
    assert (popular % 5 == wanted[:, None]).mean() < 0.5


def test_texts_that_say_nothing_find_nothing():
    rows = [{"title": f"{'abcdefghijklmnopqrstuvwxyz'[code]}{code}"} for code in range(20)]
    known = known_of(rows, [[0, 1], [2, 3]])
    assert (CONTENT.learn(known, Parameters(), quiet).lists(questions_for(known, np.array([0, 1])), 5).product == -1).all()


def test_a_catalog_without_words_is_refused_by_a_sentence():
    known = known_of([{}] * 3, [[0, 1]])
    assert "The catalog says nothing" in CONTENT.against(known)
    assert "The catalog says nothing" in CONTENT.against(dataclasses.replace(known, products=None))
    assert CONTENT.against(known_of([{"title": "mug"}] * 2, [[0, 1]])) == ""
    without = CONTENT.learn(dataclasses.replace(known, products=None), Parameters(), quiet)
    assert (without.lists(questions_for(known, np.array([0])), 3).product == -1).all()


def test_what_only_changes_how_a_past_speaks_is_not_learned_again():
    known = known_of([{"title": "mug"}] * 3, [[0, 1]])
    one = CONTENT.learn(known, Parameters(), quiet)
    other = CONTENT.learn(known, Parameters(recency_decay=2.0), quiet)
    assert other.graph is one.graph
    assert other.parameters.recency_decay == 2.0
    assert one.n_bytes > 0
    assert CONTENT.n_bytes(known, Parameters()) > one.n_bytes


@pytest.mark.parametrize("start", STARTS)
def test_every_start_lies_on_the_choices(start):
    for name, choices in CHOICES.items():
        assert getattr(start, name) in choices, name
