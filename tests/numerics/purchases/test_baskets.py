"""Baskets by hand, and against dictionaries on a few hundred lines."""

from collections import defaultdict

import numpy as np

from shopkeeper.numerics.purchases.baskets import Bought, Kinds, baskets


def bought(rows):
    customer, product, order, worth, is_reduced = zip(*rows, strict=True)
    return Bought(
        np.array(customer, np.int32), np.array(product, np.int32), np.array(order), np.array(worth), np.array(is_reduced, bool)
    )


def test_one_customer_by_hand():
    kinds = Kinds(np.array([[0, 1, 1, -1]], np.int32), np.array([100, 0, -1, 40]))
    found = baskets(bought([
        (1, 0, 10, 20, False), (1, 0, 11, 20, True), (1, 0, 11, 5, False),  # product 0: in two orders, on three lines
        (1, 1, 10, 30, False), (1, 2, 12, 20, False), (1, 3, 12, 99, True),
    ]), kinds, 3)  # fmt: skip
    assert found.n_products.tolist() == [0, 4, 0]
    assert found.n_bought.tolist() == [0, 5, 0]
    assert found.n_lines.tolist() == [0, 6, 0]
    assert found.n_reduced.tolist() == [0, 2, 0]
    assert (found.level[1], found.n_level[1]) == (340, 5)
    assert (found.n_groups[0, 1], found.worth[0, 1]) == (2, 95)
    assert found.top[0, 1].tolist() == [1, 0, -1, -1, -1]
    assert found.top_worth[0, 1].tolist() == [50, 45, 0, 0, 0]
    assert found.top[0, 0].tolist() == [-1] * 5


def test_the_first_five_groups_equal_ones_by_code():
    kinds = Kinds(np.arange(8, dtype=np.int32)[None], np.full(8, -1))
    found = baskets(bought([(0, product, 1, [3, 9, 3, 3, 1, 3, 9, 3][product], False) for product in range(8)]), kinds, 1)
    assert found.top[0, 0].tolist() == [1, 6, 0, 2, 3]
    assert found.n_groups[0, 0] == 8
    assert found.n_level[0] == 0


def test_many_lines_against_dictionaries():
    random = np.random.default_rng(2)
    rows = [
        (int(random.zipf(1.5)) % 9, int(random.integers(0, 60)), int(random.integers(0, 25)), int(random.integers(0, 99)), False)
        for _ in range(3000)
    ]
    groups = random.integers(-1, 12, (2, 60)).astype(np.int32)
    found = baskets(bought(rows), Kinds(groups, np.full(60, -1)), 9)
    for customer in range(9):
        mine = [row for row in rows if row[0] == customer]
        assert found.n_products[customer] == len({row[1] for row in mine})
        assert found.n_bought[customer] == len({row[1:3] for row in mine})
        for grouping in range(2):
            worth = defaultdict(int)
            for row in mine:
                worth[int(groups[grouping, row[1]])] += row[3]
            worth.pop(-1, None)
            best = sorted(worth, key=lambda code: (-worth[code], code))[:5]
            assert found.top[grouping, customer, : len(best)].tolist() == best
            assert found.worth[grouping, customer] == sum(worth.values())
