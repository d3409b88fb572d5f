import threading

import numpy as np
import pytest
from capabilities.recommend.methods.test_content import products_of

from shopkeeper.capabilities.recommend.loaded.arrivals import ARRAYS, Arrivals
from shopkeeper.capabilities.recommend.methods.content import Parameters, learn_content

ROWS = [
    {"title": "red enamel mug", "brand": "Alder", "price": 10.0}, {"title": "blue enamel mug", "brand": "Alder", "price": 12.0},
    {"title": "desk lamp", "brand": "Birch", "price": 40.0}, {"title": "floor lamp", "brand": "Birch", "price": 90.0},
]  # fmt: skip
N = len(ROWS)


def arrivals(rows=ROWS, parameters=None, **given):
    return Arrivals(learn_content(products_of(rows), 5, parameters).arrays(), **given)


def beside(at, *codes, share=None):
    return [each.tolist() for each in at.beside(np.array(codes, np.int32), share)]


def test_a_new_product_stands_beside_its_kin_both_ways():
    at = arrivals()
    at.add(N, {"title": "green enamel mug", "brand": "Alder", "price": 11.0})
    codes, weights = at.neighbors(N)
    assert codes.tolist() == [1, 0]  # the price of the second is nearer
    assert (codes.dtype, weights.dtype) == (np.int32, np.float32)
    assert (np.diff(weights) <= 0).all()
    found, weight = at.beside(np.array([1, 3], np.int32))
    assert found.tolist() == [N]
    assert weight.tolist() == weights[codes == 1].tolist()
    assert beside(at, 2, 3) == [[], []]
    assert len(at) == 1


def test_it_is_as_like_as_if_it_had_been_learned():
    """But for how rare its words are, which the learned catalog says: with one product more they are a little less rare."""
    rows = [{"title": f"{kind} {color} {size}"} for kind in ("mug", "lamp") for color in ("red", "blue") for size in "abcde"]
    whole = learn_content(products_of(rows), 5).graph
    at = arrivals(rows[:-1])
    at.add(len(rows) - 1, rows[-1])
    codes, weights = at.neighbors(len(rows) - 1)
    span = slice(whole.starts[-2], whole.starts[-1])
    assert codes[:5].tolist() == whole.neighbor[span].tolist()
    assert weights[:5] == pytest.approx(whole.weight[span], abs=0.03)


def test_new_products_find_each_other_by_words_that_no_learned_one_has():
    at = arrivals()
    at.add(N, {"title": "velvet curtain"})
    at.add(N + 1, {"title": "linen curtain"})
    assert at.neighbors(N + 1)[0].tolist() == [N]
    assert beside(at, N)[0] == [N + 1]
    assert beside(at, N + 1) == [[], []]  # the first came before there was a second


def test_what_stands_beside_several_counts_once_with_the_sum():
    at = arrivals()
    at.add(N, {"title": "enamel mug"})
    (_, one), (_, other) = beside(at, 0), beside(at, 1)
    assert beside(at, 0, 1) == [[N], pytest.approx([one[0] + other[0]])]
    assert beside(at, 0, 1, share=np.array([2.0, 0.5])) == [[N], pytest.approx([2 * one[0] + 0.5 * other[0]])]


def test_what_changes_replaces_what_was_said():
    at = arrivals()
    at.add(N, {"title": "enamel mug", "price": 10.0})
    at.add(N, {"price": 11.0})
    assert at.neighbors(N)[0].tolist() == [1, 0]  # the title stayed
    at.add(N, {"title": "oak lamp"})
    assert sorted(at.neighbors(N)[0].tolist()) == [2, 3]
    assert beside(at, 0, 1) == [[], []]
    assert beside(at, 2)[0] == [N]


def test_nothing_said_means_no_neighbors():
    at = arrivals()
    at.add(N, {"availability": "in_stock", "title": None})
    assert at.neighbors(N)[0].tolist() == at.neighbors(99)[0].tolist() == []
    nothing = arrivals([])
    nothing.add(0, {"title": "mug"})
    assert nothing.neighbors(0)[0].tolist() == []


def test_price_closeness_counts():
    at = arrivals(parameters=Parameters(price_weight=1.0))
    at.add(N, {"title": "lamp", "price": 90.0})
    assert at.neighbors(N)[0].tolist() == [3, 2]
    at.add(N, {"sale_price": 39.0})
    assert at.neighbors(N)[0].tolist() == [2, 3]


def test_only_so_many_are_kept_and_the_longest_untouched_is_forgotten():
    at = arrivals(n_kept=3, k=2)
    for number in range(6):
        at.add(N + number, {"title": "enamel mug"})
    assert len(at) == 3
    assert at.neighbors(N)[0].tolist() == []
    assert set(beside(at, 0)[0]) <= {N + 3, N + 4, N + 5}
    assert len(at.neighbors(N + 5)[0]) == 2
    assert all(len(near) <= 2 for near in at._beside.values())
    assert set(at._vectors) == set(at._prices) == set(at._near) == set(at._rows)


def test_forgetting_leaves_nothing_behind():
    at = arrivals(n_kept=1)
    at.add(N, {"title": "velvet curtain"})
    at.add(N + 1, {"title": "oak lamp"})
    assert set(at._with_term) == {"oak", "lamp"}  # no word is long enough for signs
    assert set(at._beside) == {2, 3}


def test_arrays_are_all_that_is_needed():
    assert sorted(learn_content(products_of(ROWS), 5).arrays()) == sorted(ARRAYS)


def test_readers_see_whole_lists_while_products_arrive():
    at, failed, is_over = arrivals(n_kept=20), [], threading.Event()

    def read():
        while not is_over.is_set():
            try:
                for code in range(N + 60):
                    codes, weights = at.neighbors(code)
                    assert len(codes) == len(weights)
                codes, weights = at.beside(np.arange(N + 60))
                assert len(codes) == len(weights)
            except BaseException as error:
                failed.append(error)
                return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(200):
        at.add(N + number % 60, {"title": f"{'enamel' if number % 3 else 'oak'} {'mug' if number % 2 else 'lamp'}"})
    is_over.set()
    for reader in readers:
        reader.join()
    assert not failed


@pytest.mark.slow
def test_a_thousand_arrive_in_two_seconds_at_fifty_thousand_products():
    import time

    random = np.random.default_rng(0)
    words = np.array([f"word{number}" for number in range(20_000)])
    popular = 1.0 / np.arange(1, 20_001) ** 0.9
    drawn = random.choice(20_000, (51_000, 6), p=popular / popular.sum())
    rows = [
        {
            "title": " ".join(words[of]),
            "brand": f"brand {number % 900}",
            "product_type": f"Top {number % 9} > Leaf {number % 300}",
        }
        for number, of in enumerate(drawn)
    ]
    at = arrivals(rows[:50_000])
    at.add(10**6, rows[0])
    started = time.process_time()
    for number, row in enumerate(rows[50_000:]):
        at.add(50_000 + number, row)
    assert time.process_time() - started < 2.0
