"""Factors by product, category and brand."""

import numpy as np
import pytest

from shopkeeper.numerics.steering.matching import LARGEST, SMALLEST, Factors, among, multiplied

CATEGORY = np.array([0, 1, 2, -1, 9], np.int32)  # the last came after the ranks were made
BRAND = np.array([0, 1, 0, 1, -1], np.int32)
EVERY = np.arange(5, dtype=np.int32)


def factors(own=(), wide=()):
    return Factors(
        np.array([code for code, _ in own], np.int32), np.array([value for _, value in own], np.float32),
        np.array([w[0] for w in wide], np.int32), np.array([w[1] for w in wide], np.int32),
        np.array([w[2] for w in wide], np.int32), np.array([w[3] for w in wide], np.float32), np.array([2, 0, 1], np.int32),
    )  # fmt: skip


def test_all_that_match_are_multiplied():
    found = multiplied(
        EVERY, CATEGORY, BRAND, factors([(1, 3.0), (4, 0.5)], [(0, 2, -1, 2.0), (-1, -1, 0, 10.0), (2, 3, 0, 5.0)])
    )
    assert found.tolist() == pytest.approx([50.0, 6.0, 20.0, 1.0, 0.5])
    assert multiplied(EVERY[::-1].copy(), CATEGORY, BRAND, factors()).tolist() == [1.0] * 5


def test_factors_stay_in_bounds():
    found = multiplied(EVERY[:2], CATEGORY, BRAND, factors([(0, 0.0), (1, 1e6)], [(-1, -1, 1, 1e6)]))
    assert found.tolist() == pytest.approx([SMALLEST, LARGEST])


@pytest.mark.parametrize(("n", "m"), [(0, 3), (3, 0), (100, 100), (1000, 900)])
def test_among_is_what_isin_says(n, m):
    random = np.random.default_rng(n)
    code, others = (random.integers(0, 500, size).astype(np.int32) for size in (n, m))
    assert np.array_equal(among(code, others), np.isin(code, others))
