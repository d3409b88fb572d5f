import numpy as np
from some_baskets import by_chance, by_hand

from shopkeeper.numerics.itemsets.rules.margins import fit_margins, size_classes


def test_small_sizes_are_classes_of_their_own_and_large_ones_share():
    group, size = size_classes(np.array([3, 3, 1, 100, 102, 200, 0]))
    assert size.tolist() == [0, 1, 3, 101, 200]
    assert group.tolist() == [2, 2, 1, 3, 3, 4, 0]


def test_the_model_has_the_margins_of_the_baskets():
    baskets = by_hand(by_chance(n_baskets=800))
    period = (np.arange(800) // 500).astype(np.int32)
    found = fit_margins(baskets, period, 2)
    for number in range(2):
        part = baskets.some(period == number)
        y = np.exp(np.interp(np.log(found.size), found.log_size[number], found.log_y[number]))
        chance = found.weight[number][:, None] * y / (1 + found.weight[number][:, None] * y)
        n_of = np.bincount(found.stratum[period == number] - number * len(found.size), minlength=len(found.size))
        np.testing.assert_allclose(chance.sum(axis=0)[n_of > 0], found.size[n_of > 0], rtol=1e-3)
        np.testing.assert_allclose(chance @ n_of, part.counts, rtol=1e-3)


def test_an_item_in_every_basket_and_a_basket_with_every_item_have_a_model():
    found = fit_margins(by_hand([[0], [0, 1], [0, 1, 2], [0]]), np.zeros(4, np.int32), 1)
    assert np.isfinite(found.weight).all()
    assert found.weight[0][0] > found.weight[0][1] > found.weight[0][2] > 0


def test_no_basket_has_no_chances():
    assert fit_margins(by_hand([], 3), np.empty(0, np.int32), 1).weight.tolist() == [[0.0, 0.0, 0.0]]
