import dataclasses

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.methods.ease import CHOICES, EASE, STARTS, LearnedEase, Parameters, form_of
from shopkeeper.capabilities.recommend.methods.item_graph import ITEM_GRAPH
from shopkeeper.capabilities.recommend.methods.method import Known, questions_for
from shopkeeper.capabilities.recommend.methods.popularity import POPULARITY
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.core.schema import EVENT_KINDS
from shopkeeper.numerics.compiling import quiet
from shopkeeper.numerics.sparse_rows import build_log

EXACT = RecommendSettings(memory_gb=1)
SPARSE = dataclasses.replace(EXACT, dense_products=0)
PURCHASE = EVENT_KINDS.index("purchase")
PLAIN = STARTS[3]  # EASE as published
BOTH = pytest.mark.parametrize("settings", [EXACT, SPARSE], ids=["exact", "by neighbors"])


def known_of(sequences, n_products, settings):
    customer = np.repeat(np.arange(len(sequences)), [len(each) for each in sequences])
    place = np.concatenate([np.arange(len(each)) for each in sequences]).astype(np.int64)
    product = np.concatenate([np.asarray(each) for each in sequences]).astype(np.int32)
    kind = np.full(len(product), PURCHASE, np.uint8)
    return Known(build_log(customer, product, kind, place, len(sequences), n_products), 10, settings)


def chains(random, n_customers, n_products, length):
    """Everybody walks up a circle of products, from anywhere, and sometimes strays."""
    start = random.integers(0, n_products, n_customers)[:, None]
    walk = (start + np.arange(length)) % n_products
    strays = random.random(walk.shape) < 0.2
    return np.where(strays, random.integers(0, n_products, walk.shape), walk)


def hit_rate(method, parameters, known, wanted, n=3):
    learned = method.learn(known, parameters, quiet)
    listed = learned.lists(questions_for(known, np.arange(len(wanted))), n).product
    return float((listed == wanted[:, None]).any(axis=1).mean())


@BOTH
def test_it_finds_what_order_tells_and_popularity_does_not(settings):
    walks = chains(np.random.default_rng(0), 300, 40, 6)
    wanted = (walks[:, 0] + 5) % 40
    known = known_of(walks[:, :5], 40, settings)
    ours = hit_rate(EASE, Parameters(l2=20.0), known, wanted)
    assert ours > 0.6
    assert ours > 4 * hit_rate(POPULARITY, POPULARITY.starts[0], known, wanted)


@BOTH
def test_it_finds_nothing_where_there_is_nothing(settings):
    random = np.random.default_rng(1)
    walks = random.integers(0, 40, (300, 6))
    known = known_of(walks[:, :5], 40, settings)
    assert hit_rate(EASE, Parameters(), known, walks[:, 5]) < 0.15  # three of forty by chance


@BOTH
def test_what_only_repeats_another_says_nothing_of_its_own(settings):
    """All who have 1 have 0, which brings 2, but less where 1 is: counting names 2 beside 1, the regression speaks against."""
    rows = [[0, 2]] * 60 + [[0, 1]] * 40 + [[1, 0, 2]] * 20 + [[4, 5]] * 40
    known = known_of(rows, 6, settings)
    learned = EASE.learn(known, dataclasses.replace(PLAIN, l2=5.0), quiet)
    beside = {code: dict(zip(*_edges(learned.graph, code), strict=True)) for code in (0, 1)}
    assert beside[0][2] > 0.3
    assert beside[1][2] < -0.1
    counted = ITEM_GRAPH.learn(known, ITEM_GRAPH.starts[3], quiet).graph
    assert 2 in _edges(counted, 1)[0]


def _edges(graph, code):
    span = slice(graph.starts[code], graph.starts[code + 1])
    return graph.neighbor[span].tolist(), graph.weight[span].tolist()


def test_both_forms_agree_where_every_product_is_a_partner():
    random = np.random.default_rng(2)
    rows = [random.choice(12, 6, replace=False) for _ in range(200)]
    parameters = Parameters(l2=20.0, width=100)
    exact, sparse = (EASE.learn(known_of(rows, 12, settings), parameters, quiet) for settings in (EXACT, SPARSE))
    for code in range(12):
        one, other = (dict(zip(*_edges(each.graph, code), strict=True)) for each in (exact, sparse))
        assert one.keys() == other.keys()
        assert [one[key] for key in one] == pytest.approx([other[key] for key in one], abs=1e-4)


def test_the_form_is_chosen_by_memory_before_anything_is_taken():
    random = np.random.default_rng(3)
    rows = [random.choice(2500, 8, replace=False) for _ in range(4000)]
    known = known_of(rows, 2500, EXACT)
    form = form_of(known, Parameters())
    assert form.is_exact
    assert form.n_bytes > 3 * 4 * form.width**2
    assert form.note == "Solved exactly: 2,500 products take 0.081 GB."
    tight = dataclasses.replace(known, settings=dataclasses.replace(EXACT, memory_gb=0.05))
    small = form_of(tight, Parameters())
    assert not small.is_exact
    assert small.width == 100
    assert small.n_bytes < 0.05e9
    assert "0.081 GB and 0.05 GB are allowed (memory_gb)" in small.note
    tiny = form_of(dataclasses.replace(known, settings=dataclasses.replace(EXACT, memory_gb=0.001)), Parameters())
    assert tiny.width == 20
    assert EASE.n_bytes(tight, Parameters()) == small.n_bytes
    many = form_of(dataclasses.replace(known, settings=SPARSE), Parameters())
    assert many.note.endswith("over the 100 strongest partners of each: there are 2,500 products and dense_products allows 0.")


def test_products_that_nobody_had_are_no_trouble():
    known = known_of([[0, 7]] * 30, 500, EXACT)
    assert form_of(known, Parameters()).width == 2
    learned = EASE.learn(known, Parameters(), quiet)
    assert learned.lists(questions_for(known, np.array([0])), 5).product.tolist() == [[-1] * 5]
    assert _edges(learned.graph, 0)[0] == [7]
    assert learned.graph.n_products == 500


def test_what_is_saved_answers_the_same():
    walks = chains(np.random.default_rng(4), 60, 20, 5)
    known = known_of(walks, 20, EXACT)
    learned = EASE.learn(known, Parameters(source_exponent=0.5), quiet)
    again = LearnedEase.from_arrays(learned.arrays(), learned.parameters, learned.history)
    questions = questions_for(known, np.arange(60), own=1.0)
    for one, other in zip(learned.lists(questions, 5), again.lists(questions, 5), strict=True):
        assert np.array_equal(one, other)
    assert learned.n_bytes == sum(each.nbytes for each in learned.arrays().values())


@BOTH
def test_parameters_that_only_change_how_a_past_speaks_solve_nothing_again(settings):
    known = known_of(chains(np.random.default_rng(5), 60, 20, 5), 20, settings)
    EASE.learn(known, Parameters(), quiet)
    kept = known._kept["ease"]
    EASE.learn(known, Parameters(recency_decay=0.5, source_exponent=0.5, target_exponent=0.25, trend_exponent=0.5), quiet)
    assert known._kept["ease"] is kept
    EASE.learn(known, Parameters(l2=50.0), quiet)
    assert known._kept["ease"] is not kept


def test_nothing_is_learned_from_nothing():
    known = known_of([[]], 3, EXACT)
    assert len(EASE.learn(known, Parameters(), quiet).graph.neighbor) == 0


def test_every_start_lies_on_the_choices():
    for start in STARTS:
        for name, choices in CHOICES.items():
            assert getattr(start, name) in choices, name
