import numpy as np

from shopkeeper.numerics.neighbors.live_visits import LiveVisits


def kept(live, key):
    slot = live.slot(key)
    size, product, weight = live.arrays[1:4]
    return product[slot, : size[slot]].tolist(), weight[slot, : size[slot]].tolist()


def linked(live, product):
    """Visits that a reader meets from this product, newest first."""
    head, posting = live.arrays[5], live.arrays[7]
    found, number = [], head[product]
    while number >= 0 and number >= live.arrays[8][0] - len(posting):
        found.append(int(posting[number % len(posting), 0]))
        number = posting[number % len(posting), 2]
    return found


def one(size):
    return 1.0 / size


def test_a_visit_stands_newest_first_each_product_once():
    live = LiveVisits(4, 3, 9)
    for product, weight in ((5, 0.5), (6, 1.0), (5, 0.25), (7, 1.0)):
        live.add("a", product, weight, one)
    assert kept(live, "a") == ([7, 5, 6], [1.0, 0.5, 1.0])
    live.add("a", 8, 1.0, one)
    assert kept(live, "a")[0] == [8, 7, 5]
    assert live.arrays[4][live.slot("a")] == np.float32(1 / 3)


def test_a_visit_of_one_product_is_not_linked_before_the_second_comes():
    live = LiveVisits(4, 3, 9)
    live.add("a", 5, 1.0, one)
    live.add("a", 5, 1.0, one)
    assert linked(live, 5) == []
    live.add("a", 6, 1.0, one)
    live.add("b", 6, 1.0, one)
    live.add("b", 5, 1.0, one)
    assert linked(live, 5) == linked(live, 6) == [1, 0]
    assert live.arrays[6][[5, 6, 7]].tolist() == [2, 2, 0]


def test_the_rings_go_round():
    live = LiveVisits(2, 3, 9, postings_a_visit=2)
    for number in range(7):
        live.add(number, 1, 1.0, one)
        live.add(number, 2, 1.0, one)
    assert [live.slot(number) for number in range(7)] == [-1] * 5 + [1, 0]
    assert linked(live, 1) == [6, 5]
    assert kept(live, 6)[0] == [2, 1]


def test_room_for_new_products():
    live = LiveVisits(2, 3, 1)
    live.add("a", 0, 1.0, one)
    live.add("a", 1000, 1.0, one)
    assert linked(live, 1000) == linked(live, 0) == [0]
